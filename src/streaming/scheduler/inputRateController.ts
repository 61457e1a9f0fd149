import type { ExecutionSettings } from '../ExecutionOptions';
import { PIDRateEstimator } from './PIDRateEstimator';
import { RateController } from './RateController';

/**
 * What keeps the rate of an input at what batches can take, where back-pressure is on.
 * @param batchInterval ms
 * @param asSpark whether it begins and ends as Spark's does
 * @param publish is told the rate to keep to, in records a second; Infinity for no limit
 */
export function inputRateController(
  { backpressure, receiverMaxRate }: ExecutionSettings, batchInterval: number, asSpark: boolean, publish: (rate: number) => void,
): RateController | undefined {
  if (backpressure === null) return undefined;
  const { proportional, integral, derivative, minRate, initialRate } = backpressure;
  const estimator = new PIDRateEstimator(batchInterval, proportional, integral, derivative, minRate);
  return new RateController(estimator, { batchInterval, initialRate, maxRate: receiverMaxRate, asSpark }, publish);
}
