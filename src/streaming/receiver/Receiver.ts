import { IllegalStateError } from '../errors';

/** What a receiver may ask of the program that runs it. */
export interface ReceiverRunner<T> {
  store(records: readonly T[]): void;
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

  /** Called by the program that runs this receiver. */
  attach(runner: ReceiverRunner<T>): void {
    this.#runner = runner;
  }

  /** Hands over one record. */
  store(record: T): void {
    this.#attached.store([record]);
  }

  /** Hands over several records, in order. */
  storeAll(records: readonly T[]): void {
    this.#attached.store(records);
  }

  /** Stops this receiver and starts it again later. @param delay ms; 2,000 when left out */
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
