/** How many looks a rise is spoken of. */
const MEMORY = 10;

/** Tells whether a counter went up lately, such as that of failures: one from yesterday should not shout today. */
export class RecentRise {
  #last: number | undefined;
  #remaining = 0;

  get isRecent(): boolean {
    return this.#remaining > 0;
  }

  /** @param count at the moment; lower than before once its graph started again */
  add(count: number): void {
    const rose = this.#last !== undefined && count > this.#last;
    this.#remaining = rose ? MEMORY : Math.max(0, this.#remaining - 1);
    this.#last = count;
  }
}
