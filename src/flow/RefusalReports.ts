import { performance } from 'node:perf_hooks';

/** ms between two errors for refused messages of one receiver. */
const PERIOD = 1000;

type Done = (error?: Error) => void;

/**
 * Tells Catch nodes and the log of messages that a receiver did not take: the first one at once, then one error a second
 * with the number of the others, since a flood of messages must not become a flood of errors. The others are neither
 * complete nor failed for Node-RED, so no Complete node hears of them.
 */
export class RefusalReports {
  #last = -Infinity;
  #untold = 0;

  refuse(done: Done, error: Error): void {
    const now = performance.now();
    if (now - this.#last < PERIOD) {
      this.#untold++;
      return;
    }
    const others = this.#untold;
    this.#last = now;
    this.#untold = 0;
    done(others === 0 ? error : new Error(`${error.message} (and ${String(others)} more since the last report)`, { cause: error }));
  }
}
