import type { Clock } from '../ports/Clock';

/** That a program has ended, or has failed; and whoever waits for that. */
export class Termination {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #isOver = false;
  #error: Error | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Ends all waiting. Of several errors the first counts. */
  end(error?: Error): void {
    this.#error ??= error;
    this.#isOver = true;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const told of waiting) told();
  }

  /** @throws the error that the program ended with */
  async awaited(): Promise<void> {
    if (!this.#isOver) await new Promise<void>((resolve) => this.#waiting.add(resolve));
    if (this.#error !== undefined) throw this.#error;
  }

  /**
   * The same, for at most `timeout` ms; tells whether the program has ended. A program may ask every second for years, so
   * nothing may be left of a wait that is over.
   */
  async awaitedFor(timeout: number): Promise<boolean> {
    if (!this.#isOver) await this.#endOrTimeout(timeout);
    if (this.#error !== undefined) throw this.#error;
    return this.#isOver;
  }

  #endOrTimeout(timeout: number): Promise<void> {
    return new Promise((resolve) => {
      const told = (): void => {
        timer.cancel();
        this.#waiting.delete(told);
        resolve();
      };
      const timer = this.#clock.schedule(timeout, told);
      this.#waiting.add(told);
    });
  }
}
