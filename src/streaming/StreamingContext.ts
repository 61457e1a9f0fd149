import type { Clock, Timer } from '../ports/Clock';
import type { Log } from '../ports/Log';
import type { DStream } from './dstream/DStream';
import type { InputDStream } from './dstream/InputDStream';
import { QueueInputDStream, type QueuedBatch } from './dstream/QueueInputDStream';
import { ReceiverInputDStream } from './dstream/ReceiverInputDStream';
import { TransformedDStream, unionOf } from './dstream/TransformedDStream';
import { DStreamGraph } from './DStreamGraph';
import { checkDuration } from './duration';
import { IllegalArgumentError, IllegalStateError } from './errors';
import { ParallelCollectionRDD } from './rdd/ParallelCollectionRDD';
import type { RDD, RDDEnvironment } from './rdd/RDD';
import type { Receiver } from './receiver/Receiver';
import { JobGenerator } from './scheduler/JobGenerator';
import { JobScheduler } from './scheduler/JobScheduler';
import type { JobSet } from './scheduler/JobSet';
import type { StreamingListener } from './scheduler/StreamingListener';
import { StreamingListenerBus } from './scheduler/StreamingListenerBus';

export type StreamingContextState = 'INITIALIZED' | 'ACTIVE' | 'STOPPED';

export interface StreamingContextOptions {
  /** ms; batch times are its multiples since the epoch. */
  readonly batchInterval: number;
  readonly clock: Clock;
  readonly log: Log;
  /** `spark` brings back Spark's own behaviour where ours differs on purpose. */
  readonly compatibility?: 'spark';
  /** How many more times a failed output is tried before its batch has failed; 0 when left out. */
  readonly retries?: number;
  /**
   * The batch time to go on after, ms since the epoch: for a program that goes on where another one stopped. Batch times
   * missed since then are made up for as after a pause.
   */
  readonly startAfter?: number;
}

/** How to stop: Spark's two flags, or the second of them by name. */
export interface StopOptions {
  /** Whether everything received is processed first. */
  readonly gracefully?: boolean;
}

/** How long a stop that is not graceful waits for receivers to end, ms. */
const RECEIVER_STOP_LIMIT = 10_000;

/** A streaming program: its streams are built, then it is started once and stopped once. */
export class StreamingContext implements RDDEnvironment {
  readonly batchInterval: number;
  readonly clock: Clock;
  readonly compatibility: 'spark' | undefined;
  readonly defaultParallelism = 1;
  readonly listeners: StreamingListenerBus;
  readonly #graph: DStreamGraph;
  readonly #generator: JobGenerator;
  readonly #scheduler: JobScheduler;
  readonly #log: Log;
  readonly #startAfter: number | undefined;
  #state: StreamingContextState = 'INITIALIZED';
  #stopping: Promise<void> | undefined;
  #finishing: Promise<void> | undefined;
  #lastCompleted: number | undefined;
  #error: Error | undefined;
  readonly #ended: Promise<void>;
  #end: () => void = () => undefined;

  /** @throws IllegalArgumentError for a batch interval that is not a whole number of ms above 0 */
  constructor(options: StreamingContextOptions) {
    checkDuration('batchInterval', options.batchInterval);
    this.batchInterval = options.batchInterval;
    this.clock = options.clock;
    this.compatibility = options.compatibility;
    this.#log = options.log;
    this.#startAfter = options.startAfter;
    this.listeners = new StreamingListenerBus(options.log);
    this.#graph = new DStreamGraph(options.batchInterval);
    this.#scheduler = new JobScheduler(options.clock, this.listeners, options.retries ?? 0, (jobSet) => {
      this.#completed(jobSet);
    });
    this.#generator = new JobGenerator(options.clock, this.#graph, this.#scheduler, (error) => {
      this.reportError(error);
    });
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  getState(): StreamingContextState {
    return this.#state;
  }

  /** The batch that was completed last, ms since the epoch. */
  get lastCompletedTime(): number | undefined {
    return this.#lastCompleted;
  }

  /** Where the grid of slides begins: the epoch, or, as Spark has it, the start of the program. */
  gridOrigin(zeroTime: number): number {
    return this.compatibility === 'spark' ? zeroTime : 0;
  }

  /** @throws IllegalStateError once the context has started or stopped */
  checkCanBeBuilt(what: string): void {
    if (this.#state === 'INITIALIZED') return;
    const moment = this.#state === 'ACTIVE' ? 'starting' : 'stopping';
    throw new IllegalStateError(
      `${what} was added after ${moment} the context, which is not supported; build all streams and outputs before start().`,
    );
  }

  /** Called by every input stream; gives its id. */
  registerInput(input: InputDStream<unknown>): number {
    return this.#graph.inputs.push(input) - 1;
  }

  /** Called by every output operation. */
  registerOutput(output: DStream<unknown>): void {
    this.checkCanBeBuilt('An output operation');
    this.#graph.outputs.push(output);
  }

  /** An RDD over the records of an array. */
  parallelize<T>(records: Iterable<T>, numPartitions?: number): RDD<T> {
    return ParallelCollectionRDD.of(this, records, numPartitions);
  }

  /**
   * A stream fed by a queue: a test source. The array stays the caller's and may be added to while the program runs.
   * @param options.oneAtATime one entry a batch (true, when left out), or all that are there
   * @param options.defaultRDD what batches get when the queue is empty: an empty RDD when left out, null for none
   */
  queueStream<T>(
    queue: QueuedBatch<T>[],
    options: { readonly oneAtATime?: boolean; readonly defaultRDD?: RDD<T> | readonly T[] | null } = {},
  ): DStream<T> {
    const given = options.defaultRDD;
    const defaultRDD = Array.isArray(given) ? this.parallelize(given as readonly T[]) : (given as RDD<T> | null | undefined);
    return new QueueInputDStream(this, queue, options.oneAtATime ?? true, defaultRDD);
  }

  /** A stream of what a receiver of your own brings. */
  receiverStream<T>(receiver: Receiver<T>): DStream<T> {
    return new ReceiverInputDStream(this, receiver);
  }

  /** The records of several streams, one after the other, batch by batch. */
  union<T>(streams: readonly DStream<T>[]): DStream<T> {
    return unionOf(streams);
  }

  /** What the function, called at every batch, makes of the RDDs that several streams have then. */
  transform<U>(
    streams: readonly DStream<unknown>[],
    transform: (rdds: readonly RDD<unknown>[], time: number) => RDD<U>,
  ): DStream<U> {
    return new TransformedDStream<U>('transform', streams, transform);
  }

  addStreamingListener(listener: StreamingListener): void {
    this.listeners.add(listener);
  }

  removeStreamingListener(listener: StreamingListener): void {
    this.listeners.remove(listener);
  }

  /**
   * Starts receiving and making batches.
   * @throws IllegalArgumentError when no output operation has been registered
   * @throws IllegalStateError when the context has been stopped
   */
  async start(): Promise<void> {
    if (this.#state === 'ACTIVE') {
      this.#log.warn('The StreamingContext has already been started.');
      return;
    }
    if (this.#state === 'STOPPED') {
      throw new IllegalStateError('A StreamingContext cannot be started again after it has been stopped; make a new one.');
    }
    if (this.#graph.outputs.length === 0) {
      this.#state = 'STOPPED';
      this.#end();
      throw new IllegalArgumentError(
        'No output operations registered, so nothing to execute; end at least one stream with foreachRDD.',
      );
    }
    this.#state = 'ACTIVE';
    this.listeners.post('onStreamingStarted', { time: this.clock.now() });
    this.#generator.start(this.#startAfter);
    for (const input of this.#graph.inputs) input.start();
    return Promise.resolve();
  }

  /**
   * Stops receiving and making batches; resolves when nothing runs any more. A second call waits for the first.
   * Gracefully: what was received before is processed first, at batch times that may lie ahead of the clock.
   * @param stopSparkContext taken for the sake of Spark's signature; there is no other context to stop
   */
  stop(stopSparkContext?: boolean, stopGracefully?: boolean): Promise<void>;
  stop(options: StopOptions): Promise<void>;
  stop(first?: boolean | StopOptions, stopGracefully = false): Promise<void> {
    if (this.listeners.isPosting) {
      return Promise.reject(new IllegalStateError('stop must not be called by a streaming listener; call it from outside.'));
    }
    const gracefully = typeof first === 'object' ? (first.gracefully ?? false) : stopGracefully;
    // What a finish leaves to another program is not to be processed here.
    this.#stopping ??= this.#stop(gracefully && this.#finishing === undefined);
    return this.#stopping;
  }

  async #stop(gracefully: boolean): Promise<void> {
    const wasActive = this.#state === 'ACTIVE';
    if (wasActive) {
      if (gracefully) {
        await this.#stopInputs();
        this.#generator.stopWhenDrained();
      } else {
        this.#generator.stop();
        await this.#stopInputs(RECEIVER_STOP_LIMIT);
        this.#scheduler.stop();
      }
      await this.#scheduler.idle();
    }
    this.#state = 'STOPPED';
    this.#end();
  }

  /** @param limit ms after which inputs that have not ended are left to themselves; without it all are waited for */
  async #stopInputs(limit?: number): Promise<void> {
    const stopped = Promise.all(this.#graph.inputs.map((input) => input.stop()));
    if (limit === undefined) {
      await stopped;
      return;
    }
    let timer: Timer | undefined;
    const over = new Promise<void>((resolve) => {
      timer = this.clock.schedule(limit, resolve);
    });
    await Promise.race([stopped, over]);
    timer?.cancel();
  }

  /**
   * Stops between two batches, for another program to go on after `lastCompletedTime`: the batch that runs now ends, those
   * that wait for it are given up. What inputs hold stays there, and what they gave to the batches given up comes back.
   */
  finish(): Promise<void> {
    this.#finishing ??= this.#finish();
    return this.#finishing;
  }

  async #finish(): Promise<void> {
    if (this.#stopping === undefined) {
      this.#generator.stop();
      // A batch may be in the making: whoever is called for that may have called this.
      await Promise.resolve();
      const withdrawn = this.#scheduler.withdraw();
      if (withdrawn !== undefined) this.#graph.takeBack(withdrawn);
      await this.#scheduler.idle();
    }
    this.#stopping ??= this.#stop(false);
    await this.#stopping;
  }

  /**
   * Waits until the context has stopped.
   * @throws the first error that a batch or `reportError` brought, as soon as it is there
   */
  async awaitTermination(): Promise<void> {
    await this.#ended;
    if (this.#error !== undefined) throw this.#error;
  }

  /** The same, for at most `timeout` ms: true when the context has stopped, false when the time was over first. */
  async awaitTerminationOrTimeout(timeout: number): Promise<boolean> {
    const timedOut = new Promise<false>((resolve) => {
      const timer = this.clock.schedule(timeout, () => {
        resolve(false);
      });
      void this.#ended.then(() => {
        timer.cancel();
      });
    });
    return Promise.race([this.awaitTermination().then(() => true), timedOut]);
  }

  /** Gives an error to whoever awaits termination. */
  reportError(error: Error): void {
    this.#error ??= error;
    this.#log.error(error.message);
    this.#end();
  }

  #completed(jobSet: JobSet): void {
    this.#lastCompleted = jobSet.time;
    this.#graph.clearMetadata(jobSet.time);
    if (jobSet.failure !== undefined) this.reportError(jobSet.failure);
  }
}
