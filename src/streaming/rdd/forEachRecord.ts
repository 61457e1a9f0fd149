import type { RDD } from './RDD';

/** Calls a function for every record of an RDD, in the order of its partitions. For use after `prepareStages`. */
export function forEachRecord<T>(rdd: RDD<T> | null, action: (record: T) => void): void {
  for (let partition = 0; partition < (rdd?.partitionCount ?? 0); partition++) rdd?.iterate(partition, action);
}
