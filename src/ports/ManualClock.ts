import type { Clock, Timer } from './Clock';

interface ManualTimer {
  readonly time: number;
  readonly sequence: number;
  readonly action: () => void;
}

/** Turns of the microtask queue after which finished work has started whatever follows it. */
const SETTLING_TURNS = 20;

/**
 * A clock that stands still until it is told to move: the clock of tests and of replays.
 * Timers fire in the order of their times, each with `now()` at its own time.
 */
export class ManualClock implements Clock {
  #now: number;
  #sequence = 0;
  #timers: ManualTimer[] = [];
  #running = 0;
  #sleeping = 0;
  #waiting: (() => void)[] = [];

  /** @param now where the clock starts, ms since the epoch */
  constructor(now = 0) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  schedule(delay: number, action: () => void): Timer {
    const timer: ManualTimer = {
      time: this.#now + Math.max(0, delay),
      sequence: this.#sequence++,
      action,
    };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  track(work: Promise<unknown>): void {
    this.#running++;
    const finished = (): void => {
      this.#running--;
      this.#wake();
    };
    work.then(finished, finished);
  }

  /**
   * Waits until the clock has been moved on by `delay` ms. Work that sleeps here does not hold `advance` up,
   * so a slow job can be played: `foreachRDD(() => clock.sleep(1500))`.
   */
  async sleep(delay: number): Promise<void> {
    this.#sleeping++;
    this.#wake();
    await new Promise<void>((resolve) => {
      this.schedule(delay, () => {
        this.#sleeping--;
        resolve();
      });
    });
  }

  /** The number of timers that wait to fire; 0 when nothing that uses this clock is left running. */
  get pendingTimers(): number {
    return this.#timers.length;
  }

  /**
   * Moves the clock on. Resolves when everything that fell due, and all the work it set off, has run.
   * @param duration ms, zero or more
   */
  async advance(duration: number): Promise<void> {
    if (!(duration >= 0)) {
      throw new RangeError(`A clock cannot be moved by ${String(duration)} ms; give zero or more.`);
    }
    const end = this.#now + duration;
    await this.#settle();
    for (let timer = this.#takeDue(end); timer !== undefined; timer = this.#takeDue(end)) {
      this.#now = Math.max(this.#now, timer.time);
      timer.action();
      await this.#settle();
    }
    // Two callers may move the clock at once; it never goes back.
    this.#now = Math.max(this.#now, end);
  }

  #takeDue(end: number): ManualTimer | undefined {
    let next: ManualTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.time > end) continue;
      if (next === undefined || timer.time < next.time || (timer.time === next.time && timer.sequence < next.sequence)) {
        next = timer;
      }
    }
    if (next !== undefined) this.#timers = this.#timers.filter((other) => other !== next);
    return next;
  }

  async #settle(): Promise<void> {
    for (let turn = 0; turn < SETTLING_TURNS; turn++) {
      await Promise.resolve();
      while (this.#running - this.#sleeping > 0) {
        turn = 0;
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    }
  }

  #wake(): void {
    if (this.#running - this.#sleeping > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }
}
