import type { Clock } from '../ports/Clock';

/** What comes of work that took too long. */
export const LATE = Symbol('late');

/** Waits for work, one after the other, but for no longer than a limit, and not at all once it is given up. */
export class Patience {
  readonly #clock: Clock;
  readonly #limit: number;
  #end: () => void = () => undefined;

  /** @param limit ms */
  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** What work gives, or `LATE` when it takes too long or is given up meanwhile. */
  async waitFor<Value>(work: Promise<Value>): Promise<Value | typeof LATE> {
    let end: () => void = () => undefined;
    const late = new Promise<typeof LATE>((resolve) => {
      end = () => {
        resolve(LATE);
      };
    });
    const timer = this.#clock.schedule(this.#limit, end);
    this.#end = end;
    try {
      return await Promise.race([work, late]);
    } finally {
      timer.cancel();
      this.#end = () => undefined;
    }
  }

  /** Ends the wait that is under way. */
  giveUp(): void {
    this.#end();
  }
}
