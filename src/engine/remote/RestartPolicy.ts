/** How a graph that died is started again. */
export interface RestartLimits {
  /** ms before the first restart, the second, and so on; after the last one the graph is given up. */
  readonly delays: readonly number[];
  /** ms without a death after which the count begins again. */
  readonly forgiveness: number;
}

export const DEFAULT_RESTARTS: RestartLimits = { delays: [1000, 2000, 5000, 15_000, 60_000], forgiveness: 10 * 60_000 };

/** Decides whether, and when, a graph that died is started again: later each time, and not for ever. */
export class RestartPolicy {
  readonly #limits: RestartLimits;
  #deaths = 0;
  #last = -Infinity;

  constructor(limits: RestartLimits) {
    this.#limits = limits;
  }

  /** Deaths since the count last began. */
  get deaths(): number {
    return this.#deaths;
  }

  /**
   * Notes a death.
   * @param now ms on a clock that only moves forward
   * @returns ms until the restart, or undefined to give up
   */
  died(now: number): number | undefined {
    if (now - this.#last > this.#limits.forgiveness) this.#deaths = 0;
    this.#last = now;
    return this.#limits.delays[this.#deaths++];
  }

  /** Somebody changed what runs, so that what happened before says little about what comes. */
  forgive(): void {
    this.#deaths = 0;
  }
}
