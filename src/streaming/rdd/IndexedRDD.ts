import type { Pair } from '../Pair';
import { type Emit, ranStage, RDD } from './RDD';

/** Each record with its place among all, from 0, in the order of the partitions. */
export class IndexedRDD<T> extends RDD<Pair<T, number>> {
  readonly partitionCount: number;
  readonly #parent: RDD<T>;
  /** The place of each partition's first record. */
  #firsts: readonly number[] | undefined;

  constructor(parent: RDD<T>) {
    super(parent.environment, [parent]);
    this.#parent = parent;
    this.partitionCount = parent.partitionCount;
  }

  override prepare(): undefined {
    if (this.#firsts !== undefined) return;
    const firsts: number[] = [];
    let count = 0;
    for (let partition = 0; partition < this.partitionCount; partition++) {
      firsts.push(count);
      // Nothing comes after the last one.
      if (partition < this.partitionCount - 1) this.#parent.iterate(partition, () => count++);
    }
    this.#firsts = firsts;
  }

  protected override compute(partition: number, emit: Emit<Pair<T, number>>): void {
    let index = ranStage(this.#firsts)[partition] ?? 0;
    this.#parent.iterate(partition, (record) => {
      emit([record, index++]);
    });
  }
}

declare module './RDD' {
  interface RDD<T> {
    /** Each record with its place among all, from 0. With several partitions, all but the last are computed to count them. */
    zipWithIndex(): RDD<readonly [T, number]>;
  }
}

RDD.prototype.zipWithIndex = function <T>(this: RDD<T>): RDD<Pair<T, number>> {
  return new IndexedRDD(this);
};
