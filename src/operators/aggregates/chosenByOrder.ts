import type { Aggregate } from './Aggregate';

/** One value of those that came, and its order coordinate. */
export interface ChosenPartial {
  order: number;
  /** Null while there is none. Shared with the record it came from, and never changed. */
  value: unknown;
}

/**
 * An aggregate that keeps one of the values, whatever they are, by their order coordinates.
 * @param replaces whether a value of order `order` takes the place of the one of order `present` that was folded in before
 */
export function chosenByOrder(name: string, replaces: (order: number, present: number) => boolean): Aggregate<ChosenPartial> {
  const include = (partial: ChosenPartial, value: unknown, order: number): ChosenPartial => {
    if (partial.value === null || replaces(order, partial.order)) {
      partial.order = order;
      partial.value = value;
    }
    return partial;
  };
  return {
    name,
    zero: () => ({ order: 0, value: null }),
    accepts: (candidate) => candidate !== undefined && candidate !== null,
    add: include,
    merge: (into, from) => (from.value === null ? into : include(into, from.value, from.order)),
    copy: (partial) => ({ order: partial.order, value: partial.value }),
    packed: {
      width: 2,
      pack: ({ order, value }, into, at) => {
        if (typeof value !== 'number') return false;
        into[at] = order;
        into[at + 1] = value;
        return true;
      },
      unpack: (from, at) => ({ order: from[at] ?? 0, value: from[at + 1] ?? 0 }),
    },
    finish: (partial) => partial.value,
  };
}
