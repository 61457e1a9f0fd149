import type { Pair } from '../Pair';
import { CogroupedRDD } from './CogroupedRDD';
import { RDD } from './RDD';

declare module './RDD' {
  interface RDD<T> {
    /** For each key on both sides, every value here with every value there. */
    join<K, V, W>(
      this: RDD<readonly [K, V]>,
      other: RDD<readonly [K, W]>,
      numPartitions?: number,
    ): RDD<readonly [K, readonly [V, W]]>;
    /** The same, and the values here whose key the other RDD has not, with null. */
    leftOuterJoin<K, V, W>(
      this: RDD<readonly [K, V]>,
      other: RDD<readonly [K, W]>,
      numPartitions?: number,
    ): RDD<readonly [K, readonly [V, W | null]]>;
    /** The same as `join`, and the values there whose key this RDD has not, with null. */
    rightOuterJoin<K, V, W>(
      this: RDD<readonly [K, V]>,
      other: RDD<readonly [K, W]>,
      numPartitions?: number,
    ): RDD<readonly [K, readonly [V | null, W]]>;
    /** The same as `join`, and the values on either side whose key the other side has not, with null. */
    fullOuterJoin<K, V, W>(
      this: RDD<readonly [K, V]>,
      other: RDD<readonly [K, W]>,
      numPartitions?: number,
    ): RDD<readonly [K, readonly [V | null, W | null]]>;
    /** The pairs whose key the other RDD has not. */
    subtractByKey<K, V>(
      this: RDD<readonly [K, V]>,
      other: RDD<readonly [K, unknown]>,
      numPartitions?: number,
    ): RDD<readonly [K, V]>;
    /** The records, as often as they are here, that the other RDD has not. */
    subtract(other: RDD<T>, numPartitions?: number): RDD<T>;
    /** The records that both RDDs have, each once. */
    intersection(other: RDD<T>, numPartitions?: number): RDD<T>;
  }
}

/** Every value of the left with every value of the right. */
function* combinations<V, W>(left: readonly V[], right: readonly W[]): Iterable<readonly [V, W]> {
  for (const value of left) {
    for (const other of right) yield [value, other];
  }
}

/** The values, or a single null where there are none. */
function orNull<V>(values: readonly V[]): readonly (V | null)[] {
  return values.length === 0 ? [null] : values;
}

RDD.prototype.join = function <K, V, W>(
  this: RDD<Pair<K, V>>,
  other: RDD<Pair<K, W>>,
  numPartitions?: number,
): RDD<Pair<K, readonly [V, W]>> {
  return new CogroupedRDD(this, other, numPartitions).flatMapValues(([left, right]) => combinations(left, right));
};

RDD.prototype.leftOuterJoin = function <K, V, W>(
  this: RDD<Pair<K, V>>,
  other: RDD<Pair<K, W>>,
  numPartitions?: number,
): RDD<Pair<K, readonly [V, W | null]>> {
  return new CogroupedRDD(this, other, numPartitions).flatMapValues(([left, right]) => combinations(left, orNull(right)));
};

RDD.prototype.rightOuterJoin = function <K, V, W>(
  this: RDD<Pair<K, V>>,
  other: RDD<Pair<K, W>>,
  numPartitions?: number,
): RDD<Pair<K, readonly [V | null, W]>> {
  return new CogroupedRDD(this, other, numPartitions).flatMapValues(([left, right]) => combinations(orNull(left), right));
};

RDD.prototype.fullOuterJoin = function <K, V, W>(
  this: RDD<Pair<K, V>>,
  other: RDD<Pair<K, W>>,
  numPartitions?: number,
): RDD<Pair<K, readonly [V | null, W | null]>> {
  return new CogroupedRDD(this, other, numPartitions).flatMapValues(([left, right]) => combinations(orNull(left), orNull(right)));
};

RDD.prototype.subtractByKey = function <K, V>(
  this: RDD<Pair<K, V>>,
  other: RDD<Pair<K, unknown>>,
  numPartitions?: number,
): RDD<Pair<K, V>> {
  return new CogroupedRDD(this, other, numPartitions).flatMapValues(([left, right]) => (right.length === 0 ? left : []));
};

RDD.prototype.subtract = function <T>(this: RDD<T>, other: RDD<T>, numPartitions?: number): RDD<T> {
  // The records themselves are the values, so that each keeps its own form where several are equal.
  return this.keyBy((record) => record)
    .subtractByKey(other.keyBy((record) => record), numPartitions)
    .values();
};

RDD.prototype.intersection = function <T>(this: RDD<T>, other: RDD<T>, numPartitions?: number): RDD<T> {
  return this.keyBy((record) => record)
    .cogroup(other.keyBy((record) => record), numPartitions)
    .filter(([, [left, right]]) => left.length > 0 && right.length > 0)
    .keys();
};
