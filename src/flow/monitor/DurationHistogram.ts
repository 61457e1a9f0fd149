/** Upper bounds of the buckets, ms: from what an idle graph takes to what nobody wants to wait. */
export const BOUNDS: readonly number[] = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000];

/** How many durations fell into each bucket, since the start. */
export class DurationHistogram {
  readonly #counts = new Array<number>(BOUNDS.length).fill(0);
  #count = 0;
  #sum = 0;

  /** @param duration ms */
  add(duration: number): void {
    this.#count++;
    this.#sum += duration;
    const bucket = BOUNDS.findIndex((bound) => duration <= bound);
    if (bucket >= 0) this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
  }

  get count(): number {
    return this.#count;
  }

  /** ms */
  get sum(): number {
    return this.#sum;
  }

  /** For each of `BOUNDS`, how many durations were at most that long. */
  get cumulative(): number[] {
    let sum = 0;
    return this.#counts.map((count) => (sum += count));
  }
}
