import type { Aggregate } from './Aggregate';

export interface FirstPartial {
  order: number;
  /** Null while there is none. Shared with the record it came from, and never changed. */
  value: unknown;
}

/**
 * The value with the smallest order coordinate, of any type but undefined and null. Of equals, the one folded in earlier stays.
 * Null for none.
 */
export const First: Aggregate<FirstPartial> = {
  name: 'first',
  zero: () => ({ order: 0, value: null }),
  accepts: (candidate) => candidate !== undefined && candidate !== null,
  add: (partial, accepted, order) => {
    include(partial, accepted, order);
    return partial;
  },
  merge: (into, from) => {
    if (from.value !== null) include(into, from.value, from.order);
    return into;
  },
  copy: (partial) => ({ order: partial.order, value: partial.value }),
  finish: (partial) => partial.value,
};

function include(partial: FirstPartial, value: unknown, order: number): void {
  if (partial.value !== null && !(order < partial.order)) return;
  partial.order = order;
  partial.value = value;
}
