import type { Aggregate } from './Aggregate';
import { addTo, copy, merge, pack, subtract, unpack, value, zero } from './ExactSum';
import type { ExactSum } from './ExactSum';
import { numberOf } from './numbers';

export interface MeanPartial {
  count: number;
  readonly sum: ExactSum;
}

/**
 * The arithmetic mean; null for none.
 * It is the exact sum, rounded once, divided by the count, rounded once more: the same for every order and partitioning, and
 * within one unit in the last place of the true mean. When the sum itself is beyond the largest double, so is the mean.
 */
export const Mean: Aggregate<MeanPartial> = {
  name: 'mean',
  zero: () => ({ count: 0, sum: zero() }),
  accepts: (candidate) => numberOf(candidate) !== undefined,
  add: (partial, accepted) => {
    const number = numberOf(accepted);
    if (number !== undefined) {
      partial.count++;
      addTo(partial.sum, number);
    }
    return partial;
  },
  merge: (into, from) => {
    into.count += from.count;
    merge(into.sum, from.sum);
    return into;
  },
  subtract: (from, part) => {
    from.count -= part.count;
    subtract(from.sum, part.sum);
    return from;
  },
  copy: (partial) => ({ count: partial.count, sum: copy(partial.sum) }),
  packed: {
    width: 3,
    pack: ({ count, sum }, into, at) => {
      into[at] = count;
      return pack(sum, into, at + 1);
    },
    unpack: (from, at) => ({ count: from[at] ?? 0, sum: unpack(from, at + 1) }),
  },
  finish: (partial) => (partial.count === 0 ? null : value(partial.sum) / partial.count),
};
