import { IllegalArgumentError } from '../errors';

/** Says, after each batch, how many records a second an input can be given. */
export interface RateEstimator {
  /**
   * @param timeMs when the batch had been processed, ms
   * @param numElements records of the input in the batch
   * @param processingDelayMs how long the batch was processed, ms
   * @param schedulingDelayMs how long it had waited before that, ms
   * @returns records a second; undefined where nothing can be said
   */
  compute(timeMs: number, numElements: number, processingDelayMs: number, schedulingDelayMs: number): number | undefined;
}

/**
 * Spark's estimator: a controller with a proportional, an integral and a derivative part (PID). It follows the speed at which
 * batches are processed, and goes below it where batches had to wait, so that what waits is worked off. With
 *
 *     measured = numElements / processingDelayMs * 1000                     records a second
 *     error    = lastRate - measured
 *     history  = schedulingDelayMs * measured / batchIntervalMs             records a second that wait already
 *     change   = (error - lastError) / seconds since the last batch
 *
 * the estimate is max(lastRate - proportional * error - integral * history - derivative * change, minRate). The first batch
 * only gives the speed to begin with. A batch that is not later than the last one, had no records, or took no time says
 * nothing, and leaves no trace.
 */
export class PIDRateEstimator implements RateEstimator {
  readonly #batchInterval: number;
  readonly #proportional: number;
  readonly #integral: number;
  readonly #derivative: number;
  readonly #minRate: number;
  #last: { readonly time: number; readonly rate: number; readonly error: number } | undefined;

  /**
   * @param batchIntervalMs ms, above 0
   * @param proportional how much of the error is taken off at once; 0 or more, Spark's default is 1
   * @param integral how much of what waits is taken off; 0 or more, Spark's default is 0.2
   * @param derivative how much of the change of the error is taken off; 0 or more, Spark's default is 0
   * @param minRate records a second, above 0: no estimate is lower; Spark's default is 100
   * @throws IllegalArgumentError for any other number
   */
  constructor(batchIntervalMs: number, proportional: number, integral: number, derivative: number, minRate: number) {
    checkNumber('The batch interval of a PIDRateEstimator', batchIntervalMs, 'a number of ms above 0', batchIntervalMs > 0);
    checkNumber('proportional', proportional, NOT_NEGATIVE, proportional >= 0);
    checkNumber('integral', integral, NOT_NEGATIVE, integral >= 0);
    checkNumber('derivative', derivative, NOT_NEGATIVE, derivative >= 0);
    checkNumber('minRate', minRate, 'a number of records a second above 0', minRate > 0);
    this.#batchInterval = batchIntervalMs;
    this.#proportional = proportional;
    this.#integral = integral;
    this.#derivative = derivative;
    this.#minRate = minRate;
  }

  compute(timeMs: number, numElements: number, processingDelayMs: number, schedulingDelayMs: number): number | undefined {
    const last = this.#last;
    if (!(timeMs > (last?.time ?? -1) && numElements > 0 && processingDelayMs > 0)) return undefined;
    const measured = (numElements / processingDelayMs) * 1000;
    if (last === undefined) {
      this.#last = { time: timeMs, rate: measured, error: 0 };
      return undefined;
    }
    const error = last.rate - measured;
    const history = (schedulingDelayMs * measured) / this.#batchInterval;
    const change = (error - last.error) / ((timeMs - last.time) / 1000);
    const wanted = last.rate - this.#proportional * error - this.#integral * history - this.#derivative * change;
    const rate = Math.max(wanted, this.#minRate);
    this.#last = { time: timeMs, rate, error };
    return rate;
  }
}

const NOT_NEGATIVE = 'a number of 0 or more';

function checkNumber(name: string, value: number, expected: string, isRight: boolean): void {
  if (Number.isFinite(value) && isRight) return;
  throw new IllegalArgumentError(`${name} is ${String(value)}; it must be ${expected}.`);
}
