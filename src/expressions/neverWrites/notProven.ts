/** Thrown wherever the proof cannot go on. */
export const NOT_PROVEN = new Error('not proven');

/** Ends the attempt. */
export function notProven(): never {
  throw NOT_PROVEN;
}
