import type { StreamInputInfo } from './BatchInfo';

/** Who writes down what a batch consists of before it runs, so that it consists of the same when it runs again after a crash. */
export interface BatchJournal {
  /**
   * A batch is next: all batches before it have ended, or, with several concurrent jobs, have begun. It runs when this resolves.
   * A rejection fails the batch, and none of its outputs runs; it is not tried again. Undefined where there is nothing to wait
   * for. Batches that are run again come here as well. A batch that could not be made does not.
   * @param time of the batch, ms since the epoch
   */
  begin(time: number, inputs: readonly StreamInputInfo[]): Promise<void> | undefined;
}

/** Batches of an earlier run, to be run again before the clock is followed. */
export interface ReplayedBatches {
  /** Their times, ms since the epoch, rising; later than `startAfter`. */
  readonly times: readonly number[];
  /**
   * Gives the inputs what the batch of this time consists of; called once the batch before it has ended, so that only one
   * of them is in memory. A rejection counts as a batch that could not be made. Not called any more once the context was told
   * to stop or finish, which then wait for a call that has not returned.
   */
  load(time: number): Promise<void> | undefined;
}
