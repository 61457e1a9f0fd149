import { performance } from 'node:perf_hooks';
import type { Clock, Timer } from '../Clock';

/** The longest delay a Node timer takes (ms, about 24.8 days); a longer one would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The machine's clock and timers. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  schedule(delay: number, action: () => void): Timer {
    let handle: NodeJS.Timeout;
    const wait = (remaining: number): void => {
      handle =
        remaining > LONGEST_TIMER
          ? setTimeout(() => {
              wait(remaining - LONGEST_TIMER);
            }, LONGEST_TIMER)
          : setTimeout(action, Math.max(0, remaining));
    };
    wait(delay);
    return {
      cancel: () => {
        clearTimeout(handle);
      },
    };
  }

  track(): void {
    // Real time does not wait for work.
  }
}
