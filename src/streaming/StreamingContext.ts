import type { CallScope } from '../ports/CallScope';
import type { Clock } from '../ports/Clock';
import type { FileSystem } from '../ports/FileSystem';
import type { Log } from '../ports/Log';
import type { Network } from '../ports/Network';
import type { DStream } from './dstream/DStream';
import type { InputDStream } from './dstream/InputDStream';
import { DStreamGraph } from './DStreamGraph';
import { checkDuration } from './duration';
import { asError, IllegalArgumentError, IllegalStateError, StreamingError } from './errors';
import { type ExecutionSettings, executionSettings } from './ExecutionOptions';
import { ParallelCollectionRDD } from './rdd/ParallelCollectionRDD';
import type { RDD, RDDEnvironment } from './rdd/RDD';
import type { ReplayedBatches } from './scheduler/BatchJournal';
import type { BatchQueue } from './scheduler/BatchQueue';
import { ContextRecovery } from './recovery/ContextRecovery';
import type { RecoveryLog } from './recovery/RecoveryLog';
import { inputRateController } from './scheduler/inputRateController';
import { JobGenerator } from './scheduler/JobGenerator';
import { JobScheduler } from './scheduler/JobScheduler';
import type { JobSet } from './scheduler/JobSet';
import type { RateController } from './scheduler/RateController';
import { Shutdown } from './scheduler/Shutdown';
import type { StreamingListener } from './scheduler/StreamingListener';
import { StreamingListenerBus } from './scheduler/StreamingListenerBus';
import {
  checkCompatibility, checkPartitions, checkReplay, type StopOptions, type StreamingContextOptions,
} from './StreamingContextOptions';
import { Termination } from './Termination';

/** ms; Spark's default. */
const DEFAULT_BLOCK_INTERVAL = 200;

/** ms between two checkpoints on disk, where batches are no longer. */
const USUAL_CHECKPOINT_INTERVAL = 10_000;

export type StreamingContextState = 'INITIALIZED' | 'ACTIVE' | 'STOPPED';

/** A streaming program: its streams are built, then it is started once and stopped once. */
export class StreamingContext implements RDDEnvironment {
  readonly batchInterval: number;
  /** ms of receiving that make one block of a receiver */
  readonly blockInterval: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly compatibility: 'spark' | undefined;
  readonly defaultParallelism: number;
  readonly listeners: StreamingListenerBus;
  /** How the program is run, with everything that the options left out. */
  readonly execution: ExecutionSettings;
  /** The batches that wait or run. A graceful stop ends a pause of theirs. */
  readonly batches: BatchQueue;
  readonly #scope: CallScope | undefined;
  readonly #graph: DStreamGraph;
  readonly #generator: JobGenerator;
  readonly #scheduler: JobScheduler;
  readonly #shutdown: Shutdown;
  readonly #termination: Termination;
  readonly #fileSystem: FileSystem | undefined;
  readonly #network: Network | undefined;
  readonly #startAfter: number | undefined;
  readonly #replay: ReplayedBatches | undefined;
  readonly #streams: DStream<unknown>[] = [];
  #recovery: ContextRecovery | undefined;
  #checkpointDirectory: string | undefined;
  #state: StreamingContextState = 'INITIALIZED';
  #stopping: Promise<void> | undefined;
  #finishing: Promise<void> | undefined;
  #lastCompleted: number | undefined;

  /**
   * @throws IllegalArgumentError for a batch or block interval that is not a whole number of ms above 0, or batches to be run
   *   again that do not rise
   */
  constructor(options: StreamingContextOptions) {
    checkDuration('batchInterval', options.batchInterval);
    this.batchInterval = options.batchInterval;
    this.blockInterval = options.blockInterval ?? DEFAULT_BLOCK_INTERVAL;
    checkDuration('blockInterval', this.blockInterval);
    this.defaultParallelism = checkPartitions(options.defaultParallelism ?? 1);
    this.execution = executionSettings(options, options.batchInterval);
    this.#scope = options.scope;
    this.compatibility = checkCompatibility(options.compatibility);
    this.clock = options.clock;
    this.#checkpointDirectory = options.checkpointDirectory;
    this.log = options.log;
    this.#fileSystem = options.fileSystem;
    this.#network = options.network;
    this.#startAfter = options.startAfter;
    this.#replay = checkReplay(options.replay, options.startAfter);
    this.listeners = new StreamingListenerBus(options.log);
    this.#graph = new DStreamGraph(options.batchInterval);
    this.#scheduler = new JobScheduler(options.clock, this.listeners, {
      retries: this.execution.retries,
      concurrentJobs: this.execution.concurrentJobs,
      scope: options.scope,
      journal: () => this.#recovery ?? options.journal,
      onPassed: (time) => {
        this.#passed(time);
      },
      onCompleted: (jobSet) => {
        this.#completed(jobSet);
      },
    });
    this.batches = this.#scheduler;
    const { pendingBatchesLimit } = this.execution;
    this.#generator = new JobGenerator(options.clock, this.#graph, this.#scheduler, pendingBatchesLimit, (error, time) => {
      this.#failed(error, time);
    });
    this.#shutdown = new Shutdown(this.#graph, this.#generator, this.#scheduler, options.clock, options.log);
    this.#termination = new Termination(options.clock);
  }

  get checkpointDirectory(): string | undefined {
    return this.#checkpointDirectory;
  }

  /** Sets the checkpoint directory, as the option does. @throws IllegalStateError once the context has started or stopped */
  checkpoint(directory: string): void {
    this.checkCanBeBuilt('The checkpoint directory');
    this.#checkpointDirectory = directory;
  }

  /** @throws IllegalStateError where this context was given no files */
  get fileSystem(): FileSystem {
    if (this.#fileSystem === undefined) {
      throw new IllegalStateError('This context has no files to read or write; give it a fileSystem when it is made.');
    }
    return this.#fileSystem;
  }

  /** @throws IllegalStateError where this context was given no network */
  get network(): Network {
    if (this.#network === undefined) {
      throw new IllegalStateError('This context has no network to connect to; give it a network when it is made.');
    }
    return this.#network;
  }

  getState(): StreamingContextState {
    return this.#state;
  }

  /** The last batch that was completed, as all before it were, ms since the epoch. */
  get lastCompletedTime(): number | undefined {
    return this.#lastCompleted;
  }

  /** The newest batch whose jobs have been made, or are being made, ms since the epoch; -Infinity before the start. */
  get newestBatch(): number {
    return this.#graph.newestBatch;
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

  /**
   * Makes this context one that is found again, and has it go on, when it starts, where the run that the log is of has ended.
   * Called once, when the program has been built.
   * @param directory becomes the checkpoint directory
   * @param checkpointInterval ms between two checkpoints; 10 s, or the batch interval where that is longer, when left out
   * @throws IllegalArgumentError for another checkpoint directory or batch interval than before
   * @throws StreamingError for a program with a `queueStream` when there is an earlier run
   */
  async recoverFrom(recoveryLog: RecoveryLog, directory: string, checkpointInterval?: number): Promise<void> {
    const { clock, log, batchInterval } = this;
    if ((this.#checkpointDirectory ?? directory) !== directory) {
      throw new IllegalArgumentError(
        `The context was made with the checkpoint directory ${String(this.#checkpointDirectory)}, and is to be recovered from ` +
          `${directory}; give both the same.`,
      );
    }
    if (checkpointInterval !== undefined) checkDuration('checkpointInterval', checkpointInterval);
    this.checkCanBeBuilt('Recovery');
    this.#checkpointDirectory = directory;
    const recovery = new ContextRecovery(recoveryLog, {
      clock,
      log,
      batchInterval,
      checkpointInterval: checkpointInterval ?? Math.max(batchInterval, USUAL_CHECKPOINT_INTERVAL),
      onError: (error) => {
        this.reportError(error);
      },
    });
    await recovery.open(this.#streams);
    this.#recovery = recovery;
  }

  /** Called by every stream. */
  registerStream(stream: DStream<unknown>): void {
    this.#streams.push(stream);
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
   * Has every stream keep its RDDs for at least so long after their batch, so that `slice` finds them: ms.
   * @throws IllegalArgumentError when it has been called before
   * @throws IllegalStateError once the context has started or stopped
   */
  remember(duration: number): void {
    checkDuration('remember', duration);
    if (this.#state !== 'INITIALIZED') {
      throw new IllegalStateError('remember was called after start or stop; say how long RDDs are kept before start().');
    }
    const present = this.#graph.rememberDuration;
    if (present !== undefined) {
      throw new IllegalArgumentError(
        `remember has been set to ${String(present)} ms already, and can be set only once; leave out one of the two calls.`,
      );
    }
    this.#graph.rememberDuration = duration;
  }

  /**
   * What keeps the rate of an input at what batches can take, where back-pressure is on.
   * @param publish is told the rate to keep to, in records a second, now and whenever it changes; Infinity for no limit
   */
  rateController(publish: (rate: number) => void): RateController | undefined {
    return inputRateController(this.execution, this.batchInterval, this.compatibility === 'spark', publish);
  }

  /** @throws IllegalArgumentError for what is no listener */
  addStreamingListener(listener: StreamingListener): void {
    if (typeof (listener as unknown) !== 'object' || (listener as unknown) === null) {
      throw new IllegalArgumentError('A streaming listener must be an object with methods such as onBatchCompleted.');
    }
    this.listeners.add(listener);
  }

  removeStreamingListener(listener: StreamingListener): void {
    this.listeners.remove(listener);
  }

  /**
   * Starts receiving and making batches. A second start only warns. Where it fails, whatever began is ended, and the context
   * is stopped.
   * @throws IllegalArgumentError when no output operation has been registered
   * @throws IllegalStateError when the context has been stopped
   */
  async start(): Promise<void> {
    if (this.#state === 'ACTIVE') {
      this.log.warn('The StreamingContext has already been started.');
      return;
    }
    if (this.#state === 'STOPPED') {
      throw new IllegalStateError('A StreamingContext cannot be started again after it has been stopped; make a new one.');
    }
    try {
      if (this.#graph.outputs.length === 0) {
        throw new IllegalArgumentError(
          'No output operations registered, so nothing to execute; end at least one stream with foreachRDD.',
        );
      }
      const recovery = this.#recovery;
      this.#generator.start(recovery?.startAfter ?? this.#startAfter, recovery ?? this.#replay, recovery?.zeroTime);
      recovery?.restore(this.#streams, this.#graph.zeroTime);
      this.#state = 'ACTIVE';
      this.listeners.post('onStreamingStarted', { time: this.clock.now() });
      for (const input of this.#graph.inputs) input.start();
    } catch (thrown) {
      this.#stopping ??= this.#stop(false);
      await this.#stopping;
      throw thrown;
    }
  }

  /**
   * Stops receiving and making batches; resolves when nothing runs any more. A second call waits for the first.
   * The outputs that run now end, no other begins; what does not end within ten seconds is left to itself, with a warning.
   * Gracefully: what was received before is processed first, at batch times that may lie ahead of the clock, for at most
   * `gracefulStopTimeout`.
   * Called by an output of this context it resolves at once, since that output would wait for itself otherwise: the context
   * has stopped when the output has ended (`awaitTermination` tells when).
   * @throws StreamingError (as a rejection) when a streaming listener calls it
   * @param stopSparkContext taken for the sake of Spark's signature; there is no other context to stop
   */
  stop(stopSparkContext?: boolean, stopGracefully?: boolean): Promise<void>;
  stop(options: StopOptions): Promise<void>;
  stop(first?: boolean | StopOptions, stopGracefully = false): Promise<void> {
    if (this.listeners.isPosting) {
      return Promise.reject(
        new StreamingError(
          'stop was called by a streaming listener, which runs in the middle of the work that stop has to wait for; ' +
            'call it from outside, or later: setTimeout(() => ssc.stop()).',
        ),
      );
    }
    const gracefully = typeof first === 'object' ? (first.gracefully ?? false) : stopGracefully;
    // What a finish leaves to another program is not to be processed here.
    this.#stopping ??= this.#stop(gracefully && this.#finishing === undefined);
    return this.#scope?.isInside === true ? Promise.resolve() : this.#stopping;
  }

  async #stop(gracefully: boolean): Promise<void> {
    if (this.#state === 'ACTIVE') {
      await (gracefully ? this.#shutdown.drain(this.execution.gracefulStopTimeout) : this.#shutdown.halt());
    }
    this.#state = 'STOPPED';
    try {
      await this.#recovery?.close();
    } catch (thrown) {
      this.reportError(asError(thrown));
    }
    this.#termination.end();
  }

  /**
   * Stops between two batches, for another program to go on after `lastCompletedTime`: the batch that runs now ends, those
   * that wait for it are given up. What inputs hold stays there, and what they gave to the batches given up comes back. A batch
   * that is being written into the journal counts as one that runs.
   */
  finish(): Promise<void> {
    this.#finishing ??= this.#finish();
    return this.#finishing;
  }

  async #finish(): Promise<void> {
    if (this.#stopping === undefined) await this.#shutdown.hold();
    this.#stopping ??= this.#stop(false);
    await this.#stopping;
  }

  /**
   * Waits until the context has stopped.
   * @throws the first error that a batch or `reportError` brought, as soon as it is there
   */
  awaitTermination(): Promise<void> {
    return this.#termination.awaited();
  }

  /** The same, for at most `timeout` ms: true when the context has stopped, false when the time was over first. */
  awaitTerminationOrTimeout(timeout: number): Promise<boolean> {
    return this.#termination.awaitedFor(timeout);
  }

  /** Gives an error to whoever awaits termination. */
  reportError(error: Error): void {
    this.log.error(error.message);
    this.#termination.end(error);
  }

  /** A batch and all before it have ended. */
  #passed(time: number): void {
    this.#lastCompleted = time;
    this.#graph.clearMetadata(time);
    this.#recovery?.passed(time);
  }

  #completed(jobSet: JobSet): void {
    const { info, failure } = jobSet;
    for (const { id, rateController } of this.#graph.inputs) {
      rateController?.batchCompleted(info.streamIdToInputInfo.get(id)?.numRecords ?? 0, info);
    }
    if (failure !== undefined) this.#failed(failure);
  }

  /** @param unmade the batch, where it could not even be made */
  #failed(failure: Error, unmade?: number): void {
    this.reportError(failure);
    if (this.execution.onBatchFailure === 'continue') {
      // Or what it was given would be held for good.
      if (unmade !== undefined) {
        this.#recovery?.skipped(unmade);
        this.#scheduler.passOver(unmade);
      }
      return;
    }
    this.#recovery?.failed();
    // At once, or the next one would begin.
    this.#shutdown.withdraw(unmade);
    void this.finish();
  }
}
