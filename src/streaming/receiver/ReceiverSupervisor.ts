import type { Clock, Timer } from '../../ports/Clock';
import { asError, IllegalStateError, StreamingError } from '../errors';
import type { ReceiverInfo } from '../scheduler/StreamingListener';
import type { StreamingListenerBus } from '../scheduler/StreamingListenerBus';
import type { Receiver, ReceiverRunner } from './Receiver';
import type { ReceiverBuffer } from './ReceiverBuffer';

/** How long a receiver that failed waits before it starts again, ms. */
const RESTART_DELAY = 2000;

/** Runs one receiver: starts and restarts it, stores what it brings, and tells listeners how it fares. */
export class ReceiverSupervisor<T> implements ReceiverRunner<T> {
  readonly #streamId: number;
  readonly #receiver: Receiver<T>;
  readonly #buffer: ReceiverBuffer<T>;
  readonly #clock: Clock;
  readonly #listeners: StreamingListenerBus;
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
  ) {
    this.#streamId = streamId;
    this.#receiver = receiver;
    this.#buffer = buffer;
    this.#clock = clock;
    this.#listeners = listeners;
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
    const failed = (thrown: unknown): void => {
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
    if (this.#state !== 'running') {
      const why =
        this.#state === 'before'
          ? 'had not started; store from onStart on'
          : 'had been stopped; close in onStop whatever calls store';
      throw new IllegalStateError(`${String(records.length)} records were stored when the receiver ${why}.`);
    }
    const accepted = this.#buffer.store(records, this.#clock.now());
    if (accepted < records.length) {
      throw new StreamingError(
        `The receiver's buffer is full: ${String(records.length - accepted)} of ${String(records.length)} records ` +
          `were refused; at most ${String(this.#buffer.limits.bufferLimit)} may wait.`,
      );
    }
  }

  restart(message: string, error?: Error, delay = RESTART_DELAY): void {
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
    return { streamId: this.#streamId, name: this.#receiver.description, active: this.#active, ...this.#lastError };
  }
}
