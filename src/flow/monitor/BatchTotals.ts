import type { BatchEvent } from '../../engine/Engine';
import { tenths } from './tenths';

/** A mean and the largest of several delays, ms. */
class Delays {
  #sum = 0;
  #count = 0;
  longest = 0;

  add(delay: number): void {
    this.#sum += delay;
    this.#count++;
    this.longest = Math.max(this.longest, delay);
  }

  get mean(): number {
    return this.#count === 0 ? 0 : tenths(this.#sum / this.#count);
  }
}

/** What some batches of one graph come to: sums, means and the longest delays. */
export interface BatchFigures {
  /** Of the last one, ms since the epoch. */
  readonly batchTime: number;
  /** ms */
  readonly batchInterval: number;
  readonly batches: number;
  readonly records: number;
  readonly recordsPerSecond: number;
  /** Means, ms. */
  readonly schedulingDelay: number;
  readonly processingDelay: number;
  readonly totalDelay: number;
  /** ms */
  readonly longest: { readonly schedulingDelay: number; readonly processingDelay: number; readonly totalDelay: number };
  readonly failedBatches: number;
  /** Why the last one of those failed. */
  readonly failure?: string;
}

/** Adds up the batches of one graph. */
export class BatchTotals {
  #batchTime = 0;
  #batches = 0;
  #records = 0;
  #failedBatches = 0;
  #failure: string | undefined;
  readonly #scheduling = new Delays();
  readonly #processing = new Delays();
  readonly #total = new Delays();

  add({ batchTime, records, schedulingDelay, processingDelay, failure }: BatchEvent): void {
    this.#batchTime = batchTime;
    this.#batches++;
    this.#records += records;
    this.#scheduling.add(schedulingDelay);
    this.#processing.add(processingDelay);
    this.#total.add(schedulingDelay + processingDelay);
    if (failure === undefined) return;
    this.#failedBatches++;
    this.#failure = failure;
  }

  /** @param batchInterval ms */
  figures(batchInterval: number): BatchFigures {
    const longest = {
      schedulingDelay: this.#scheduling.longest,
      processingDelay: this.#processing.longest,
      totalDelay: this.#total.longest,
    };
    return {
      batchTime: this.#batchTime,
      batchInterval,
      batches: this.#batches,
      records: this.#records,
      // Of the time that the batches cover: a pause between them is not theirs.
      recordsPerSecond: tenths((this.#records * 1000) / (Math.max(1, this.#batches) * batchInterval)),
      schedulingDelay: this.#scheduling.mean,
      processingDelay: this.#processing.mean,
      totalDelay: this.#total.mean,
      longest,
      failedBatches: this.#failedBatches,
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    };
  }
}
