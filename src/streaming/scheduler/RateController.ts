import type { RateEstimator } from './PIDRateEstimator';

/** What is known of a batch when its input's rate is looked at again. Times are ms. */
export interface BatchFigures {
  readonly processingEndTime?: number;
  readonly processingDelay?: number;
  readonly schedulingDelay?: number;
}

export interface RateControl {
  /** ms */
  readonly batchInterval: number;
  /** Records a second before the first estimate; Infinity for no limit then. */
  readonly initialRate: number;
  /** Records a second that no estimate goes beyond; Infinity for no limit. */
  readonly maxRate: number;
  /** Spark's own way: every estimate is taken as it is. */
  readonly asSpark: boolean;
}

/** A batch that begins this part of an interval late has not waited for others: timers are no more exact than that. */
const PUNCTUAL = 0.1;

/**
 * Keeps the rate of one input at what batches can take: asks the estimator after each batch, and passes on what it says as a
 * whole number of records a second.
 *
 * Under a light load batches say nothing about how much could be processed: a batch of ten records takes as long as one of
 * none, and Spark's estimator takes that for the speed. So here the rate is never lowered by a batch that ended within its
 * interval and did not have to wait; it may rise. With `asSpark` every estimate counts.
 */
export class RateController {
  readonly #estimator: RateEstimator;
  readonly #control: RateControl;
  readonly #publish: (rate: number) => void;
  #rate: number;

  /** @param publish is told the initial rate, and every rate after that */
  constructor(estimator: RateEstimator, control: RateControl, publish: (rate: number) => void) {
    this.#estimator = estimator;
    this.#control = control;
    this.#publish = publish;
    this.#rate = Math.min(control.initialRate, control.maxRate);
    publish(this.#rate);
  }

  /** Records a second; Infinity while there is no limit. */
  get rate(): number {
    return this.#rate;
  }

  /** @param numRecords how many records of this input the batch had */
  batchCompleted(numRecords: number, batch: BatchFigures): void {
    const { processingEndTime, processingDelay, schedulingDelay } = batch;
    if (processingEndTime === undefined || processingDelay === undefined || schedulingDelay === undefined) return;
    const estimate = this.#estimator.compute(processingEndTime, numRecords, processingDelay, schedulingDelay);
    if (estimate === undefined) return;
    const { batchInterval, maxRate, asSpark } = this.#control;
    const rate = Math.min(Math.trunc(estimate), maxRate);
    if (!(rate > 0)) return;
    const isLight = processingDelay < batchInterval && schedulingDelay <= PUNCTUAL * batchInterval;
    if (isLight && rate < this.#rate && !asSpark) return;
    this.#rate = rate;
    this.#publish(rate);
  }
}
