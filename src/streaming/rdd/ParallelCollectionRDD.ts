import { checkPartitionCount } from './checkPartitionCount';
import { RDD, type RDDEnvironment } from './RDD';
import { startOf } from './startOf';

/** An RDD over arrays that are there already, one a partition. */
export class ParallelCollectionRDD<T> extends RDD<T> {
  readonly partitionCount: number;
  readonly #partitions: readonly (readonly T[])[];

  constructor(environment: RDDEnvironment, partitions: readonly (readonly T[])[]) {
    super(environment, []);
    this.#partitions = partitions;
    this.partitionCount = partitions.length;
  }

  /**
   * Cuts an array into partitions of nearly equal size, neighbours staying together and in order.
   * @throws IllegalArgumentError unless the number of partitions is a whole number above 0
   */
  static of<T>(environment: RDDEnvironment, records: Iterable<T>, partitionCount?: number): ParallelCollectionRDD<T> {
    const count = partitionCount ?? environment.defaultParallelism;
    checkPartitionCount(count);
    // The caller's array may change later.
    const all = Array.isArray(records) ? (records as readonly T[]).slice() : Array.from(records);
    if (count === 1) return new ParallelCollectionRDD(environment, [all]);
    const partitions = Array.from({ length: count }, (_, index) =>
      all.slice(startOf(index, count, all.length), startOf(index + 1, count, all.length)),
    );
    return new ParallelCollectionRDD(environment, partitions);
  }

  protected override held(partition: number): readonly T[] {
    return this.#partitions[partition] ?? [];
  }
}
