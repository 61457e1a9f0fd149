import { quotientOf } from './Dyadic';
import { spread } from './spread';

/**
 * The population variance: the mean of the squared differences from the mean. 0 for one number, null for none.
 * It is the true value of the given doubles, rounded once. NaN while a NaN or an infinity is among the numbers;
 * Infinity where it lies beyond the largest double.
 */
export const Variance = spread('variance', 1, (differences, count) => quotientOf(differences, BigInt(count) * BigInt(count)));

/**
 * As `variance`, of a population of which the numbers are a sample: divided by one less than the count. Null for fewer than two.
 */
export const SampleVariance = spread('sampleVariance', 2, (differences, count) =>
  quotientOf(differences, BigInt(count) * BigInt(count - 1)));
