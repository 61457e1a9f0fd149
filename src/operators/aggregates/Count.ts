import type { Aggregate } from './Aggregate';

/** The number of values, whatever they are. 0 for none. */
export const Count: Aggregate<number> = {
  name: 'count',
  zero: () => 0,
  accepts: () => true,
  add: (partial) => partial + 1,
  merge: (into, from) => into + from,
  subtract: (from, part) => from - part,
  copy: (partial) => partial,
  packed: {
    width: 1,
    pack: (partial, into, at) => {
      into[at] = partial;
      return true;
    },
    unpack: (from, at) => from[at] ?? 0,
  },
  finish: (partial) => partial,
};
