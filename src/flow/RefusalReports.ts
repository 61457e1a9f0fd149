import type { Clock, Timer } from '../ports/Clock';

/** ms between two errors for refused messages of one receiver. */
const PERIOD = 1000;

type Done = (error?: Error) => void;

/**
 * Tells Catch nodes and the log of messages that a receiver did not take: the first one at once, then one error a second
 * with the number of the others, since a flood of messages must not become a flood of errors. The others are neither
 * complete nor failed for Node-RED, so no Complete node hears of them; but each of them is counted in an error.
 */
export class RefusalReports {
  readonly #clock: Clock;
  #period: Timer | undefined;
  /** How many were refused since the last error, and the last of them. */
  #untold = 0;
  #last: { readonly done: Done; readonly error: Error } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  refuse(done: Done, error: Error): void {
    if (this.#period === undefined) {
      this.#begin();
      done(error);
      return;
    }
    this.#untold++;
    this.#last = { done, error };
  }

  #begin(): void {
    this.#period = this.#clock.schedule(PERIOD, () => {
      this.#period = undefined;
      this.#tell();
    });
  }

  #tell(): void {
    const last = this.#last;
    if (last === undefined) return;
    const others = this.#untold - 1;
    this.#untold = 0;
    this.#last = undefined;
    this.#begin();
    const { done, error } = last;
    done(others === 0 ? error : new Error(`${error.message} (and ${String(others)} more since the last report)`, { cause: error }));
  }
}
