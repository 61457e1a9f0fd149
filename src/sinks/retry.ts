import type { Clock, Timer } from '../ports/Clock';
import type { Random } from '../ports/Random';

/** ms before the second attempt, on average. */
const FIRST = 500;
/** ms; attempts are never further apart than half as much again, unless the other side asks for it. */
const LONGEST = 30_000;

/**
 * How long to wait before the next attempt: twice as long each time, and up to half more or less by chance, so that many
 * clients do not come back at the same moment.
 * @param failures attempts that failed, 1 or more
 * @returns ms
 */
export function backOff(failures: number, random: Random): number {
  return Math.min(LONGEST, FIRST * 2 ** Math.min(failures - 1, 20)) * (0.5 + random());
}

/** Whole seconds for a status, at least 1. */
export function secondsText(milliseconds: number): string {
  return `${String(Math.max(1, Math.round(milliseconds / 1000)))} s`;
}

/** Waits that can all be ended at once. */
export class Waits {
  readonly #clock: Clock;
  readonly #waiting = new Map<() => void, Timer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param duration ms */
  wait(duration: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.#waiting.delete(end);
        resolve();
      };
      this.#waiting.set(end, this.#clock.schedule(duration, end));
    });
  }

  end(): void {
    for (const [end, timer] of this.#waiting) {
      timer.cancel();
      end();
    }
  }
}
