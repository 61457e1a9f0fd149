/**
 * The micro-batch core: Spark's DStreams for TypeScript, without Node-RED.
 * This file puts the core together with the machine's own clock; everything public comes from here.
 */
import type { Clock } from './ports/Clock';
import { AsyncCallScope } from './ports/node/AsyncCallScope';
import type { FileSystem } from './ports/FileSystem';
import type { Network } from './ports/Network';
import { NodeFileSystem } from './ports/node/NodeFileSystem';
import { NodeNetwork } from './ports/node/NodeNetwork';
import { SystemClock } from './ports/node/SystemClock';
import { IllegalArgumentError } from './streaming/errors';
import type { ExecutionOptions } from './streaming/ExecutionOptions';
import './streaming/operations';
import { StatsReportListener as CoreStatsReportListener } from './streaming/scheduler/StatsReportListener';
import { StreamingContext as CoreStreamingContext } from './streaming/StreamingContext';

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
   * Where checkpoints belong. Streams with state and inverse windows then remember their RDDs as if they were checkpointed, as
   * Spark's do. Without it they work as well, in memory; only `compatibility: 'spark'` refuses to start streams with state then.
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
export type { StopOptions, StreamingContextState } from './streaming/StreamingContext';
