/**
 * The part of JSONata that is compiled, as a tree. `position` is the offset in the source that errors point at.
 *
 * A value is what JSONata calls one: undefined is "no result", and a list that came together on the way is an array.
 */
export type Expression =
  | { readonly type: 'literal'; readonly value: string | number | boolean | null }
  /** `$`: what the expression is looking at. */
  | { readonly type: 'context' }
  /** `$$`: the record. */
  | { readonly type: 'root' }
  /** `$name`, set in a block around it. */
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'path'; readonly steps: readonly Step[] }
  /** `value[filter]...`, where the value is no path. */
  | { readonly type: 'filtered'; readonly value: Expression; readonly filters: readonly Filter[] }
  | { readonly type: 'binary'; readonly operator: BinaryOperator; readonly left: Expression; readonly right: Expression; readonly position: number }
  | { readonly type: 'negative'; readonly value: Expression; readonly position: number }
  | { readonly type: 'array'; readonly items: readonly Expression[] }
  /** `left..right`, an item of an array. */
  | { readonly type: 'range'; readonly left: Expression; readonly right: Expression; readonly position: number }
  | { readonly type: 'object'; readonly pairs: readonly Pair[]; readonly position: number }
  | { readonly type: 'condition'; readonly condition: Expression; readonly then: Expression; readonly otherwise?: Expression; readonly position: number }
  | { readonly type: 'block'; readonly expressions: readonly Expression[] }
  /** `$name := value`, straight in a block. */
  | { readonly type: 'bind'; readonly name: string; readonly value: Expression }
  /** A call of one of JSONata's own functions. */
  | { readonly type: 'call'; readonly name: string; readonly values: readonly Expression[]; readonly position: number };

/** One step of a path: a name, or an expression that is evaluated for each value that the path has reached. */
export type Step =
  | { readonly name: string; readonly filters: readonly Filter[] }
  | { readonly value: Expression; readonly filters: readonly Filter[] };

/** `[2]`, or `[x > 1]`. */
export type Filter = { readonly index: number } | { readonly test: Expression; readonly position: number };

export type Pair = readonly [key: Expression, value: Expression];

export const ARITHMETIC = ['+', '-', '*', '/', '%'] as const;
export const COMPARISON = ['<', '<=', '>', '>='] as const;
const OTHERS = ['=', '!=', '&', 'in', 'and', 'or'] as const;
export const BINARY = [...ARITHMETIC, ...COMPARISON, ...OTHERS] as const;

export type ArithmeticOperator = (typeof ARITHMETIC)[number];
export type ComparisonOperator = (typeof COMPARISON)[number];
export type BinaryOperator = (typeof BINARY)[number];

/** Thrown where an expression is left to the interpreter. */
export class NotCompiled extends Error {
  /** @param what what it uses, in the user's words: `$map()` */
  constructor(readonly what: string) {
    super(`Left to the interpreter: ${what}.`);
  }
}
