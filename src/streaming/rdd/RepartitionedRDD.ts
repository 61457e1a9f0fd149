import { IllegalArgumentError } from '../errors';
import { type Emit, ranStage, RDD } from './RDD';

/** The records of the parent in another number of partitions, of nearly equal size; their order stays. */
export class RepartitionedRDD<T> extends RDD<T> {
  readonly partitionCount: number;
  readonly #parent: RDD<T>;
  #records: T[] | undefined;

  constructor(parent: RDD<T>, partitionCount: number) {
    super(parent.environment, [parent]);
    if (!Number.isSafeInteger(partitionCount) || partitionCount <= 0) {
      throw new IllegalArgumentError(`The number of partitions is ${String(partitionCount)}; it must be a whole number above 0.`);
    }
    this.#parent = parent;
    this.partitionCount = partitionCount;
  }

  override prepare(): undefined {
    if (this.#records !== undefined) return;
    const records: T[] = [];
    for (let partition = 0; partition < this.#parent.partitionCount; partition++) {
      this.#parent.iterate(partition, (record) => records.push(record));
    }
    this.#records = records;
  }

  protected override compute(partition: number, emit: Emit<T>): void {
    const records = ranStage(this.#records);
    const end = Math.floor(((partition + 1) * records.length) / this.partitionCount);
    for (let index = Math.floor((partition * records.length) / this.partitionCount); index < end; index++) {
      emit(records[index] as T);
    }
  }
}

declare module './RDD' {
  interface RDD<T> {
    /** The same records in another number of partitions, neighbours staying in order. */
    repartition(numPartitions: number): RDD<T>;
  }
}

RDD.prototype.repartition = function <T>(this: RDD<T>, numPartitions: number): RDD<T> {
  return new RepartitionedRDD(this, numPartitions);
};
