/**
 * The micro-batch core: Spark's DStreams for TypeScript, without Node-RED.
 * This file puts the core together with the machine's own clock; everything public comes from here.
 */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { Lease, putAside } from './durability';
import type { Clock } from './ports/Clock';
import { AsyncCallScope } from './ports/node/AsyncCallScope';
import type { FileSystem } from './ports/FileSystem';
import type { Network } from './ports/Network';
import { NodeDisk } from './ports/node/NodeDisk';
import { NodeFileSystem } from './ports/node/NodeFileSystem';
import { NodeNetwork } from './ports/node/NodeNetwork';
import { isGone, ownIdentity } from './ports/node/processIdentity';
import { SystemClock } from './ports/node/SystemClock';
import { asError, IllegalArgumentError, IllegalStateError, StreamingError } from './streaming/errors';
import type { ExecutionOptions } from './streaming/ExecutionOptions';
import './streaming/operations';
import type { RecoveryLog } from './streaming/recovery/RecoveryLog';
import { StatsReportListener as CoreStatsReportListener } from './streaming/scheduler/StatsReportListener';
import { StreamingContext as CoreStreamingContext } from './streaming/StreamingContext';
import { openRecoveryLog } from './streamingRecovery';

export interface StreamingContextOptions extends ExecutionOptions {
  /** ms; batch times are its multiples since the epoch. */
  readonly batchInterval: number;
  /** The machine's clock when left out; a `ManualClock` for tests. */
  readonly clock?: Clock;
  /** The files of this machine when left out. */
  readonly fileSystem?: FileSystem;
  /** The network of this machine when left out. */
  readonly network?: Network;
  /** ms of receiving that make one block, and so one partition of a batch; 200 when left out. */
  readonly blockInterval?: number;
  /**
   * Where checkpoints belong; they are written by a context that `getOrCreate` made. Streams with state and inverse windows then
   * remember their RDDs as if they were checkpointed, as Spark's do. Without it they work as well, in memory; only
   * `compatibility: 'spark'` refuses to start streams with state then.
   */
  readonly checkpointDirectory?: string;
  /**
   * `spark` brings back Spark's own behaviour where ours differs on purpose: windows aligned to the start of the program, and
   * time-outs of `mapWithState` only when state is checkpointed.
   */
  readonly compatibility?: 'spark';
  /** How many partitions a collection or a shuffle has when nothing else is said; 1 when left out. */
  readonly defaultParallelism?: number;
}

/** How a program is recovered. */
export interface RecoveryOptions {
  /** ms between two checkpoints of all state; 10 s, or the batch interval where that is longer, when left out. */
  readonly checkpointInterval?: number;
  /**
   * Begins from nothing where what the directory holds cannot be read, instead of throwing. It is not removed, but put into the
   * folder `quarantine` there.
   */
  readonly createOnError?: boolean;
}

/** The directories that contexts of this program have open. */
const openDirectories = new Set<string>();

/** A streaming program: its streams are built, then it is started once and stopped once. */
export class StreamingContext extends CoreStreamingContext {
  /** @throws IllegalArgumentError for a batch or block interval that is not a whole number of ms above 0 */
  constructor(options: StreamingContextOptions) {
    if (typeof (options as unknown) !== 'object' || (options as unknown) === null) {
      throw new IllegalArgumentError('A StreamingContext needs at least its batch interval: new StreamingContext({ batchInterval: 1000 }).');
    }
    super({
      ...options,
      scope: new AsyncCallScope(),
      clock: options.clock ?? new SystemClock(),
      log: console,
      fileSystem: options.fileSystem ?? new NodeFileSystem(),
      network: options.network ?? new NodeNetwork(),
    });
  }

  /**
   * Builds a program that survives its process: what its receivers bring is logged in the directory, and so is what each batch
   * consists of, and now and then the state of all streams. Where the directory has an earlier run, the program goes on with it
   * when it is started: state as it was, the last batches once more with the same records, missed batch times, and then the clock.
   * State has every record once; outputs may get the last batches twice.
   *
   * Unlike Spark's, `create` is called every time: functions are never stored. Where the program has changed since, what still
   * fits goes on (streams are known by their kind, durations, inputs and order), and a warning names what does not.
   *
   * Waits while another process has the directory. It is free again when the context has been stopped.
   * @param create makes the context and builds all its streams and outputs; it does not start it
   * @throws StreamingError where what the directory holds cannot be read, or for a program with a `queueStream` when there is an
   *   earlier run
   * @throws IllegalArgumentError for another batch interval than before
   * @throws IllegalStateError when a context of this process has the directory
   */
  static async getOrCreate<Context extends CoreStreamingContext>(
    directory: string,
    create: () => Context | Promise<Context>,
    options: RecoveryOptions = {},
  ): Promise<Context> {
    if (typeof (directory as unknown) !== 'string' || directory === '') {
      throw new IllegalArgumentError(`getOrCreate needs the path of a checkpoint directory, and got ${JSON.stringify(directory)}.`);
    }
    if (typeof (create as unknown) !== 'function') {
      throw new IllegalArgumentError('getOrCreate needs a function that makes the context and builds its streams: () => context.');
    }
    const context = await create();
    if (!((context as unknown) instanceof CoreStreamingContext)) {
      throw new IllegalArgumentError('The function that was given to getOrCreate must return the StreamingContext that it made.');
    }
    const recoveryLog = await openDirectory(directory, context, options.createOnError ?? false);
    try {
      await context.recoverFrom(recoveryLog, directory, options.checkpointInterval);
    } catch (thrown) {
      await recoveryLog.close();
      throw thrown;
    }
    return context;
  }
}

/** Takes a directory for this process, and opens the log in it; closing the log gives it back. */
async function openDirectory(directory: string, { clock, log }: CoreStreamingContext, createOnError: boolean): Promise<RecoveryLog> {
  const location = resolve(directory);
  if (openDirectories.has(location)) {
    throw new IllegalStateError(`A context of this process has the checkpoint directory ${location}; stop that one first.`);
  }
  openDirectories.add(location);
  let lease: Lease | undefined;
  const release = async (): Promise<void> => {
    try {
      await lease?.release();
    } finally {
      openDirectories.delete(location);
    }
  };
  try {
    const disk = new NodeDisk(location);
    await disk.makeFolder('');
    // Processes wait for each other by the machine's clock, whatever the clock of the program is.
    const taken = await Lease.acquire(disk, {
      folder: 'lease',
      owner: ownIdentity(),
      clock: new SystemClock(),
      isGone,
      onWaiting: (owner) => {
        const who = owner === undefined ? 'another process' : `process ${String(owner.process)} on ${owner.host}`;
        log.warn(`The checkpoint directory ${location} belongs to ${who}; waiting until it is free.`);
      },
      onLost: (error) => {
        log.error(error.message);
      },
    });
    if (taken === undefined) throw new StreamingError(`The checkpoint directory ${location} cannot be taken.`);
    lease = taken;
    const open = (): Promise<RecoveryLog> =>
      openRecoveryLog(disk, { clock, epoch: taken.epoch, checkOwnership: () => taken.check() });
    const recoveryLog = await open().catch(async (thrown: unknown) => {
      const why = `Failed to read the checkpoint in ${location}: ${asError(thrown).message}`;
      if (!createOnError) throw new StreamingError(why, { cause: thrown });
      await putAside(disk, randomUUID(), Date.now());
      log.warn(`${why} The program begins from nothing; what was there is in the folder quarantine.`);
      return open();
    });
    const close = recoveryLog.close.bind(recoveryLog);
    recoveryLog.close = async (): Promise<void> => {
      try {
        await close();
      } finally {
        await release();
      }
    };
    return recoveryLog;
  } catch (thrown) {
    await release();
    throw thrown;
  }
}

/** After each batch, writes how total delay and processing time of the last batches were distributed. */
export class StatsReportListener extends CoreStatsReportListener {
  /**
   * @param batches how many of the last batches are looked at; 10 when left out
   * @param write takes each line; the console when left out
   * @throws IllegalArgumentError unless `batches` is a whole number above 0
   */
  constructor(
    batches = 10,
    write: (line: string) => void = (line) => {
      console.log(line);
    },
  ) {
    super(batches, write);
  }
}

export type { Clock, Timer } from './ports/Clock';
export type { FileEntry, FileSystem } from './ports/FileSystem';
export type { Connection, Network } from './ports/Network';
export { ManualClock } from './ports/ManualClock';
export { DStream } from './streaming/dstream/DStream';
export type { FileReader, FileSelection } from './streaming/dstream/FileInputDStream';
export type { MapWithStateDStream } from './streaming/dstream/mapWithState';
export type { QueuedBatch } from './streaming/dstream/QueueInputDStream';
export type { InverseWindowOptions } from './streaming/dstream/ReducedWindowedDStream';
export type { UpdateStateOptions } from './streaming/dstream/updateStateByKey';
export { IllegalArgumentError, IllegalStateError, NoSuchElementError, StreamingError, UnsupportedOperationError } from './streaming/errors';
export type { BackpressureOptions, ExecutionOptions } from './streaming/ExecutionOptions';
export type { Pair } from './streaming/Pair';
export { RDD } from './streaming/rdd/RDD';
export { Receiver } from './streaming/receiver/Receiver';
export type { BatchInfo, OutputOperationInfo, StreamInputInfo } from './streaming/scheduler/BatchInfo';
export { PIDRateEstimator } from './streaming/scheduler/PIDRateEstimator';
export type { ReceiverInfo, StreamingListener } from './streaming/scheduler/StreamingListener';
export type { State } from './streaming/state/State';
export { StateSpec, type StateFunction } from './streaming/state/StateSpec';
export type { StreamingContextState } from './streaming/StreamingContext';
export type { StopOptions } from './streaming/StreamingContextOptions';
