import { checkIterable } from '../checkIterable';
import type { Mapped } from '../Mapped';
import { type Emit, RDD } from './RDD';

/** Each partition is what a function makes of the parent's whole partition. */
export class MapPartitionsRDD<T, U> extends RDD<U> {
  readonly partitionCount: number;
  readonly #parent: RDD<T>;
  readonly #transform: (records: Iterable<T>, partition: number) => Iterable<U>;

  constructor(parent: RDD<T>, transform: (records: Iterable<T>, partition: number) => Iterable<U>) {
    super(parent.environment, [parent]);
    this.#parent = parent;
    this.#transform = transform;
    this.partitionCount = parent.partitionCount;
  }

  protected override compute(partition: number, emit: Emit<U>): void {
    const records: T[] = [];
    this.#parent.iterate(partition, (record) => records.push(record));
    for (const record of checkIterable('mapPartitions', this.#transform(records, partition))) emit(record);
  }
}

declare module './RDD' {
  interface RDD<T> {
    /**
     * Replaces the records of each partition by those that the function gives for all of them.
     * @param preservesPartitioning taken for the sake of Spark's signature; nothing here relies on where a key lies
     */
    mapPartitions<U>(transform: (records: Iterable<T>) => Iterable<Mapped<U>>, preservesPartitioning?: boolean): RDD<U>;
    /** The same, with the number of the partition, from 0. */
    mapPartitionsWithIndex<U>(
      transform: (partition: number, records: Iterable<T>) => Iterable<Mapped<U>>,
      preservesPartitioning?: boolean,
    ): RDD<U>;
    /** One array a partition, of all its records; also for a partition without any. */
    glom(): RDD<T[]>;
  }
}

RDD.prototype.mapPartitions = function <T, U>(this: RDD<T>, transform: (records: Iterable<T>) => Iterable<Mapped<U>>): RDD<U> {
  return new MapPartitionsRDD<T, U>(this, (records) => transform(records) as Iterable<U>);
};

RDD.prototype.mapPartitionsWithIndex = function <T, U>(
  this: RDD<T>,
  transform: (partition: number, records: Iterable<T>) => Iterable<Mapped<U>>,
): RDD<U> {
  return new MapPartitionsRDD<T, U>(this, (records, partition) => transform(partition, records) as Iterable<U>);
};

RDD.prototype.glom = function <T>(this: RDD<T>): RDD<T[]> {
  return new MapPartitionsRDD<T, T[]>(this, (records) => [[...records]]);
};
