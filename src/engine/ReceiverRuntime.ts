import type { Clock } from '../ports/Clock';
import { canonicalJson } from '../plan/canonical';
import type { BackpressureParameters, ReceiverOperator } from '../plan/Plan';
import { floorToGrid } from '../streaming/duration';
import { ReceiverBuffer } from '../streaming/receiver/ReceiverBuffer';
import { PIDRateEstimator } from '../streaming/scheduler/PIDRateEstimator';
import { RateController } from '../streaming/scheduler/RateController';
import type { Source, SourceMessage, StoredWith } from '../sources/Source';
import type { RecordKey } from './DataRecord';
import { RawRecord } from './DataRecord';
import type { ReceiverLog } from './durable/ReceiverLog';
import type { OfferedMessage } from './Engine';

/** Counts all records that a graph receives: the order coordinate. */
export interface OrderCounter {
  next: number;
}

/** How a receiver keeps what it receives, in a graph with a checkpoint. */
export interface Keeping {
  readonly log: ReceiverLog;
  /** Told why a record cannot be kept. */
  unkept(why: string): void;
  /** What was kept cannot be read any more. */
  unreadable(thrown: unknown): void;
}

/** Messages of a source that have not all been taken. */
interface Held {
  readonly messages: readonly SourceMessage[];
  readonly also: StoredWith | undefined;
  taken: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** What Spark gives its rate estimator when nothing else is said. */
const SPARK_PARAMETERS = { proportional: 1, integral: 0.2, derivative: 0 };

/** The most records that are read back from the log at once. */
const READ_BACK = 10_000;

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
  readonly #keeping: Keeping | undefined;
  readonly #held: Held[] = [];
  /** The number of the first record that no batch which has begun was given, as the log counts. */
  #given: number;
  /** The number after that of the last record in memory; those from it on are only in the log. */
  #inMemory: number;
  #readingBack: Promise<void> | undefined;
  #source: Source | undefined;
  /** What the source was made from: it is made anew when this changes. */
  #sourceIdentity: string | undefined;
  #stopped = false;
  /** ms; undefined before the first plan. */
  #batchInterval: number | undefined;
  #rateController: RateController | undefined;
  /** What the rate controller was made from. */
  #rateIdentity: string | undefined;

  constructor(clock: Clock, order: OrderCounter, keeping?: Keeping) {
    this.#clock = clock;
    this.#order = order;
    this.#keeping = keeping;
    this.#given = keeping?.log.firstWaiting ?? 0;
    this.#inMemory = this.#given;
  }

  configure(operator: ReceiverOperator, batchInterval: number): void {
    const { bufferLimit, maxRate, backpressure } = operator.parameters;
    this.#batchInterval = batchInterval;
    this.buffer.limits = { bufferLimit, maxRate: maxRate ?? Infinity, blockInterval: batchInterval / BLOCKS_A_BATCH };
    const identity = canonicalJson({ batchInterval, maxRate, backpressure });
    // What the estimator has learnt stays where it still means the same.
    if (identity === this.#rateIdentity) return;
    this.#rateIdentity = identity;
    this.buffer.rate = Infinity;
    this.#rateController = backpressure === null ? undefined : this.#controller(backpressure, batchInterval);
  }

  /** ms until the next batch is due. */
  get untilBatch(): number {
    const interval = this.#batchInterval;
    if (interval === undefined) return 0;
    const now = this.#clock.now();
    return floorToGrid(now, interval) + interval - now;
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
    if (this.isStopped) return;
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

  /** Whether it has been ended, or is being ended. */
  get isStopped(): boolean {
    return this.#stopped;
  }

  /** Messages of the source that found no room yet. */
  get held(): number {
    return this.#held.reduce((count, { messages, taken }) => count + messages.length - taken, 0);
  }

  /** Records that wait for a batch and are only in the log, because memory is full. */
  get inLogOnly(): number {
    return this.#keeping === undefined ? 0 : this.#keeping.log.next - this.#inMemory;
  }

  /** What its source finds of the log. */
  get log(): ReceiverLog | undefined {
    return this.#keeping?.log;
  }

  /**
   * Takes all messages of the source in, as soon as there is room for them; until then the source is to wait, and not to
   * acknowledge them. @returns undefined where all found room at once, and are kept in memory alone
   */
  storeAll(messages: readonly SourceMessage[], also?: StoredWith): Promise<void> | undefined {
    const isNext = this.#held.length === 0;
    const keeping = this.#keeping;
    if (keeping !== undefined && isNext && keeping.log.hasRoom) return this.#keep(keeping, messages, also);
    const taken = isNext && keeping === undefined ? this.#store(messages) : 0;
    if (taken === messages.length && keeping === undefined) return undefined;
    return new Promise((resolve, reject) => {
      this.#held.push({ messages, also, taken, resolve, reject });
    });
  }

  /** There may be room again. */
  makeUp(): void {
    const keeping = this.#keeping;
    if (keeping !== undefined) {
      this.#readBack(keeping);
      for (let [first] = this.#held; first !== undefined && keeping.log.hasRoom; [first] = this.#held) {
        this.#held.shift();
        this.#keep(keeping, first.messages, first.also).then(first.resolve, first.reject);
      }
      return;
    }
    for (let [first] = this.#held; first !== undefined && this.buffer.room > 0; [first] = this.#held) {
      first.taken += this.#store(first.taken === 0 ? first.messages : first.messages.slice(first.taken));
      if (first.taken < first.messages.length) return;
      this.#held.shift();
      first.resolve();
    }
  }

  #dropHeld(): void {
    for (const held of this.#held.splice(0)) held.reject(new Error('The receiver stopped before it had taken the messages.'));
  }

  /**
   * Takes messages in that nobody holds back: as many as fit, from the first on.
   * @returns how many fitted, and when they are safe, where they are kept in a log
   */
  offer(messages: readonly OfferedMessage[]): { readonly accepted: number; readonly durable: Promise<void> | undefined } {
    const keeping = this.#keeping;
    if (keeping === undefined) return { accepted: this.#store(messages), durable: undefined };
    if (!keeping.log.hasRoom || this.#held.length > 0) return { accepted: 0, durable: undefined };
    return { accepted: messages.length, durable: this.#keep(keeping, messages, undefined) };
  }

  /** The number after that of the last record of a batch that begins now, as the log counts. */
  begin(batchTime: number): number {
    this.#given += this.buffer.allocatedCount(batchTime);
    return this.#given;
  }

  /**
   * Puts records into memory that the log has and no batch was given; those that find no room stay in the log alone.
   * @param first the number of the first of them
   */
  restore(first: number, records: readonly RawRecord[]): void {
    for (const { order } of records) this.#order.next = Math.max(this.#order.next, order + 1);
    // What is behind a record that found no room must not overtake it.
    if (first === this.#inMemory) this.#toMemory(records);
  }

  /** Gives a batch that is run again what it had the first time. */
  assign(batchTime: number, records: readonly RawRecord[]): void {
    for (const { order } of records) this.#order.next = Math.max(this.#order.next, order + 1);
    this.buffer.assign(batchTime, records.length === 0 ? [] : [records]);
  }

  /** Goes on with what waited at this receiver when its records were kept in memory alone. Resolves when it is as safe as all else. */
  takeOver(records: readonly RawRecord[]): Promise<void> {
    const own = records.map(({ payload, topic, key, time }) => new RawRecord(payload, topic, key, time, this.#order.next++));
    if (this.#keeping !== undefined) return this.#keepRecords(this.#keeping, own, undefined);
    this.buffer.store(own, this.#clock.now());
    return Promise.resolve();
  }

  #keep(keeping: Keeping, messages: readonly (SourceMessage | OfferedMessage)[], also: StoredWith | undefined): Promise<void> {
    return this.#keepRecords(keeping, this.#recordsOf(messages, messages.length), also);
  }

  /** Logs records, and takes them into memory as far as there is room; the rest is read back from the log later. */
  #keepRecords(keeping: Keeping, records: readonly RawRecord[], also: StoredWith | undefined): Promise<void> {
    const isBehind = this.inLogOnly > 0;
    let appended: ReturnType<ReceiverLog['append']>;
    try {
      appended = keeping.log.append(records, also, (why) => {
        keeping.unkept(why);
      });
    } catch (thrown) {
      // The log has ended.
      return Promise.reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
    const { kept, durable } = appended;
    if (!isBehind) this.#toMemory(kept);
    return this.#held.length === 0 ? durable : durable.then(() => {
      this.makeUp();
    });
  }

  #toMemory(records: readonly RawRecord[]): void {
    const { room } = this.buffer;
    this.#inMemory += this.buffer.store(records.length <= room ? records : records.slice(0, room), this.#clock.now());
  }

  /** Fills memory from the log, in the order in which records came. */
  #readBack(keeping: Keeping): void {
    const wanted = Math.min(this.inLogOnly, this.buffer.room, READ_BACK);
    if (this.#readingBack !== undefined || wanted <= 0 || this.#stopped) return;
    const begin = this.#inMemory;
    this.#readingBack = keeping.log.read(begin, begin + wanted).then((records) => {
      this.#readingBack = undefined;
      if (this.isStopped || records.length === 0) return;
      // What waited at the start may have been given back meanwhile.
      if (this.#inMemory === begin) this.#toMemory(records);
      this.#readBack(keeping);
    }).catch((thrown: unknown) => {
      this.#readingBack = undefined;
      keeping.unreadable(thrown);
    });
    this.#clock.track(this.#readingBack);
  }

  /** Takes messages into memory and returns how many fitted, from the first on. */
  #store(messages: readonly (SourceMessage | OfferedMessage)[]): number {
    const fitting = Math.min(messages.length, this.buffer.room);
    this.buffer.store(this.#recordsOf(messages, fitting), this.#clock.now());
    return fitting;
  }

  #recordsOf(messages: readonly (SourceMessage | OfferedMessage)[], count: number): RawRecord[] {
    const now = this.#clock.now();
    const records: RawRecord[] = [];
    for (let index = 0; index < count; index++) {
      const message = messages[index] as SourceMessage & { readonly key?: RecordKey };
      const order = this.#order.next++;
      const { place, topic } = message;
      records.push(place === undefined
        ? new RawRecord(message.payload, topic, message.key, now, order)
        : RawRecord.within(place.block, place.start, place.end, topic, now, order));
    }
    return records;
  }
}
