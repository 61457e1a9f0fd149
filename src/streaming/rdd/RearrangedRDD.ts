import { checkPartitionCount } from './checkPartitionCount';
import { type Emit, ranStage, RDD } from './RDD';
import { startOf } from './startOf';

/** All records of another RDD brought into an order, over partitions of nearly equal size. */
export abstract class RearrangedRDD<T> extends RDD<T> {
  readonly partitionCount: number;
  protected readonly parent: RDD<T>;
  #records: readonly T[] | undefined;

  /** @throws IllegalArgumentError unless the number of partitions is a whole number above 0 */
  constructor(parent: RDD<T>, partitionCount: number) {
    super(parent.environment, [parent]);
    checkPartitionCount(partitionCount);
    this.parent = parent;
    this.partitionCount = partitionCount;
  }

  /** All records of the parent, in the order that is wanted. */
  protected abstract arranged(): readonly T[];

  override prepare(): undefined {
    this.#records ??= this.arranged();
  }

  protected override compute(partition: number, emit: Emit<T>): void {
    const records = ranStage(this.#records);
    const end = startOf(partition + 1, this.partitionCount, records.length);
    for (let index = startOf(partition, this.partitionCount, records.length); index < end; index++) emit(records[index] as T);
  }
}
