import { checkDuration } from './duration';
import { IllegalArgumentError } from './errors';
import { PIDRateEstimator } from './scheduler/PIDRateEstimator';

/** How the rate of receivers follows what batches can take. Rates are records a second of one receiver. */
export interface BackpressureOptions {
  /** `spark.streaming.backpressure.enabled`; true when left out. */
  readonly enabled?: boolean;
  /** `spark.streaming.backpressure.initialRate`: the rate before the first estimate; no limit but `receiverMaxRate` when left out. */
  readonly initialRate?: number;
  /** `spark.streaming.backpressure.pid.proportional`; 1 when left out. */
  readonly proportional?: number;
  /** `spark.streaming.backpressure.pid.integral`; 0.2 when left out. */
  readonly integral?: number;
  /** `spark.streaming.backpressure.pid.derived`; 0 when left out. */
  readonly derivative?: number;
  /** `spark.streaming.backpressure.pid.minRate`: no estimate is lower; 100 when left out. */
  readonly minRate?: number;
}

/** How a program is run. Spark's name for each is in front. */
export interface ExecutionOptions {
  /** `spark.streaming.backpressure.*`: true for Spark's defaults; off when left out. */
  readonly backpressure?: boolean | BackpressureOptions;
  /**
   * `spark.streaming.receiver.maxRate`: the most records a second of each receiver that go into batches; no limit when left out.
   * Records over the limit are not lost, nor is `store` held up as in Spark: they wait, in their order, for later batches.
   * As in Spark the limit does not hold for what a receiver stores as a block.
   */
  readonly receiverMaxRate?: number;
  /** `spark.streaming.receiverRestartDelay`: ms that a receiver which failed waits before it starts again; 2,000 when left out. */
  readonly receiverRestartDelay?: number;
  /**
   * `spark.streaming.concurrentJobs`: how many outputs run at once; 1 when left out. With more, outputs of one batch and of
   * different batches overlap; they begin in their order, but may end in another. What windows and states take in is always
   * taken in batch by batch, in order, before the outputs of the batch begin.
   */
  readonly concurrentJobs?: number;
  /** How many more times an output that failed is tried before it counts as failed; 0 when left out, as in Spark. */
  readonly retries?: number;
  /**
   * What follows a batch that failed. `continue`, when left out, is Spark's way: whoever awaits termination is told, and
   * batches go on. `stop`: the context stops; batches that had not begun are not run, and what they were given goes back. A batch
   * that cannot even be made, since a function that makes its RDDs throws, has not begun.
   */
  readonly onBatchFailure?: 'continue' | 'stop';
  /**
   * `spark.streaming.gracefulStopTimeout`: ms that a graceful stop may take, after which what is left is given up with a
   * warning; ten batch intervals when left out.
   */
  readonly gracefulStopTimeout?: number;
  /**
   * How many batches may wait or run. While there are as many no further ones are made: what arrives waits in its receiver, and
   * the batch times passed over are made up for like those of a pause. No limit when left out, as in Spark.
   */
  readonly pendingBatchesLimit?: number;
}

/** The same, with everything that was left out. */
export interface ExecutionSettings {
  /** null for none */
  readonly backpressure: Required<Omit<BackpressureOptions, 'enabled'>> | null;
  readonly receiverMaxRate: number;
  readonly receiverRestartDelay: number;
  readonly concurrentJobs: number;
  readonly retries: number;
  readonly onBatchFailure: 'continue' | 'stop';
  readonly gracefulStopTimeout: number;
  readonly pendingBatchesLimit: number;
}

/**
 * Checks the options, and fills in what was left out.
 * @throws IllegalArgumentError that says which option is wrong, and what it must be
 */
export function executionSettings(options: ExecutionOptions, batchInterval: number): ExecutionSettings {
  const settings = {
    backpressure: backpressureSettings(options.backpressure ?? false, batchInterval),
    receiverMaxRate: options.receiverMaxRate ?? Infinity,
    receiverRestartDelay: options.receiverRestartDelay ?? 2000,
    concurrentJobs: options.concurrentJobs ?? 1,
    retries: options.retries ?? 0,
    onBatchFailure: options.onBatchFailure ?? 'continue',
    gracefulStopTimeout: options.gracefulStopTimeout ?? 10 * batchInterval,
    pendingBatchesLimit: options.pendingBatchesLimit ?? Infinity,
  };
  checkRate('receiverMaxRate', settings.receiverMaxRate);
  checkWhole('receiverRestartDelay', settings.receiverRestartDelay, 0, 'ms');
  checkWhole('concurrentJobs', settings.concurrentJobs, 1, 'outputs that run at once');
  checkWhole('retries', settings.retries, 0, 'further attempts');
  if (!['continue', 'stop'].includes(settings.onBatchFailure)) {
    throw new IllegalArgumentError(`onBatchFailure is ${JSON.stringify(settings.onBatchFailure)}; it must be 'continue' or 'stop'.`);
  }
  checkDuration('gracefulStopTimeout', settings.gracefulStopTimeout);
  if (settings.pendingBatchesLimit !== Infinity) checkWhole('pendingBatchesLimit', settings.pendingBatchesLimit, 1, 'batches');
  return settings;
}

function backpressureSettings(given: boolean | BackpressureOptions, batchInterval: number): ExecutionSettings['backpressure'] {
  if (given === false) return null;
  const options = given === true ? {} : given;
  const settings = {
    initialRate: options.initialRate ?? Infinity,
    proportional: options.proportional ?? 1,
    integral: options.integral ?? 0.2,
    derivative: options.derivative ?? 0,
    minRate: options.minRate ?? 100,
  };
  checkRate('initialRate', settings.initialRate);
  // Refuses parameters that it cannot work with, also where it is switched off.
  new PIDRateEstimator(batchInterval, settings.proportional, settings.integral, settings.derivative, settings.minRate);
  return options.enabled === false ? null : settings;
}

function checkRate(name: string, rate: number): void {
  if (typeof rate === 'number' && rate > 0) return;
  throw new IllegalArgumentError(`${name} is ${String(rate)}; it must be a number of records a second above 0, or left out for no limit.`);
}

function checkWhole(name: string, value: number, least: number, unit: string): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new IllegalArgumentError(`${name} is ${String(value)}; it must be a whole number of ${unit}, ${String(least)} or more.`);
}
