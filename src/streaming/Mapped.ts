/**
 * What a function of a user may give where a `U` is wanted: just that. The empty tuple has TypeScript take the array literal of
 * `map((word) => [word, 1])` for a pair of a text and a number; without it that would be an array of mixed elements, and with
 * a `const U` it would be the number 1 alone, to which no other number can be added.
 */
export type Mapped<U> = U | [];
