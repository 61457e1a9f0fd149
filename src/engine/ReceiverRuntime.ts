import type { Clock } from '../ports/Clock';
import { canonicalJson } from '../plan/canonical';
import type { BackpressureParameters, ReceiverOperator } from '../plan/Plan';
import { ReceiverBuffer } from '../streaming/receiver/ReceiverBuffer';
import { PIDRateEstimator } from '../streaming/scheduler/PIDRateEstimator';
import { RateController } from '../streaming/scheduler/RateController';
import type { Source, SourceMessage } from '../sources/Source';
import type { RecordKey } from './DataRecord';
import { RawRecord } from './DataRecord';
import type { OfferedMessage } from './Engine';

/** Counts all records that a graph receives: the order coordinate. */
export interface OrderCounter {
  next: number;
}

/** Messages of a source that have not all been taken. */
interface Held {
  readonly messages: readonly SourceMessage[];
  taken: number;
  resolve(): void;
  reject(error: Error): void;
}

/** What Spark gives its rate estimator when nothing else is said. */
const SPARK_PARAMETERS = { proportional: 1, integral: 0.2, derivative: 0 };

/** The most partitions that one batch of a receiver is cut into. */
const BLOCKS_A_BATCH = 5;

/**
 * One receiver of a running graph: its source, if it has one of its own, and what it has received. It outlives the streams
 * that read it, so that a redeploy neither drops a connection that did not change nor a record that waits.
 */
export class ReceiverRuntime {
  readonly buffer = new ReceiverBuffer<RawRecord>();
  readonly #clock: Clock;
  readonly #order: OrderCounter;
  readonly #held: Held[] = [];
  #source: Source | undefined;
  /** What the source was made from: it is made anew when this changes. */
  #sourceIdentity: string | undefined;
  #stopped = false;
  #rateController: RateController | undefined;
  /** What the rate controller was made from. */
  #rateIdentity: string | undefined;

  constructor(clock: Clock, order: OrderCounter) {
    this.#clock = clock;
    this.#order = order;
  }

  configure(operator: ReceiverOperator, batchInterval: number): void {
    const { bufferLimit, maxRate, backpressure } = operator.parameters;
    this.buffer.limits = { bufferLimit, maxRate: maxRate ?? Infinity, blockInterval: batchInterval / BLOCKS_A_BATCH };
    const identity = canonicalJson({ batchInterval, maxRate, backpressure });
    // What the estimator has learnt stays where it still means the same.
    if (identity === this.#rateIdentity) return;
    this.#rateIdentity = identity;
    this.buffer.rate = Infinity;
    this.#rateController = backpressure === null ? undefined : this.#controller(backpressure, batchInterval);
  }

  /** Keeps the rate at what batches can take; undefined where that is not wanted. */
  get rateController(): RateController | undefined {
    return this.#rateController;
  }

  /** Records a second, while the rate is what makes records wait. */
  get rateLimit(): number | undefined {
    const { isHeldBack, rate } = this.buffer;
    // A limit that was just taken away still held back the last batch.
    return isHeldBack && Number.isFinite(rate) ? rate : undefined;
  }

  #controller({ initialRate, minRate }: BackpressureParameters, batchInterval: number): RateController {
    const { proportional, integral, derivative } = SPARK_PARAMETERS;
    return new RateController(
      new PIDRateEstimator(batchInterval, proportional, integral, derivative, minRate),
      // The maximum rate is the buffer's.
      { batchInterval, initialRate: initialRate ?? Infinity, maxRate: Infinity, asSpark: false },
      (rate) => {
        this.buffer.rate = rate;
      },
    );
  }

  /** Makes the source run that fits; one that runs already and was made from the same stays as it is. */
  async run(identity: string, makeSource: () => Source | undefined): Promise<void> {
    if (identity === this.#sourceIdentity || this.#stopped) return;
    await this.#stopSource();
    this.#sourceIdentity = identity;
    // It may have been stopped while the old source was.
    if (this.#isStopped()) return;
    this.#source = makeSource();
    this.#source?.start();
  }

  /** Whether the source that runs, if any, was made from this. */
  isMadeFrom(identity: string): boolean {
    return identity === this.#sourceIdentity;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#stopSource();
  }

  async #stopSource(): Promise<void> {
    const source = this.#source;
    this.#source = undefined;
    // The source first, so that it knows why what it holds is refused.
    const stopped = source?.stop();
    this.#dropHeld();
    await stopped;
  }

  #isStopped(): boolean {
    return this.#stopped;
  }

  /** Messages of the source that found no room yet. */
  get held(): number {
    return this.#held.reduce((count, { messages, taken }) => count + messages.length - taken, 0);
  }

  /**
   * Takes all messages of the source in, as soon as there is room for them; until then the source is to wait, and not to
   * acknowledge them. @returns undefined where all found room at once
   */
  storeAll(messages: readonly SourceMessage[]): Promise<void> | undefined {
    const taken = this.#held.length === 0 ? this.store(messages) : 0;
    if (taken === messages.length) return undefined;
    return new Promise((resolve, reject) => {
      this.#held.push({ messages, taken, resolve, reject });
    });
  }

  /** There may be room again. */
  makeUp(): void {
    for (let [first] = this.#held; first !== undefined && this.buffer.room > 0; [first] = this.#held) {
      first.taken += this.store(first.taken === 0 ? first.messages : first.messages.slice(first.taken));
      if (first.taken < first.messages.length) return;
      this.#held.shift();
      first.resolve();
    }
  }

  #dropHeld(): void {
    for (const held of this.#held.splice(0)) held.reject(new Error('The receiver stopped before it had taken the messages.'));
  }

  /** Takes messages in and returns how many fitted, from the first on. */
  store(messages: readonly (SourceMessage | OfferedMessage)[]): number {
    const now = this.#clock.now();
    const fitting = Math.min(messages.length, this.buffer.room);
    const records: RawRecord[] = [];
    for (let index = 0; index < fitting; index++) {
      const message = messages[index] as SourceMessage & { readonly key?: RecordKey };
      records.push(new RawRecord(message.payload, message.topic, message.key, now, this.#order.next++));
    }
    this.buffer.store(records, now);
    return fitting;
  }
}
