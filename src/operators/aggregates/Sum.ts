import type { Aggregate } from './Aggregate';
import { addTo, copy, merge, pack, subtract, unpack, value, zero } from './ExactSum';
import type { ExactSum } from './ExactSum';
import { numberOf } from './numbers';

/** The exact sum, rounded once. 0 for none. */
export const Sum: Aggregate<ExactSum> = {
  name: 'sum',
  zero,
  accepts: (candidate) => numberOf(candidate) !== undefined,
  add: (partial, accepted) => {
    const number = numberOf(accepted);
    if (number !== undefined) addTo(partial, number);
    return partial;
  },
  merge: (into, from) => {
    merge(into, from);
    return into;
  },
  subtract: (from, part) => {
    subtract(from, part);
    return from;
  },
  copy,
  packed: { width: 2, pack: (partial, into, at) => pack(partial, into, at), unpack: (from, at) => unpack(from, at) },
  finish: value,
};
