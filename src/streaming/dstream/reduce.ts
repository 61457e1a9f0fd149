import { checkFunction } from '../checkFunction';
import type { Pair } from '../Pair';
import { checkPartitionCount } from '../rdd/checkPartitionCount';
import { CountedRDD, ReducedRDD } from '../rdd/ReducedRDD';
import { DStream } from './DStream';
import { RDDMappedDStream } from './RDDMappedDStream';

declare module './DStream' {
  interface DStream<T> {
    /** One record a batch: all of them combined by an associative function. A batch without records stays without. */
    reduce(combine: (first: T, second: T) => T): DStream<T>;
    /** One number a batch: how many records it has, also 0. */
    count(): DStream<number>;
    /** One pair a value and batch: how often the value occurs, values being compared as keys are. */
    countByValue(numPartitions?: number): DStream<readonly [T, number]>;
    /** One value a key and batch: its values combined by an associative function. */
    reduceByKey<K, V>(
      this: DStream<readonly [K, V]>,
      combine: (first: V, second: V) => V,
      numPartitions?: number,
    ): DStream<readonly [K, V]>;
    /** One array a key and batch: its values in their order. */
    groupByKey<K, V>(this: DStream<readonly [K, V]>, numPartitions?: number): DStream<readonly [K, V[]]>;
    /** One value a key and batch, made by functions that begin, extend and join a combined value. */
    combineByKey<K, V, C>(
      this: DStream<readonly [K, V]>,
      create: (value: V) => C,
      mergeValue: (combined: C, value: V) => C,
      mergeCombiners: (first: C, second: C) => C,
      numPartitions?: number,
    ): DStream<readonly [K, C]>;
  }
}

DStream.prototype.reduce = function <T>(this: DStream<T>, combine: (first: T, second: T) => T): DStream<T> {
  checkFunction('reduce', '(first, second) => combined', combine);
  return new RDDMappedDStream(this, (rdd) => new ReducedRDD(rdd, combine));
};

DStream.prototype.count = function <T>(this: DStream<T>): DStream<number> {
  return new RDDMappedDStream<T, number>(this, (rdd) => new CountedRDD(rdd));
};

DStream.prototype.countByValue = function <T>(this: DStream<T>, numPartitions?: number): DStream<Pair<T, number>> {
  return this.map((record): Pair<T, number> => [record, 1]).reduceByKey((first, second) => first + second, numPartitions);
};

DStream.prototype.reduceByKey = function <K, V>(
  this: DStream<Pair<K, V>>,
  combine: (first: V, second: V) => V,
  numPartitions?: number,
): DStream<Pair<K, V>> {
  checkFunction('reduceByKey', '(first, second) => combined', combine);
  checkPartitionCount(numPartitions);
  return new RDDMappedDStream<Pair<K, V>, Pair<K, V>>(this, (rdd) => rdd.reduceByKey(combine, numPartitions));
};

DStream.prototype.groupByKey = function <K, V>(this: DStream<Pair<K, V>>, numPartitions?: number): DStream<Pair<K, V[]>> {
  checkPartitionCount(numPartitions);
  return new RDDMappedDStream<Pair<K, V>, Pair<K, V[]>>(this, (rdd) => rdd.groupByKey(numPartitions));
};

DStream.prototype.combineByKey = function <K, V, C>(
  this: DStream<Pair<K, V>>,
  create: (value: V) => C,
  mergeValue: (combined: C, value: V) => C,
  mergeCombiners: (first: C, second: C) => C,
  numPartitions?: number,
): DStream<Pair<K, C>> {
  checkFunction('combineByKey', '(value) => combined first', create);
  checkFunction('combineByKey', '(combined, value) => combined second', mergeValue);
  checkFunction('combineByKey', '(first, second) => combined third', mergeCombiners);
  checkPartitionCount(numPartitions);
  return new RDDMappedDStream<Pair<K, V>, Pair<K, C>>(this, (rdd) =>
    rdd.combineByKey(create, mergeValue, mergeCombiners, numPartitions),
  );
};
