import { IllegalArgumentError } from '../errors';
import { ParallelCollectionRDD } from '../rdd/ParallelCollectionRDD';
import { RDD } from '../rdd/RDD';
import { UnionRDD } from '../rdd/UnionRDD';
import { StreamingContext } from '../StreamingContext';
import type { DStream } from './DStream';
import { InputDStream } from './InputDStream';

/** One batch for a queue stream: records, an RDD, or null for a batch that has no RDD at all. */
export type QueuedBatch<T> = readonly T[] | RDD<T> | null;

/** Takes its batches from a queue that the program fills: for tests, and for trying things out. */
export class QueueInputDStream<T> extends InputDStream<T> {
  readonly description = 'queue';
  readonly #queue: readonly QueuedBatch<T>[];
  /** How many entries batches have been given. */
  #taken = 0;
  readonly #oneAtATime: boolean;
  readonly #defaultRDD: RDD<T> | null | undefined;
  readonly #allocated = new Map<number, readonly QueuedBatch<T>[]>();

  /**
   * @param defaultRDD what a batch gets when the queue is empty: undefined for an empty RDD, null for none
   * @throws IllegalArgumentError when the queue is no array
   */
  constructor(context: StreamingContext, queue: readonly QueuedBatch<T>[], oneAtATime: boolean, defaultRDD: RDD<T> | null | undefined) {
    if (!Array.isArray(queue)) {
      throw new IllegalArgumentError('queueStream needs an array of batches, each an array of records, an RDD, or null.');
    }
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

  override get recoveredFrom(): 'nowhere' {
    return 'nowhere';
  }

  /** The entries that no batch has been given. */
  get waiting(): readonly QueuedBatch<T>[] {
    return this.#queue.slice(this.#taken);
  }

  override get hasWaiting(): boolean {
    return this.#queue.length > this.#taken;
  }

  override allocate(time: number): number {
    const taken = this.#queue.slice(this.#taken, this.#oneAtATime ? this.#taken + 1 : undefined);
    this.#taken += taken.length;
    this.#allocated.set(time, taken);
    return taken.reduce((count, batch) => count + (Array.isArray(batch) ? batch.length : 0), 0);
  }

  override takeBack(time: number): void {
    for (const [allocatedTime, batches] of this.#allocated) {
      if (allocatedTime < time) continue;
      this.#allocated.delete(allocatedTime);
      this.#taken -= batches.length;
    }
  }

  protected override compute(time: number): RDD<T> | null {
    const batches = this.#allocated.get(time) ?? [];
    if (batches.length === 0) {
      return this.#defaultRDD === undefined ? new ParallelCollectionRDD<T>(this.context, []) : this.#defaultRDD;
    }
    const rdds: RDD<T>[] = [];
    for (const batch of batches) {
      if (batch === null) continue;
      if (!Array.isArray(batch) && !(batch instanceof RDD)) {
        throw new IllegalArgumentError(
          `An entry of a queue is of type ${typeof batch}; it must be an array of records, an RDD, or null for a batch without any.`,
        );
      }
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

/** How a queue stream takes its batches from the queue. */
export interface QueueStreamOptions<T> {
  /** One entry a batch (true, when left out), or all that are there. */
  readonly oneAtATime?: boolean;
  /** What batches get when the queue is empty: an empty RDD when left out, null for none. */
  readonly defaultRDD?: RDD<T> | readonly T[] | null;
}

declare module '../StreamingContext' {
  interface StreamingContext {
    /**
     * A stream fed by a queue: a test source. The array stays the caller's: it is read from its front on and never changed (Spark
     * empties its queue), and what is pushed while the program runs is for later batches.
     * @throws IllegalArgumentError when the queue is no array, or the default no RDD
     */
    queueStream<T>(queue: readonly QueuedBatch<T>[], options?: QueueStreamOptions<T>): DStream<T>;
  }
}

StreamingContext.prototype.queueStream = function <T>(
  this: StreamingContext,
  queue: readonly QueuedBatch<T>[],
  options: QueueStreamOptions<T> = {},
): DStream<T> {
  const given = options.defaultRDD;
  const defaultRDD = Array.isArray(given) ? this.parallelize(given as readonly T[]) : (given as RDD<T> | null | undefined);
  if (defaultRDD !== undefined && defaultRDD !== null && !((defaultRDD as unknown) instanceof RDD)) {
    throw new IllegalArgumentError(
      `The defaultRDD of a queue stream is of type ${typeof defaultRDD}; ` +
        'it must be an RDD, an array of records, or null for none.',
    );
  }
  return new QueueInputDStream(this, queue, options.oneAtATime ?? true, defaultRDD);
};
