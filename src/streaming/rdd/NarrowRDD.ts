import { type Emit, RDD } from './RDD';

/** Puts one step of a pass before the next: given where results go, says what to do with each record. */
export type Step<T, U> = (next: Emit<U>) => Emit<T>;

/** Each partition comes from the same partition of the parent, record by record: map, filter, flatMap and their like. */
export class NarrowRDD<T, U> extends RDD<U> {
  readonly partitionCount: number;
  readonly #parent: RDD<T>;
  readonly #step: Step<T, U>;

  constructor(parent: RDD<T>, step: Step<T, U>) {
    super(parent.environment, [parent]);
    this.#parent = parent;
    this.#step = step;
    this.partitionCount = parent.partitionCount;
  }

  protected override compute(partition: number, emit: Emit<U>): void {
    this.#parent.iterate(partition, this.#step(emit));
  }
}

declare module './RDD' {
  interface RDD<T> {
    /** Each record replaced by what the function makes of it. */
    map<const U>(transform: (record: T) => U): RDD<U>;
    /** Each record replaced by any number of others. */
    flatMap<const U>(transform: (record: T) => Iterable<U>): RDD<U>;
    /** The records for which the function says true. */
    filter(predicate: (record: T) => boolean): RDD<T>;
    /** Pairs of the key that the function gives and the record. */
    keyBy<K>(key: (record: T) => K): RDD<readonly [K, T]>;
    /** Each value replaced, under the same key. */
    mapValues<K, V, const U>(this: RDD<readonly [K, V]>, transform: (value: V) => U): RDD<readonly [K, U]>;
    /** Each value replaced by any number of others, under the same key. */
    flatMapValues<K, V, const U>(this: RDD<readonly [K, V]>, transform: (value: V) => Iterable<U>): RDD<readonly [K, U]>;
  }
}

RDD.prototype.map = function <T, U>(this: RDD<T>, transform: (record: T) => U): RDD<U> {
  return new NarrowRDD<T, U>(this, (next) => (record) => {
    next(transform(record));
  });
};

RDD.prototype.flatMap = function <T, U>(this: RDD<T>, transform: (record: T) => Iterable<U>): RDD<U> {
  return new NarrowRDD<T, U>(this, (next) => (record) => {
    for (const result of transform(record)) next(result);
  });
};

RDD.prototype.filter = function <T>(this: RDD<T>, predicate: (record: T) => boolean): RDD<T> {
  return new NarrowRDD<T, T>(this, (next) => (record) => {
    if (predicate(record)) next(record);
  });
};

RDD.prototype.keyBy = function <T, K>(this: RDD<T>, key: (record: T) => K): RDD<readonly [K, T]> {
  return new NarrowRDD<T, readonly [K, T]>(this, (next) => (record) => {
    next([key(record), record]);
  });
};

RDD.prototype.mapValues = function <K, V, U>(this: RDD<readonly [K, V]>, transform: (value: V) => U): RDD<readonly [K, U]> {
  return new NarrowRDD<readonly [K, V], readonly [K, U]>(this, (next) => (pair) => {
    next([pair[0], transform(pair[1])]);
  });
};

RDD.prototype.flatMapValues = function <K, V, U>(
  this: RDD<readonly [K, V]>,
  transform: (value: V) => Iterable<U>,
): RDD<readonly [K, U]> {
  return new NarrowRDD<readonly [K, V], readonly [K, U]>(this, (next) => (pair) => {
    for (const result of transform(pair[1])) next([pair[0], result]);
  });
};
