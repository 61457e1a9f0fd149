import type { Aggregate } from './Aggregate';
import { numberOf } from './numbers';

/** The number that was furthest out so far. */
export interface ExtremePartial {
  /** Whether there is a value yet; until then `value` means nothing. */
  some: boolean;
  value: number;
}

/**
 * An aggregate that keeps one of the numbers.
 * @param outer the one of two numbers that is kept; the same for every order of calls
 */
export function numericExtreme(name: string, outer: (one: number, other: number) => number): Aggregate<ExtremePartial> {
  const include = (partial: ExtremePartial, number: number): ExtremePartial => {
    partial.value = partial.some ? outer(partial.value, number) : number;
    partial.some = true;
    return partial;
  };
  return {
    name,
    zero: () => ({ some: false, value: 0 }),
    accepts: (candidate) => numberOf(candidate) !== undefined,
    add: (partial, accepted) => {
      const number = numberOf(accepted);
      return number === undefined ? partial : include(partial, number);
    },
    merge: (into, from) => (from.some ? include(into, from.value) : into),
    copy: (partial) => ({ some: partial.some, value: partial.value }),
    packed: {
      width: 1,
      pack: ({ some, value }, into, at) => {
        into[at] = value;
        return some;
      },
      unpack: (from, at) => ({ some: true, value: from[at] ?? 0 }),
    },
    finish: (partial) => (partial.some ? partial.value : null),
  };
}
