/**
 * Tells whether what waits at an operator piles up. Between two batches it always grows, so what counts is the least that waited
 * in a stretch of at least two batch intervals: it is higher than in the stretch before.
 */
export class BacklogTrend {
  readonly #stretch: number;
  #seen = 0;
  #least = Infinity;
  #leastBefore = Infinity;
  #isGrowing = false;

  /** @param batchInterval ms; `add` is called once a second */
  constructor(batchInterval: number) {
    this.#stretch = Math.max(5, Math.ceil((2 * batchInterval) / 1000));
  }

  get isGrowing(): boolean {
    return this.#isGrowing;
  }

  add(waiting: number): void {
    this.#least = Math.min(this.#least, waiting);
    if (waiting === 0) this.#isGrowing = false;
    if (++this.#seen < this.#stretch) return;
    // A twentieth more may be chance.
    this.#isGrowing = this.#least > this.#leastBefore * 1.05;
    this.#leastBefore = this.#least;
    this.#least = Infinity;
    this.#seen = 0;
  }
}
