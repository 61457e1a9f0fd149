import type { Clock, Timer } from '../../ports/Clock';
import { asError, IllegalArgumentError, IllegalStateError, StreamingError } from '../errors';
import type { ReceiverInfo } from '../scheduler/StreamingListener';
import type { StreamingListenerBus } from '../scheduler/StreamingListenerBus';
import type { Receiver, ReceiverRunner } from './Receiver';
import type { ReceiverBuffer } from './ReceiverBuffer';

/** How long a receiver that failed waits before it starts again when nothing else is said, ms. */
const RESTART_DELAY = 2000;

/** Where every receiver runs. */
const PLACE = { location: 'localhost', executorId: 'driver' };

/** Runs one receiver: starts and restarts it, stores what it brings, and tells listeners how it fares. */
export class ReceiverSupervisor<T> implements ReceiverRunner<T> {
  readonly streamId: number;
  /** Writes down what is stored; it throws at once for what cannot be written. */
  log: ((records: readonly T[], isWhole: boolean) => Promise<void>) | undefined;
  readonly #receiver: Receiver<T>;
  readonly #buffer: ReceiverBuffer<T>;
  readonly #clock: Clock;
  readonly #listeners: StreamingListenerBus;
  readonly #restartDelay: number;
  #state: 'before' | 'running' | 'ended' = 'before';
  #active = false;
  #ended = false;
  #halting: Promise<void> | undefined;
  #restarts = 0;
  #restartTimer: Timer | undefined;
  #lastError: Pick<ReceiverInfo, 'lastErrorMessage' | 'lastError' | 'lastErrorTime'> = {};

  constructor(
    streamId: number,
    receiver: Receiver<T>,
    buffer: ReceiverBuffer<T>,
    clock: Clock,
    listeners: StreamingListenerBus,
    restartDelay = RESTART_DELAY,
  ) {
    this.streamId = streamId;
    this.#receiver = receiver;
    this.#buffer = buffer;
    this.#clock = clock;
    this.#listeners = listeners;
    this.#restartDelay = restartDelay;
    receiver.attach(this);
  }

  get isStarted(): boolean {
    return this.#active;
  }

  /** Starts the receiver. */
  begin(): void {
    if (this.#ended) return;
    this.#state = 'running';
    this.#active = true;
    this.#listeners.post('onReceiverStarted', { receiverInfo: this.#info });
    const restarts = this.#restarts;
    const failed = (thrown: unknown): void => {
      // It may have been restarted or stopped meanwhile: then this is no news of the one that runs.
      if (!this.#active || restarts !== this.#restarts) return;
      this.restart('The receiver could not start', asError(thrown));
    };
    try {
      Promise.resolve(this.#receiver.onStart()).catch(failed);
    } catch (thrown) {
      failed(thrown);
    }
  }

  /** Ends the receiver for good; resolves when it has. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#restartTimer?.cancel();
    await this.#halt();
    this.#state = 'ended';
  }

  /** Takes records from the first start to the end of the last `onStop`, also while a restart is waited for. */
  store(records: readonly T[]): void {
    this.#checkRunning(records.length);
    if (this.log !== undefined && this.#buffer.room > 0 && records.length > 0) {
      // Whoever stores so does not wait; a log that fails tells by itself.
      this.log(records.slice(0, this.#buffer.room), false).catch(() => undefined);
    }
    const accepted = this.#buffer.store(records, this.#clock.now());
    if (accepted < records.length) throw this.#bufferFull(records.length - accepted, records.length);
  }

  /** The same for a block. Resolves when it is in the log; without one, what is in memory is as safe as it gets. */
  storeBlock(records: readonly T[]): Promise<void> {
    let logged: Promise<void> | undefined;
    try {
      this.#checkRunning(records.length);
      if (records.length > 0 && records.length <= this.#buffer.room) logged = this.log?.(records, true);
    } catch (thrown) {
      return Promise.reject(asError(thrown));
    }
    const stored = this.#buffer.storeBlock(records, this.#clock.now());
    return stored ? (logged ?? Promise.resolve()) : Promise.reject(this.#bufferFull(records.length, records.length));
  }

  /** @param count how many records are to be stored */
  #checkRunning(count: number): void {
    if (this.#state === 'running') return;
    const why =
      this.#state === 'before'
        ? 'had not started; store from onStart on'
        : 'had been stopped; close in onStop whatever calls store';
    throw new IllegalStateError(`${String(count)} records were stored when the receiver ${why}.`);
  }

  #bufferFull(refused: number, all: number): StreamingError {
    return new StreamingError(
      `The receiver's buffer is full: ${String(refused)} of ${String(all)} records ` +
        `were refused; at most ${String(this.#buffer.limits.bufferLimit)} may wait.`,
    );
  }

  restart(message: string, error?: Error, delay = this.#restartDelay): void {
    if (!(delay >= 0 && delay < Infinity)) {
      throw new IllegalArgumentError(`A receiver cannot be restarted after ${String(delay)} ms; give a number from 0.`);
    }
    if (this.#state === 'before') {
      throw new IllegalStateError('A receiver that has not been started cannot be restarted; start its context first.');
    }
    if (this.#ended) return;
    this.reportError(message, error);
    this.#restartTimer?.cancel();
    void this.#beginAgain(delay);
  }

  async #beginAgain(delay: number): Promise<void> {
    const restart = ++this.#restarts;
    await this.#halt();
    if (this.#ended || restart !== this.#restarts) return;
    this.#restartTimer = this.#clock.schedule(delay, () => {
      this.begin();
    });
  }

  stop(message: string, error?: Error): void {
    if (error !== undefined) this.reportError(message, error);
    void this.end();
  }

  reportError(message: string, error?: Error): void {
    this.#lastError = {
      lastErrorMessage: error === undefined ? message : `${message}: ${error.message}`,
      ...(error === undefined ? {} : { lastError: error }),
      lastErrorTime: this.#clock.now(),
    };
    this.#listeners.post('onReceiverError', { receiverInfo: this.#info });
  }

  /** Stops the receiver if it runs; resolves when its `onStop` has ended, whoever asked for it first. */
  #halt(): Promise<void> {
    if (this.#active) this.#halting = this.#stopReceiver();
    return this.#halting ?? Promise.resolve();
  }

  async #stopReceiver(): Promise<void> {
    this.#active = false;
    try {
      await this.#receiver.onStop();
    } catch (thrown) {
      this.reportError('The receiver could not stop', asError(thrown));
    }
    this.#listeners.post('onReceiverStopped', { receiverInfo: this.#info });
  }

  get #info(): ReceiverInfo {
    return { streamId: this.streamId, name: this.#receiver.description, active: this.#active, ...PLACE, ...this.#lastError };
  }
}
