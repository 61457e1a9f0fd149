import type { CallScope } from '../ports/CallScope';
import type { Clock } from '../ports/Clock';
import type { FileSystem } from '../ports/FileSystem';
import type { Log } from '../ports/Log';
import type { Network } from '../ports/Network';
import { IllegalArgumentError } from './errors';
import type { ExecutionOptions } from './ExecutionOptions';
import type { BatchJournal, ReplayedBatches } from './scheduler/BatchJournal';

/** What a streaming program is made from. */
export interface StreamingContextOptions extends ExecutionOptions {
  /** ms; batch times are its multiples since the epoch. */
  readonly batchInterval: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Where files are read and written; a program that does neither needs none. */
  readonly fileSystem?: FileSystem;
  /** How sockets connect; a program without them needs none. */
  readonly network?: Network;
  /** `spark` brings back Spark's own behaviour where ours differs on purpose. */
  readonly compatibility?: 'spark';
  /**
   * Where checkpoints belong; they are written once `recoverFrom` was called. Streams with state and inverse windows then remember their RDDs as if they were checkpointed, as
   * Spark's do. Without it they work as well, in memory; only `compatibility: 'spark'` refuses to start streams with state then.
   */
  readonly checkpointDirectory?: string;
  /** Tells whether `stop` is called by an output of this context itself; without it such a call waits until it is given up. */
  readonly scope?: CallScope;
  /**
   * The batch time to go on after, ms since the epoch: for a program that goes on where another one stopped. Batch times
   * missed since then are made up for as after a pause.
   */
  readonly startAfter?: number;
  /** Writes down each batch before it runs. */
  readonly journal?: BatchJournal;
  /**
   * Batches of an earlier run, which are run again, one after the other, before any other: they are submitted, started and
   * completed like all batches. Inputs start before, and what they bring meanwhile is for the batches after these, which go on
   * after the last of them. A stop or `finish` ends it after the batch that runs.
   */
  readonly replay?: ReplayedBatches;
  /** ms of receiving that make one block, and so one partition of a batch; 200 when left out. */
  readonly blockInterval?: number;
  /** How many partitions a collection or a shuffle has when nothing else is said (Spark's spark.default.parallelism); 1 when left out. */
  readonly defaultParallelism?: number;
}

/** How to stop: Spark's two flags, or the second of them by name. */
export interface StopOptions {
  /** Whether everything received is processed first. */
  readonly gracefully?: boolean;
}

/** @throws IllegalArgumentError for what is no way to be compatible */
export function checkCompatibility(compatibility: unknown): 'spark' | undefined {
  if (compatibility === undefined || compatibility === 'spark') return compatibility;
  throw new IllegalArgumentError(`compatibility is ${JSON.stringify(compatibility)}; it must be 'spark', or left out.`);
}

/** @throws IllegalArgumentError for what is no number of partitions */
export function checkPartitions(count: number): number {
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new IllegalArgumentError(`defaultParallelism is ${String(count)}; it must be a whole number of partitions above 0.`);
}

/** @throws IllegalArgumentError for times that do not rise, or begin before those that were */
export function checkReplay(replay: ReplayedBatches | undefined, startAfter = -Infinity): ReplayedBatches | undefined {
  let before = startAfter;
  for (const time of replay?.times ?? []) {
    if (!(time > before)) {
      throw new IllegalArgumentError(
        `The batch of ${String(time)} ms cannot be run again after that of ${String(before)} ms; give the times in rising order.`,
      );
    }
    before = time;
  }
  return replay;
}
