/**
 * The oracle for whole programs: a stream as a list of its batches, each operation computed from the whole input by loops
 * anybody can check. It shares no code with the engine.
 */

export const BATCH = 1000;

export type KeyedNumber = readonly [key: number, value: number];

/** The records of each batch time; null where there is no RDD. A time without an entry is not on the grid of the stream. */
export type Batches<T> = ReadonlyMap<number, readonly T[] | null>;

export interface Naive<T> {
  /** ms */
  readonly slide: number;
  readonly batches: Batches<T>;
}

export function input(batches: readonly (readonly number[] | null)[]): Naive<number> {
  return { slide: BATCH, batches: new Map(batches.map((batch, index) => [(index + 1) * BATCH, batch])) };
}

/** What an operation that works batch by batch makes; without an RDD there is none after it either. */
export function each<T, U>(stream: Naive<T>, change: (records: readonly T[]) => readonly U[]): Naive<U> {
  return {
    slide: stream.slide,
    batches: new Map([...stream.batches].map(([time, records]) => [time, records === null ? null : change(records)])),
  };
}

/** What an operation on two streams makes, neither of which is ever without RDD. */
export function both<T, U, V>(
  first: Naive<T>,
  second: Naive<U>,
  change: (first: readonly T[], second: readonly U[], time: number) => readonly V[],
): Naive<V> {
  return {
    slide: first.slide,
    batches: new Map([...first.batches].map(([time, records]) => [time, change(records ?? [], second.batches.get(time) ?? [], time)])),
  };
}

/** The records of all batches in (time - length, time], at every multiple of the slide. */
export function window<T>(stream: Naive<T>, length: number, slide: number): Naive<T> {
  const batches = new Map<number, readonly T[]>();
  for (const time of stream.batches.keys()) {
    if (time % slide !== 0) continue;
    batches.set(time, recordsBetween(stream, time - length, time));
  }
  return { slide, batches };
}

/** The records of the batches in (after, upTo]. */
export function recordsBetween<T>(stream: Naive<T>, after: number, upTo: number): T[] {
  const found: T[] = [];
  for (const [time, records] of stream.batches) if (time > after && time <= upTo) found.push(...(records ?? []));
  return found;
}

export function sum(numbers: readonly number[]): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

/** The values of each key, in their order; the keys in the order of their first appearance. */
export function groups(pairs: readonly KeyedNumber[]): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const [key, value] of pairs) {
    const present = found.get(key);
    if (present === undefined) found.set(key, [value]);
    else present.push(value);
  }
  return found;
}

export function sumsByKey(pairs: readonly KeyedNumber[]): KeyedNumber[] {
  return [...groups(pairs)].map(([key, values]) => [key, sum(values)]);
}

export function countsByValue(numbers: readonly number[]): KeyedNumber[] {
  return [...groups(numbers.map((number) => [number, 1]))].map(([value, ones]) => [value, ones.length]);
}

/** All pairs of values that the two sides have for a key; `undefined` for the side that has none, where that is wanted. */
export function joined(
  left: readonly KeyedNumber[],
  right: readonly KeyedNumber[],
  keep: { readonly left: boolean; readonly right: boolean },
): { readonly key: number; readonly left: number | undefined; readonly right: number | undefined }[] {
  const lefts = groups(left);
  const rights = groups(right);
  const found: { key: number; left: number | undefined; right: number | undefined }[] = [];
  for (const key of new Set([...lefts.keys(), ...rights.keys()])) {
    const leftValues = lefts.get(key);
    const rightValues = rights.get(key);
    if (leftValues === undefined && !keep.right) continue;
    if (rightValues === undefined && !keep.left) continue;
    for (const one of leftValues ?? [undefined]) {
      for (const other of rightValues ?? [undefined]) found.push({ key, left: one, right: other });
    }
  }
  return found;
}

/** A running state for each key, over all batches in their order. */
export type States = Map<number, number>;

/**
 * What a function that runs once a batch for every key with state or new values makes: the whole state after each batch.
 * @param update undefined removes the key
 */
export function updated(
  stream: Naive<KeyedNumber>,
  update: (values: readonly number[], state: number | undefined, key: number, time: number) => number | undefined,
): Naive<KeyedNumber> {
  const batches = new Map<number, readonly KeyedNumber[] | null>();
  let states: States | undefined;
  for (const [time, records] of stream.batches) {
    if (states === undefined && records === null) {
      batches.set(time, null);
      continue;
    }
    const before: States = states ?? new Map<number, number>();
    const values = groups(records ?? []);
    const after: States = new Map();
    for (const key of new Set([...before.keys(), ...values.keys()])) {
      const state = update(values.get(key) ?? [], before.get(key), key, time);
      if (state !== undefined) after.set(key, state);
    }
    states = after;
    batches.set(time, [...after]);
  }
  return { slide: stream.slide, batches };
}

/** What a function that runs for each record, with its key's state, makes of it, and the states after each batch. */
export function mapped(
  stream: Naive<KeyedNumber>,
  change: (key: number, value: number, states: States) => KeyedNumber | undefined,
): { readonly results: Naive<KeyedNumber>; readonly snapshots: Naive<KeyedNumber> } {
  const results = new Map<number, readonly KeyedNumber[]>();
  const snapshots = new Map<number, readonly KeyedNumber[]>();
  const states: States = new Map();
  for (const [time, records] of stream.batches) {
    results.set(time, (records ?? []).flatMap(([key, value]) => {
      const result = change(key, value, states);
      return result === undefined ? [] : [result];
    }));
    snapshots.set(time, [...states]);
  }
  return { results: { slide: stream.slide, batches: results }, snapshots: { slide: stream.slide, batches: snapshots } };
}

/** The states of keys that had no record for more than `timeout` ms, in the batch in which they are forgotten. */
export function timedOut(
  stream: Naive<KeyedNumber>,
  timeout: number,
  next: (value: number, state: number | undefined) => number,
): Naive<KeyedNumber> {
  const batches = new Map<number, readonly KeyedNumber[]>();
  const states = new Map<number, { readonly state: number; readonly last: number }>();
  for (const [time, records] of stream.batches) {
    for (const [key, value] of records ?? []) states.set(key, { state: next(value, states.get(key)?.state), last: time });
    const over = [...states].filter(([, { last }]) => last < time - timeout);
    for (const [key] of over) states.delete(key);
    batches.set(time, over.map(([key, { state }]) => [key, state]));
  }
  return { slide: stream.slide, batches };
}

/** How many records each window has; nothing before the first one that has any. */
export function countsOfWindows(windows: Naive<unknown>): Naive<number> {
  let seen = false;
  return each(windows, (records) => {
    seen ||= records.length > 0;
    return seen ? [records.length] : [];
  });
}
