import { ParallelCollectionRDD } from '../rdd/ParallelCollectionRDD';
import { RDD } from '../rdd/RDD';
import { UnionRDD } from '../rdd/UnionRDD';
import type { StreamingContext } from '../StreamingContext';
import { InputDStream } from './InputDStream';

/** One batch for a queue stream: records, an RDD, or null for a batch that has no RDD at all. */
export type QueuedBatch<T> = readonly T[] | RDD<T> | null;

/** Takes its batches from a queue that the program fills: for tests, and for trying things out. */
export class QueueInputDStream<T> extends InputDStream<T> {
  readonly description = 'queue';
  readonly #queue: QueuedBatch<T>[];
  readonly #oneAtATime: boolean;
  readonly #defaultRDD: RDD<T> | null | undefined;
  readonly #allocated = new Map<number, readonly QueuedBatch<T>[]>();

  /** @param defaultRDD what a batch gets when the queue is empty: undefined for an empty RDD, null for none */
  constructor(context: StreamingContext, queue: QueuedBatch<T>[], oneAtATime: boolean, defaultRDD: RDD<T> | null | undefined) {
    super(context);
    this.#queue = queue;
    this.#oneAtATime = oneAtATime;
    this.#defaultRDD = defaultRDD;
  }

  start(): void {
    // The queue is there already.
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  override get hasWaiting(): boolean {
    return this.#queue.length > 0;
  }

  override allocate(time: number): number {
    const taken = this.#queue.splice(0, this.#oneAtATime ? 1 : this.#queue.length);
    this.#allocated.set(time, taken);
    return taken.reduce((count, batch) => count + (Array.isArray(batch) ? batch.length : 0), 0);
  }

  override takeBack(time: number): void {
    const back: QueuedBatch<T>[] = [];
    for (const [allocatedTime, batches] of this.#allocated) {
      if (allocatedTime < time) continue;
      this.#allocated.delete(allocatedTime);
      back.push(...batches);
    }
    this.#queue.unshift(...back);
  }

  protected override compute(time: number): RDD<T> | null {
    const batches = this.#allocated.get(time) ?? [];
    if (batches.length === 0) {
      return this.#defaultRDD === undefined ? new ParallelCollectionRDD<T>(this.context, []) : this.#defaultRDD;
    }
    const rdds: RDD<T>[] = [];
    for (const batch of batches) {
      if (batch === null) continue;
      rdds.push(batch instanceof RDD ? batch : ParallelCollectionRDD.of(this.context, batch));
    }
    const [only] = rdds;
    return only === undefined ? null : rdds.length === 1 ? only : new UnionRDD(this.context, rdds);
  }

  override clearMetadata(time: number): void {
    super.clearMetadata(time);
    for (const allocatedTime of this.#allocated.keys()) {
      if (allocatedTime <= time - this.rememberDuration) this.#allocated.delete(allocatedTime);
    }
  }
}
