import type { Aggregate } from './Aggregate';

/** Values by their order coordinates, ascending. */
export interface ListPartial {
  readonly orders: number[];
  /** As many. Shared with the records they came from, and never changed. */
  readonly values: unknown[];
}

/**
 * The values themselves, in the order of their coordinates: what Spark's groupByKey gives. Of equals, the one folded in
 * earlier comes first. Undefined and null are skipped. Empty for none.
 * @param most so many are kept at most, those with the largest coordinates: the oldest make room
 */
export function list(most: number): Aggregate<ListPartial> {
  const include = (partial: ListPartial, value: unknown, order: number): void => {
    const { orders, values } = partial;
    const place = placeAfter(orders, order);
    if (place === orders.length) {
      orders.push(order);
      values.push(value);
    } else if (place > 0 || orders.length < most) {
      orders.splice(place, 0, order);
      values.splice(place, 0, value);
    }
    if (orders.length > most) {
      orders.shift();
      values.shift();
    }
  };
  return {
    name: 'list',
    zero: () => ({ orders: [], values: [] }),
    accepts: (candidate) => candidate !== undefined && candidate !== null,
    add: (partial, value, order) => {
      include(partial, value, order);
      return partial;
    },
    merge: (into, from) => {
      for (let index = 0; index < from.orders.length; index++) include(into, from.values[index], from.orders[index] ?? 0);
      return into;
    },
    copy: ({ orders, values }) => ({ orders: orders.slice(), values: values.slice() }),
    size: ({ orders }) => orders.length,
    finish: ({ values }) => values.slice(),
  };
}

/** Behind the last of the ascending orders that is not larger; nearly always at the end. */
function placeAfter(orders: readonly number[], order: number): number {
  let start = 0;
  let end = orders.length;
  if (end === 0 || (orders[end - 1] ?? 0) <= order) return end;
  while (start < end) {
    const middle = (start + end) >>> 1;
    if ((orders[middle] ?? 0) <= order) start = middle + 1;
    else end = middle;
  }
  return start;
}
