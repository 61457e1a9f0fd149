import { keyHash } from '../../operators/keys';
import { IllegalArgumentError } from '../errors';
import { RDD } from './RDD';

declare module './RDD' {
  interface RDD<T> {
    /**
     * A random sample, in order. Which records are in it depends on the seed and their place among all, and on nothing else:
     * the same in every run and for every number of partitions.
     * @param fraction how likely each record is to be taken, 0 to 1; with replacement how often it is taken on average, 0 or more
     * @param seed another number, another sample
     * @throws IllegalArgumentError for a fraction out of range, or a seed that is not a number
     */
    sample(withReplacement: boolean, fraction: number, seed: number): RDD<T>;
  }
}

RDD.prototype.sample = function <T>(this: RDD<T>, withReplacement: boolean, fraction: number, seed: number): RDD<T> {
  if (!(fraction >= 0 && fraction < Infinity) || (!withReplacement && fraction > 1)) {
    const range = withReplacement ? '0 or more' : '0 to 1';
    throw new IllegalArgumentError(`sample: the fraction is ${String(fraction)}; it must be a number, ${range}.`);
  }
  if (!Number.isFinite(seed)) {
    throw new IllegalArgumentError(`sample: the seed is ${String(seed)}; give any finite number, the same for the same sample.`);
  }
  const often = withReplacement
    ? (index: number) => poisson(fraction, (draw) => uniform(seed, index, draw))
    : (index: number) => (uniform(seed, index, 0) < fraction ? 1 : 0);
  return this.zipWithIndex().flatMap(([record, index]) => Array<T>(often(index)).fill(record));
};

/** A number in [0, 1) that looks random, and is always the same for the same three. */
function uniform(seed: number, index: number, draw: number): number {
  return keyHash(`${String(seed)} ${String(index)} ${String(draw)}`) / 2 ** 32;
}

/** The largest mean for which exp(-mean) is far from underflow; larger ones are drawn in parts. */
const LARGEST_PART = 500;

/** A whole number of the Poisson distribution with the given mean. By multiplying draws (D. E. Knuth, TAOCP volume 2, 3.4.1). */
function poisson(mean: number, draws: (draw: number) => number): number {
  let total = 0;
  let draw = 0;
  for (let rest = mean; rest > 0; rest -= LARGEST_PART) {
    const limit = Math.exp(-Math.min(rest, LARGEST_PART));
    for (let product = draws(draw++); product > limit; product *= draws(draw++)) total++;
  }
  return total;
}
