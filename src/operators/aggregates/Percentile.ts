import type { Aggregate } from './Aggregate';
import { numberOf } from './numbers';

/** How many numbers fell into each bucket. */
export interface PercentilePartial {
  count: number;
  /** How many NaN are in; they fall into no bucket. */
  nan: number;
  /** By the number of the bucket, which grows with the numbers in it; empty buckets are left out. */
  readonly buckets: Record<number, number>;
}

/** A result differs from the true one by at most this part of it. */
const ACCURACY = 0.01;
/** The natural logarithm of the ratio of two neighbouring bounds: (1 + accuracy) / (1 - accuracy). */
const LOG_RATIO = Math.log1p((2 * ACCURACY) / (1 - ACCURACY));
/** Below lie the subnormal doubles, which have too few bits for the accuracy: they count as 0. */
const SMALLEST = 2 ** -1022;

/** The bucket of 0. Those of positive numbers lie above, those of negative ones below, at the same distances. */
const ZERO_BUCKET = 100_000;
/** From the bucket of 0 to that of 1. The doubles need 35,488 buckets above it and 35,418 below. */
const ONE_BUCKET = 40_000;
/** From the bucket of 0 to those of the infinities. */
const INFINITE = 90_000;

/**
 * The number below which `percent` of the numbers lie, within 1 % of it; null for none, NaN while a NaN is among them.
 * Of n numbers, sorted and counted from 0, it is the one at the rank floor(percent / 100 * (n - 1)), so that 0 gives the
 * smallest, 50 the (lower) median and 100 the largest. Infinities are exact, and numbers nearer to 0 than 2.2e-308 count as 0.
 *
 * Method: C. Masson, J. E. Rim, H. K. Lee, "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error
 * Guarantees" (2019), without its collapsing of buckets: numbers are counted in buckets whose bounds grow by
 * (1 + 0.01) / (1 - 0.01), and the middle of the bucket that holds the rank is the result. Counts do not depend on any order and
 * can be subtracted. Buckets are bounded by the range of doubles: about 115 for each power of ten, 141,817 at most.
 */
export function percentile(percent: number): Aggregate<PercentilePartial> {
  return {
    name: 'percentile',
    zero: () => ({ count: 0, nan: 0, buckets: {} }),
    accepts: (candidate) => numberOf(candidate) !== undefined,
    add: (partial, accepted) => {
      const number = numberOf(accepted);
      if (number === undefined) return partial;
      if (number !== number) {
        partial.nan++;
      } else {
        partial.count++;
        change(partial.buckets, bucketOf(number), 1);
      }
      return partial;
    },
    merge: (into, from) => {
      into.count += from.count;
      into.nan += from.nan;
      for (const bucket in from.buckets) change(into.buckets, Number(bucket), from.buckets[bucket] ?? 0);
      return into;
    },
    subtract: (from, part) => {
      from.count -= part.count;
      from.nan -= part.nan;
      for (const bucket in part.buckets) change(from.buckets, Number(bucket), -(part.buckets[bucket] ?? 0));
      return from;
    },
    copy: ({ count, nan, buckets }) => ({ count, nan, buckets: { ...buckets } }),
    finish: ({ count, nan, buckets }) => {
      if (nan > 0) return NaN;
      if (count === 0) return null;
      let left = Math.floor((percent * (count - 1)) / 100);
      // Properties that are whole numbers are listed in ascending order: that is the order of the numbers in the buckets.
      for (const bucket in buckets) {
        left -= buckets[bucket] ?? 0;
        if (left < 0) return middleOf(Number(bucket));
      }
      return null;
    },
  };
}

function change(buckets: Record<number, number>, bucket: number, by: number): void {
  const count = (buckets[bucket] ?? 0) + by;
  if (count === 0) Reflect.deleteProperty(buckets, bucket);
  else buckets[bucket] = count;
}

function bucketOf(number: number): number {
  const magnitude = Math.abs(number);
  if (magnitude < SMALLEST) return ZERO_BUCKET;
  const distance = magnitude === Infinity ? INFINITE : ONE_BUCKET + Math.ceil(Math.log(magnitude) / LOG_RATIO);
  return number > 0 ? ZERO_BUCKET + distance : ZERO_BUCKET - distance;
}

function middleOf(bucket: number): number {
  const distance = Math.abs(bucket - ZERO_BUCKET);
  if (distance === 0) return 0;
  const sign = bucket > ZERO_BUCKET ? 1 : -1;
  if (distance === INFINITE) return sign * Infinity;
  // The number that is equally far, in proportion, from both bounds of the bucket; the last one reaches beyond the doubles.
  const middle = Math.exp((distance - ONE_BUCKET) * LOG_RATIO) * (1 - ACCURACY);
  return sign * Math.min(middle, Number.MAX_VALUE);
}
