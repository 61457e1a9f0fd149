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

/**
 * When the next attempt is made, for a status, which stands there unchanged until then: as a clock on the wall says it.
 * @param time ms since the epoch
 */
export function retryText(time: number): string {
  const next = new Date(Math.ceil(time / 1000) * 1000);
  const digits = [next.getHours(), next.getMinutes(), next.getSeconds()].map((part) => String(part).padStart(2, '0'));
  return `retrying at ${digits.join(':')}`;
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
