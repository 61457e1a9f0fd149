import type { Mapped } from '../Mapped';
import { ranStage, RDD } from './RDD';

/** Each partition is what a function that must be awaited makes of all the records of the parent's partition. */
export class AwaitedRDD<T, U> extends RDD<U> {
  readonly partitionCount: number;
  readonly #parent: RDD<T>;
  readonly #transform: (records: readonly T[]) => Promise<readonly U[]>;
  #partitions: (readonly U[])[] | undefined;
  #running: Promise<void> | undefined;

  constructor(parent: RDD<T>, transform: (records: readonly T[]) => Promise<readonly U[]>) {
    super(parent.environment, [parent]);
    this.#parent = parent;
    this.#transform = transform;
    this.partitionCount = parent.partitionCount;
  }

  override prepare(): Promise<void> | undefined {
    if (this.#partitions !== undefined) return undefined;
    // Two outputs may need it at once.
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    const partitions: (readonly U[])[] = [];
    for (let partition = 0; partition < this.partitionCount; partition++) {
      const records: T[] = [];
      this.#parent.iterate(partition, (record) => records.push(record));
      partitions.push(await this.#transform(records));
    }
    this.#partitions = partitions;
  }

  protected override held(partition: number): readonly U[] {
    return ranStage(this.#partitions)[partition] ?? [];
  }
}

declare module './RDD' {
  interface RDD<T> {
    /** Replaces the records of each partition by those that an awaited function gives for all of them. */
    mapPartitionsAwaiting<U>(transform: (records: readonly T[]) => Promise<readonly Mapped<U>[]>): RDD<U>;
  }
}

RDD.prototype.mapPartitionsAwaiting = function <T, U>(
  this: RDD<T>,
  transform: (records: readonly T[]) => Promise<readonly Mapped<U>[]>,
): RDD<U> {
  return new AwaitedRDD<T, U>(this, transform as (records: readonly T[]) => Promise<readonly U[]>);
};
