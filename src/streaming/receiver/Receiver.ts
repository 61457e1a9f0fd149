import { asError, IllegalArgumentError, IllegalStateError } from '../errors';

/** What a receiver may ask of the program that runs it. */
export interface ReceiverRunner<T> {
  readonly streamId: number;
  store(records: readonly T[]): void;
  storeBlock(records: readonly T[]): Promise<void>;
  restart(message: string, error: Error | undefined, delay: number | undefined): void;
  stop(message: string, error: Error | undefined): void;
  reportError(message: string, error: Error | undefined): void;
  readonly isStarted: boolean;
}

/**
 * Brings records in from outside. Extend it: `onStart` sets receiving going and returns at once, `onStop` ends it;
 * in between call `store` for what arrives.
 */
export abstract class Receiver<T> {
  #runner: ReceiverRunner<T> | undefined;

  /** A few words for listeners and the monitoring pages. */
  get description(): string {
    return this.constructor.name;
  }

  /** Begins to receive. An error thrown here restarts the receiver after a delay. */
  abstract onStart(): void | Promise<void>;

  /** Stops receiving and closes what `onStart` opened. */
  abstract onStop(): void | Promise<void>;

  /** @throws IllegalArgumentError when this receiver belongs to a stream already */
  checkIsFree(): void {
    if (this.#runner === undefined) return;
    throw new IllegalArgumentError(`This ${this.description} feeds a stream already; make a receiver for each stream.`);
  }

  /** Called by the program that runs this receiver. */
  attach(runner: ReceiverRunner<T>): void {
    this.#runner = runner;
  }

  /** Numbers the input streams of a program 0, 1, 2, ... in the order of their creation. */
  get streamId(): number {
    return this.#attached.streamId;
  }

  /** Hands over one record, whatever it is: an array is one record too. What arrives within a block interval is one block. */
  store(record: T): void {
    this.#attached.store([record]);
  }

  /** Hands over several records, in order, as if each were stored by itself at this moment. */
  storeAll(records: readonly T[]): void {
    this.#attached.store(records);
  }

  /**
   * Hands over records as one block, which becomes a partition of its own; Spark's `store` of a buffer or an iterator. All are
   * taken or none. Resolves when they are as safe as this program makes them: acknowledge them then. Rejects when they could not
   * be taken.
   */
  storeBlock(records: Iterable<T>): Promise<void> {
    try {
      return this.#attached.storeBlock(Array.from(records));
    } catch (thrown) {
      return Promise.reject(asError(thrown));
    }
  }

  /**
   * Stops this receiver and starts it again later; returns at once.
   * @param delay ms between the end of `onStop` and the next `onStart`; 2,000 when left out
   * @throws IllegalArgumentError for a delay that is not a number of ms from 0
   * @throws IllegalStateError before the receiver was started
   */
  restart(message: string, error?: Error, delay?: number): void {
    this.#attached.restart(message, error, delay);
  }

  /** Stops this receiver for good. */
  stop(message: string, error?: Error): void {
    this.#attached.stop(message, error);
  }

  /** Tells listeners of an error, and goes on. */
  reportError(message: string, error?: Error): void {
    this.#attached.reportError(message, error);
  }

  get isStarted(): boolean {
    return this.#runner?.isStarted ?? false;
  }

  get isStopped(): boolean {
    return !this.isStarted;
  }

  get #attached(): ReceiverRunner<T> {
    if (this.#runner === undefined) {
      throw new IllegalStateError('This receiver belongs to no program yet; give it to receiverStream and start the context.');
    }
    return this.#runner;
  }
}
