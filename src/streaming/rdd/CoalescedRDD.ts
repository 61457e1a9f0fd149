import { checkPartitionCount } from './checkPartitionCount';
import { type Emit, RDD } from './RDD';
import { startOf } from './startOf';

/** Fewer partitions, each of several neighbouring ones of the parent; no record is put down in between. */
export class CoalescedRDD<T> extends RDD<T> {
  readonly partitionCount: number;
  readonly #parent: RDD<T>;

  /** @param partitionCount at most; never more than the parent has */
  constructor(parent: RDD<T>, partitionCount: number) {
    super(parent.environment, [parent]);
    checkPartitionCount(partitionCount);
    this.#parent = parent;
    this.partitionCount = Math.min(partitionCount, parent.partitionCount);
  }

  protected override compute(partition: number, emit: Emit<T>): void {
    const parent = this.#parent;
    const end = startOf(partition + 1, this.partitionCount, parent.partitionCount);
    let source = startOf(partition, this.partitionCount, parent.partitionCount);
    for (; source < end; source++) parent.iterate(source, emit);
  }
}

declare module './RDD' {
  interface RDD<T> {
    /**
     * The same records in at most `numPartitions` partitions, neighbours put together.
     * @param shuffle cuts partitions afresh, and so may also make more of them: the same as `repartition`
     */
    coalesce(numPartitions: number, shuffle?: boolean): RDD<T>;
  }
}

RDD.prototype.coalesce = function <T>(this: RDD<T>, numPartitions: number, shuffle = false): RDD<T> {
  return shuffle ? this.repartition(numPartitions) : new CoalescedRDD(this, numPartitions);
};
