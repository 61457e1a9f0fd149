import type { Mapped } from '../Mapped';
import { type Passage, RDD } from './RDD';
import { filtering, flatMapping, flatMappingValues, keyingBy, mapping, mappingValues, type Step } from './Step';

/** Each partition comes from the same partition of the parent, record by record: map, filter, flatMap and their like. */
export class NarrowRDD<T, U> extends RDD<U> {
  readonly partitionCount: number;
  readonly #parent: RDD<T>;
  readonly #step: Step<T, U>;
  readonly #given: unknown;

  /** @param given what the step is given to work with, beside the records */
  constructor(parent: RDD<T>, step: Step<T, U>, given?: unknown) {
    super(parent.environment, [parent]);
    this.#parent = parent;
    this.#step = step;
    this.#given = given;
    this.partitionCount = parent.partitionCount;
  }

  protected override passage(partition: number): Passage<U> {
    return { rdd: this.#parent, partition, step: this.#step, given: this.#given };
  }
}

declare module './RDD' {
  interface RDD<T> {
    /** Each record replaced by what the function makes of it. */
    map<U>(transform: (record: T) => Mapped<U>): RDD<U>;
    /** Each record replaced by any number of others. */
    flatMap<U>(transform: (record: T) => Iterable<Mapped<U>>): RDD<U>;
    /** The records for which the function says true. */
    filter(predicate: (record: T) => boolean): RDD<T>;
    /** Pairs of the key that the function gives and the record. */
    keyBy<K>(key: (record: T) => K): RDD<readonly [K, T]>;
    /** The keys of pairs, one a pair. */
    keys<K>(this: RDD<readonly [K, unknown]>): RDD<K>;
    /** The values of pairs. */
    values<V>(this: RDD<readonly [unknown, V]>): RDD<V>;
    /** Each value replaced, under the same key. */
    mapValues<K, V, U>(this: RDD<readonly [K, V]>, transform: (value: V) => Mapped<U>): RDD<readonly [K, U]>;
    /** Each value replaced by any number of others, under the same key. */
    flatMapValues<K, V, U>(this: RDD<readonly [K, V]>, transform: (value: V) => Iterable<Mapped<U>>): RDD<readonly [K, U]>;
  }
}

RDD.prototype.map = function <T, U>(this: RDD<T>, transform: (record: T) => Mapped<U>): RDD<U> {
  return new NarrowRDD<T, U>(this, mapping(transform));
};

RDD.prototype.flatMap = function <T, U>(this: RDD<T>, transform: (record: T) => Iterable<Mapped<U>>): RDD<U> {
  return new NarrowRDD<T, U>(this, flatMapping(transform));
};

RDD.prototype.filter = function <T>(this: RDD<T>, predicate: (record: T) => boolean): RDD<T> {
  return new NarrowRDD<T, T>(this, filtering(predicate));
};

RDD.prototype.keyBy = function <T, K>(this: RDD<T>, key: (record: T) => K): RDD<readonly [K, T]> {
  return new NarrowRDD<T, readonly [K, T]>(this, keyingBy(key));
};

RDD.prototype.keys = function <K>(this: RDD<readonly [K, unknown]>): RDD<K> {
  return this.map(keyOf<K>);
};

RDD.prototype.values = function <V>(this: RDD<readonly [unknown, V]>): RDD<V> {
  return this.map(valueOf<V>);
};

RDD.prototype.mapValues = function <K, V, U>(
  this: RDD<readonly [K, V]>,
  transform: (value: V) => Mapped<U>,
): RDD<readonly [K, U]> {
  return new NarrowRDD<readonly [K, V], readonly [K, U]>(this, mappingValues(transform));
};

RDD.prototype.flatMapValues = function <K, V, U>(
  this: RDD<readonly [K, V]>,
  transform: (value: V) => Iterable<Mapped<U>>,
): RDD<readonly [K, U]> {
  return new NarrowRDD<readonly [K, V], readonly [K, U]>(this, flatMappingValues(transform));
};

// Functions of their own, not made anew for each batch: steps are recognised by their functions.
function keyOf<K>(pair: readonly [K, unknown]): K {
  return pair[0];
}

function valueOf<V>(pair: readonly [unknown, V]): V {
  return pair[1];
}
