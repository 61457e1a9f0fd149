import { type Emit, RDD } from './RDD';

/** Each partition is what a function makes of the parent's whole partition. */
export class MapPartitionsRDD<T, U> extends RDD<U> {
  readonly partitionCount: number;
  readonly #parent: RDD<T>;
  readonly #transform: (records: Iterable<T>) => Iterable<U>;

  constructor(parent: RDD<T>, transform: (records: Iterable<T>) => Iterable<U>) {
    super(parent.environment, [parent]);
    this.#parent = parent;
    this.#transform = transform;
    this.partitionCount = parent.partitionCount;
  }

  protected override compute(partition: number, emit: Emit<U>): void {
    const records: T[] = [];
    this.#parent.iterate(partition, (record) => records.push(record));
    for (const record of this.#transform(records)) emit(record);
  }
}

declare module './RDD' {
  interface RDD<T> {
    /** Replaces the records of each partition by those that the function gives for all of them. */
    mapPartitions<const U>(transform: (records: Iterable<T>) => Iterable<U>): RDD<U>;
  }
}

RDD.prototype.mapPartitions = function <T, U>(this: RDD<T>, transform: (records: Iterable<T>) => Iterable<U>): RDD<U> {
  return new MapPartitionsRDD<T, U>(this, transform);
};
