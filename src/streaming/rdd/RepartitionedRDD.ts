import { forEachRecord } from './forEachRecord';
import { RDD } from './RDD';
import { RearrangedRDD } from './RearrangedRDD';

/** The records of the parent in another number of partitions; their order stays. */
export class RepartitionedRDD<T> extends RearrangedRDD<T> {
  protected override arranged(): readonly T[] {
    const records: T[] = [];
    forEachRecord(this.parent, (record) => {
      records.push(record);
    });
    return records;
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
