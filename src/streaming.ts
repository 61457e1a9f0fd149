/**
 * The micro-batch core: Spark's DStreams for TypeScript, without Node-RED.
 * This file puts the core together with the machine's own clock; everything public comes from here.
 */
import type { Clock } from './ports/Clock';
import { SystemClock } from './ports/node/SystemClock';
import { IllegalArgumentError } from './streaming/errors';
import './streaming/operations';
import { StreamingContext as CoreStreamingContext } from './streaming/StreamingContext';

export interface StreamingContextOptions {
  /** ms; batch times are its multiples since the epoch. */
  readonly batchInterval: number;
  /** The machine's clock when left out; a `ManualClock` for tests. */
  readonly clock?: Clock;
  /** `spark` brings back Spark's own behaviour where ours differs on purpose: windows aligned to the start of the program. */
  readonly compatibility?: 'spark';
}

/** A streaming program: its streams are built, then it is started once and stopped once. */
export class StreamingContext extends CoreStreamingContext {
  /** @throws IllegalArgumentError for a batch interval that is not a whole number of ms above 0 */
  constructor(options: StreamingContextOptions) {
    if (typeof (options as unknown) !== 'object') {
      throw new IllegalArgumentError('A StreamingContext needs at least its batch interval: new StreamingContext({ batchInterval: 1000 }).');
    }
    super({
      batchInterval: options.batchInterval,
      clock: options.clock ?? new SystemClock(),
      log: console,
      ...(options.compatibility === undefined ? {} : { compatibility: options.compatibility }),
    });
  }
}

export type { Clock, Timer } from './ports/Clock';
export { ManualClock } from './ports/ManualClock';
export { DStream } from './streaming/dstream/DStream';
export type { QueuedBatch } from './streaming/dstream/QueueInputDStream';
export type { InverseWindowOptions } from './streaming/dstream/ReducedWindowedDStream';
export { IllegalArgumentError, IllegalStateError, StreamingError } from './streaming/errors';
export type { Pair } from './streaming/Pair';
export { RDD } from './streaming/rdd/RDD';
export { Receiver } from './streaming/receiver/Receiver';
export type { BatchInfo, OutputOperationInfo, StreamInputInfo } from './streaming/scheduler/BatchInfo';
export type { ReceiverInfo, StreamingListener } from './streaming/scheduler/StreamingListener';
export type { StopOptions, StreamingContextState } from './streaming/StreamingContext';
