import { IllegalArgumentError } from '../errors';

/**
 * @param count undefined where nothing was asked for
 * @throws IllegalArgumentError unless the number of partitions is a whole number above 0
 */
export function checkPartitionCount(count: number | undefined): void {
  if (count === undefined || (Number.isSafeInteger(count) && count > 0)) return;
  throw new IllegalArgumentError(`The number of partitions is ${String(count)}; it must be a whole number above 0.`);
}
