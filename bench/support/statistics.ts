/** The middle value; of an even number of values the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * The value below which the given part of all values lies, interpolated between its two neighbours (type 7 of Hyndman and Fan, as in R
 * and numpy). NaN of none.
 * @param part from 0 to 1
 */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((first, second) => first - second);
  const position = (sorted.length - 1) * part;
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** What is known of one figure after several rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * The median of the ratios of each round. What slows the machine down for a while slows both sides of a round, and leaves their ratio
 * alone; the ratio of the two medians would be that of two different moments.
 */
export function medianRatio(values: readonly number[], baseline: readonly number[]): number {
  return median(values.map((value, round) => value / (baseline[round] ?? NaN)));
}

export interface Weighted {
  readonly value: number;
  /** How often it counts. */
  readonly weight: number;
}

/** The smallest value at which at least the given part of all weight is reached. NaN of none. */
export function weightedQuantile(all: readonly Weighted[], part: number): number {
  const sorted = [...all].sort((first, second) => first.value - second.value);
  const wanted = part * sorted.reduce((sum, { weight }) => sum + weight, 0);
  let reached = 0;
  for (const { value, weight } of sorted) {
    reached += weight;
    if (reached >= wanted) return value;
  }
  return sorted.at(-1)?.value ?? NaN;
}

/**
 * How long something waits that comes at a random moment, while a loop is held again and again: who comes in a time of length d that is
 * held waits until its end. The chance to wait longer than t is the sum of all (d - t) that are positive, divided by all time.
 * @param held how long the loop was held each time: ms
 * @param free the rest of the time: ms
 * @returns the wait that the given part of all do not exceed: ms
 */
export function quantileOfWaits(held: readonly number[], free: number, part: number): number {
  const sorted = [...held].sort((first, second) => second - first);
  const allowed = (1 - part) * (free + sorted.reduce((sum, length) => sum + length, 0));
  // With the `count` longest ones above t: their sum - count × t = allowed.
  let sum = 0;
  for (const [index, length] of sorted.entries()) {
    sum += length;
    const wait = (sum - allowed) / (index + 1);
    if (wait >= (sorted[index + 1] ?? 0)) return Math.max(0, wait);
  }
  return 0;
}
