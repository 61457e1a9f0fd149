import { IllegalArgumentError } from '../errors';

/** Below 0 where the first comes before the second, above 0 where it comes after, 0 where neither does. */
export type Comparison<T> = (first: T, second: T) => number;

/** The kinds of values that have an order, in the order in which different kinds come. */
const KINDS = ['undefined', 'null', 'boolean', 'number', 'string', 'Date', 'array'] as const;

/**
 * The order that sorting, `max` and their like go by when none is given: numbers by size (bigints among them, NaN after all
 * others, -0 the same as 0), strings by their UTF-16 code units, false before true, Dates by time, arrays element by element
 * and the shorter one first where it is the beginning of the longer one. Values of different kinds come in the order
 * undefined, null, booleans, numbers, strings, Dates, arrays.
 * @throws IllegalArgumentError for values without an order, such as objects
 */
export function naturalOrder(first: unknown, second: unknown): number {
  const kind = kindOf(first);
  const difference = kind - kindOf(second);
  if (difference !== 0) return difference;
  switch (KINDS[kind]) {
    case 'number':
      return compareNumbers(first as number, second as number);
    case 'Date':
      return compareNumbers((first as Date).getTime(), (second as Date).getTime());
    case 'array':
      return compareArrays(first as readonly unknown[], second as readonly unknown[]);
    default:
      return compareByLess(first as string, second as string);
  }
}

function kindOf(value: unknown): number {
  const kind = KINDS.findIndex((candidate) => candidate === nameOf(value));
  if (kind >= 0) return kind;
  throw new IllegalArgumentError(
    `A value of type ${nameOf(value)} has no order of its own; give a function that compares two of them, or sort by a property.`,
  );
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'bigint') return 'number';
  if (Array.isArray(value)) return 'array';
  return value instanceof Date ? 'Date' : typeof value;
}

function compareNumbers(first: number, second: number): number {
  // Only NaN differs from itself.
  if (first !== first || second !== second) return Number(first !== first) - Number(second !== second);
  return compareByLess(first, second);
}

function compareByLess<V extends string | number>(first: V, second: V): number {
  return first < second ? -1 : first > second ? 1 : 0;
}

function compareArrays(first: readonly unknown[], second: readonly unknown[]): number {
  const shared = Math.min(first.length, second.length);
  for (let index = 0; index < shared; index++) {
    const order = naturalOrder(first[index], second[index]);
    if (order !== 0) return order;
  }
  return first.length - second.length;
}
