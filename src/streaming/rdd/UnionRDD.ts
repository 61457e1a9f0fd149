import { type Emit, RDD, type RDDEnvironment } from './RDD';

/** All partitions of several RDDs, one RDD after the other. */
export class UnionRDD<T> extends RDD<T> {
  readonly partitionCount: number;
  readonly #parents: readonly RDD<T>[];

  constructor(environment: RDDEnvironment, parents: readonly RDD<T>[]) {
    super(environment, parents);
    this.#parents = parents;
    this.partitionCount = parents.reduce((count, parent) => count + parent.partitionCount, 0);
  }

  protected override compute(partition: number, emit: Emit<T>): void {
    let index = partition;
    for (const parent of this.#parents) {
      if (index < parent.partitionCount) {
        parent.iterate(index, emit);
        return;
      }
      index -= parent.partitionCount;
    }
  }
}

declare module './RDD' {
  interface RDD<T> {
    /** The records of this RDD, then those of the other; nothing is removed. */
    union(other: RDD<T>): RDD<T>;
  }
}

RDD.prototype.union = function <T>(this: RDD<T>, other: RDD<T>): RDD<T> {
  return new UnionRDD(this.environment, [this, other]);
};
