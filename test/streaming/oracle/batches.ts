/**
 * What windows and joins come to, computed naively: every result from the whole input, with nothing kept from one batch to
 * the next. Pure functions over arrays, knowing nothing of the engine.
 */
export interface Batch<T> {
  /** The batch time, ms since the epoch. */
  readonly time: number;
  readonly records: readonly T[];
}

export type KeyedRecord<K, V> = readonly [K, V];

/** Whether two values are the same key: compared by content, NaN equal to itself and 0 to -0. */
export type SameKey = (first: unknown, second: unknown) => boolean;

/** Enough for keys that are not objects. */
export const sameValue: SameKey = (first, second) => first === second || (first !== first && second !== second);

/**
 * The batches of a queue: one a batch interval, the first after the start, aligned to the epoch. A batch without an RDD has
 * no records.
 */
export function queued<T>(batches: readonly (readonly T[] | null)[], startAt = 0, interval = 1000): Batch<T>[] {
  const first = (Math.floor(startAt / interval) + 1) * interval;
  return batches.map((records, index) => ({ time: first + index * interval, records: records ?? [] }));
}

/** At each time that is a multiple of the slide: the records of the batches in (time - window, time]. */
export function windowsOf<T>(batches: readonly Batch<T>[], window: number, slide: number): Batch<T>[] {
  return batches
    .filter(({ time }) => time % slide === 0)
    .map(({ time: end }) => ({
      time: end,
      records: batches.filter(({ time }) => time > end - window && time <= end).flatMap(({ records }) => records),
    }));
}

/** Each batch's records replaced. */
export function eachBatch<T, U>(batches: readonly Batch<T>[], change: (records: readonly T[]) => readonly U[]): Batch<U>[] {
  return batches.map(({ time, records }) => ({ time, records: change(records) }));
}

/** The keys of records, each once, in the order of their first appearance. */
export function keysOf<K>(records: readonly KeyedRecord<K, unknown>[], same: SameKey = sameValue): K[] {
  const keys: K[] = [];
  for (const [key] of records) {
    if (!keys.some((present) => same(present, key))) keys.push(key);
  }
  return keys;
}

/** The values of one key, in their order. */
export function valuesOf<K, V>(records: readonly KeyedRecord<K, V>[], key: K, same: SameKey = sameValue): V[] {
  return records.filter(([candidate]) => same(candidate, key)).map(([, value]) => value);
}

/** Each key with all its values. */
export function grouped<K, V>(records: readonly KeyedRecord<K, V>[], same: SameKey = sameValue): [K, V[]][] {
  return keysOf(records, same).map((key) => [key, valuesOf(records, key, same)]);
}

/** How often each value occurs. */
export function counted<T>(records: readonly T[], same: SameKey = sameValue): [T, number][] {
  return grouped(records.map((record): [T, null] => [record, null]), same).map(([value, all]) => [value, all.length]);
}

/** Every key of either side with its values there. */
export function cogrouped<K, V, W>(
  left: readonly KeyedRecord<K, V>[],
  right: readonly KeyedRecord<K, W>[],
  same: SameKey = sameValue,
): [K, [V[], W[]]][] {
  return keysOf([...left, ...right], same).map((key) => [key, [valuesOf(left, key, same), valuesOf(right, key, same)]]);
}

export type JoinKind = 'join' | 'leftOuterJoin' | 'rightOuterJoin' | 'fullOuterJoin';

/** Every pair of values with the same key; where one side is kept and the other has none, null stands for it. */
export function joined<K, V, W>(
  kind: JoinKind,
  left: readonly KeyedRecord<K, V>[],
  right: readonly KeyedRecord<K, W>[],
  same: SameKey = sameValue,
): [K, [V | null, W | null]][] {
  const keepsLeft = kind === 'leftOuterJoin' || kind === 'fullOuterJoin';
  const keepsRight = kind === 'rightOuterJoin' || kind === 'fullOuterJoin';
  return cogrouped(left, right, same).flatMap(([key, [ones, others]]): [K, [V | null, W | null]][] => {
    if (others.length === 0) return keepsLeft ? ones.map((one) => [key, [one, null]]) : [];
    if (ones.length === 0) return keepsRight ? others.map((other) => [key, [null, other]]) : [];
    return ones.flatMap((one) => others.map((other): [K, [V, W]] => [key, [one, other]]));
  });
}
