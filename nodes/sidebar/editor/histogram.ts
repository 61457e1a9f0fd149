/** How many values lie in each of `bins` equal parts of 0 to `top`; what is outside counts to the nearest part. */
export function histogram(values: readonly number[], top: number, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = top > 0 ? Math.floor((value / top) * bins) : 0;
    const index = Math.min(bins - 1, Math.max(0, bin));
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

/** NaN where there is none. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The end of an axis from 0: the next of 1, 2, 5, 10, 20, ... that has room for the value. At least `least`. */
export function axisTop(value: number, least = 1): number {
  const wanted = Math.max(value, least);
  const magnitude = 10 ** Math.floor(Math.log10(wanted));
  for (const factor of [1, 2, 3, 4, 5, 6, 8]) if (factor * magnitude >= wanted) return factor * magnitude;
  return 10 * magnitude;
}
