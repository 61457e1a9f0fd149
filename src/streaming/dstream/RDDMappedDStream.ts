import { checkFunction } from '../checkFunction';
import type { Mapped } from '../Mapped';
import { checkPartitionCount } from '../rdd/checkPartitionCount';
import type { RDD } from '../rdd/RDD';
import { DStream } from './DStream';

/** Each RDD of the parent replaced by another that is made from it alone, at the same times. */
export class RDDMappedDStream<T, U> extends DStream<U> {
  readonly dependencies: readonly [DStream<T>];
  readonly slideDuration: number;
  readonly #onRDD: (rdd: RDD<T>) => RDD<U>;

  constructor(parent: DStream<T>, onRDD: (rdd: RDD<T>) => RDD<U>) {
    super(parent.context);
    this.dependencies = [parent];
    this.slideDuration = parent.slideDuration;
    this.#onRDD = onRDD;
  }

  protected override compute(time: number): RDD<U> | null {
    const rdd = this.dependencies[0].getOrCompute(time);
    return rdd === null ? null : this.#onRDD(rdd);
  }
}

declare module './DStream' {
  interface DStream<T> {
    /** Each record replaced by what the function makes of it. */
    map<U>(transform: (record: T) => Mapped<U>): DStream<U>;
    /** Each record replaced by any number of others. */
    flatMap<U>(transform: (record: T) => Iterable<Mapped<U>>): DStream<U>;
    /** The records for which the function says true. */
    filter(predicate: (record: T) => boolean): DStream<T>;
    /**
     * The records of each partition replaced by those that the function gives for all of them.
     * @param preservePartitioning taken for the sake of Spark's signature; nothing here relies on where a key lies
     */
    mapPartitions<U>(transform: (records: Iterable<T>) => Iterable<Mapped<U>>, preservePartitioning?: boolean): DStream<U>;
    /** One array a partition, of all its records; also for a partition without any. */
    glom(): DStream<T[]>;
    /** The same records in another number of partitions. */
    repartition(numPartitions: number): DStream<T>;
    /** Each value replaced, under the same key. */
    mapValues<K, V, U>(this: DStream<readonly [K, V]>, transform: (value: V) => Mapped<U>): DStream<readonly [K, U]>;
    /** Each value replaced by any number of others, under the same key. */
    flatMapValues<K, V, U>(
      this: DStream<readonly [K, V]>,
      transform: (value: V) => Iterable<Mapped<U>>,
    ): DStream<readonly [K, U]>;
  }
}

DStream.prototype.map = function <T, U>(this: DStream<T>, transform: (record: T) => Mapped<U>): DStream<U> {
  checkFunction('map', '(record) => record', transform);
  return new RDDMappedDStream<T, U>(this, (rdd) => rdd.map(transform));
};

DStream.prototype.flatMap = function <T, U>(this: DStream<T>, transform: (record: T) => Iterable<Mapped<U>>): DStream<U> {
  checkFunction('flatMap', '(record) => records', transform);
  return new RDDMappedDStream<T, U>(this, (rdd) => rdd.flatMap(transform));
};

DStream.prototype.filter = function <T>(this: DStream<T>, predicate: (record: T) => boolean): DStream<T> {
  checkFunction('filter', '(record) => boolean', predicate);
  return new RDDMappedDStream(this, (rdd) => rdd.filter(predicate));
};

DStream.prototype.mapPartitions = function <T, U>(
  this: DStream<T>,
  transform: (records: Iterable<T>) => Iterable<Mapped<U>>,
): DStream<U> {
  checkFunction('mapPartitions', '(records) => records', transform);
  return new RDDMappedDStream<T, U>(this, (rdd) => rdd.mapPartitions(transform));
};

DStream.prototype.glom = function <T>(this: DStream<T>): DStream<T[]> {
  return new RDDMappedDStream<T, T[]>(this, (rdd) => rdd.glom());
};

DStream.prototype.repartition = function <T>(this: DStream<T>, numPartitions: number): DStream<T> {
  checkPartitionCount(numPartitions);
  return new RDDMappedDStream(this, (rdd) => rdd.repartition(numPartitions));
};

DStream.prototype.mapValues = function <K, V, U>(
  this: DStream<readonly [K, V]>,
  transform: (value: V) => Mapped<U>,
): DStream<readonly [K, U]> {
  checkFunction('mapValues', '(value) => value', transform);
  return new RDDMappedDStream<readonly [K, V], readonly [K, U]>(this, (rdd) => rdd.mapValues(transform));
};

DStream.prototype.flatMapValues = function <K, V, U>(
  this: DStream<readonly [K, V]>,
  transform: (value: V) => Iterable<Mapped<U>>,
): DStream<readonly [K, U]> {
  checkFunction('flatMapValues', '(value) => values', transform);
  return new RDDMappedDStream<readonly [K, V], readonly [K, U]>(this, (rdd) => rdd.flatMapValues(transform));
};
