import type { Aggregate } from './Aggregate';
import { numberOf } from './numbers';

/** The largest numbers so far, in descending order. */
export type TopKPartial = number[];

/**
 * The largest numbers, the largest first, as often as they came; fewer when there are fewer. Empty for none.
 * As with `max`, a NaN comes before all numbers, and 0 before -0.
 * @param most how many are kept
 */
export function topK(most: number): Aggregate<TopKPartial> {
  const include = (partial: TopKPartial, number: number): void => {
    if (partial.length >= most && !isAbove(number, partial[most - 1] ?? 0)) return;
    let start = 0;
    let end = partial.length;
    while (start < end) {
      const middle = (start + end) >>> 1;
      if (isAbove(number, partial[middle] ?? 0)) end = middle;
      else start = middle + 1;
    }
    partial.splice(start, 0, number);
    if (partial.length > most) partial.pop();
  };
  return {
    name: 'topK',
    zero: () => [],
    accepts: (candidate) => numberOf(candidate) !== undefined,
    add: (partial, accepted) => {
      const number = numberOf(accepted);
      if (number !== undefined) include(partial, number);
      return partial;
    },
    merge: (into, from) => {
      for (const number of from) include(into, number);
      return into;
    },
    copy: (partial) => partial.slice(),
    size: (partial) => partial.length,
    finish: (partial) => partial.slice(),
  };
}

/** A total order of all doubles: numbers, then 0 above -0, NaN above everything. */
function isAbove(one: number, other: number): boolean {
  if (one > other) return true;
  if (one !== one) return other === other;
  return one === 0 && other === 0 && Object.is(other, -0) && !Object.is(one, -0);
}
