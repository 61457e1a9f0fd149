import { type Passage, RDD, type RDDEnvironment } from './RDD';

/** All partitions of several RDDs, one RDD after the other. */
export class UnionRDD<T> extends RDD<T> {
  readonly partitionCount: number;
  readonly #parents: readonly RDD<T>[];
  /** Which partition of the union is the first one of each parent. */
  readonly #firsts: readonly number[];

  constructor(environment: RDDEnvironment, parents: readonly RDD<T>[]) {
    super(environment, parents);
    this.#parents = parents;
    let count = 0;
    this.#firsts = parents.map((parent) => (count += parent.partitionCount) - parent.partitionCount);
    this.partitionCount = count;
  }

  protected override passage(partition: number): Passage<T> | undefined {
    // The last parent that begins at the partition or before it: those in front of it that begin there, too, have no partitions.
    let low = 0;
    let high = this.#parents.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#firsts[middle] ?? Infinity) <= partition) low = middle;
      else high = middle;
    }
    const rdd = this.#parents[low];
    return rdd === undefined ? undefined : { rdd, partition: partition - (this.#firsts[low] ?? 0) };
  }
}

declare module './RDD' {
  interface RDD<T> {
    /** The records of this RDD, then those of the other; nothing is removed. */
    union<U = T>(other: RDD<U>): RDD<T | U>;
  }
}

RDD.prototype.union = function <T, U>(this: RDD<T>, other: RDD<U>): RDD<T | U> {
  return new UnionRDD<T | U>(this.environment, [this, other]);
};
