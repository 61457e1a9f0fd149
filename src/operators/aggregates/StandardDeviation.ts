import { rootOfQuotient } from './Dyadic';
import { spread } from './spread';

/**
 * The population standard deviation: the square root of the variance, in the unit of the numbers. 0 for one number, null for
 * none.
 * It is the true value of the given doubles, rounded once, also where the variance is too large or too small for a double.
 * NaN while a NaN or an infinity is among the numbers.
 */
export const StandardDeviation = spread('stddev', 1, (differences, count) =>
  rootOfQuotient(differences, BigInt(count) * BigInt(count)));

/**
 * As `stddev`, of a population of which the numbers are a sample: divided by one less than the count. Null for fewer than two.
 */
export const SampleStandardDeviation = spread('sampleStddev', 2, (differences, count) =>
  rootOfQuotient(differences, BigInt(count) * BigInt(count - 1)));
