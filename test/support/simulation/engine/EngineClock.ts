import type { Clock, Timer } from '../../../../src/ports/Clock';
import { SimulatedClock } from '../SimulatedClock';

interface Due {
  readonly time: number;
  readonly sequence: number;
  readonly action: () => void;
}

/** Everything that can go on without time passing has happened: only promises are waited for, and nothing else runs here. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The time of a world in which whole engines run: between two timers everything happens that they set off, as in Node.js. */
export class EngineClock extends SimulatedClock {
  #now = 0;
  #sequence = 0;
  #timers: Due[] = [];

  override now(): number {
    return this.#now;
  }

  override monotonic(): number {
    return this.#now;
  }

  override schedule(delay: number, action: () => void): Timer {
    const timer: Due = { time: this.#now + Math.max(0, delay), sequence: this.#sequence++, action };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  /** Moves time on and runs what falls due, as long as it is wanted. */
  async advance(duration: number, isWanted: () => boolean = () => true): Promise<void> {
    const end = this.#now + duration;
    await settled();
    for (let due = this.#next(end); due !== undefined && isWanted(); due = this.#next(end)) {
      const taken = due;
      this.#timers = this.#timers.filter((other) => other !== taken);
      this.#now = Math.max(this.#now, taken.time);
      taken.action();
      await settled();
    }
    if (isWanted()) this.#now = Math.max(this.#now, end);
  }

  /** Nothing runs for a while: what falls due meanwhile is late. */
  stall(duration: number): void {
    this.#now += duration;
  }

  override forget(): void {
    this.#timers = [];
  }

  #next(end: number): Due | undefined {
    let next: Due | undefined;
    for (const timer of this.#timers) {
      if (timer.time > end) continue;
      if (next === undefined || timer.time < next.time || (timer.time === next.time && timer.sequence < next.sequence)) next = timer;
    }
    return next;
  }
}

/** The time as one process sees it: it stands still while the process is paused, and ends with it. */
export class ProcessClock implements Clock {
  readonly #time: EngineClock;
  readonly #wall: () => number;
  readonly #isAlive: () => boolean;
  #late: (() => void)[] | undefined;

  /** @param wall what is added to the time to make it that of the wall clock, ms: it may change */
  constructor(time: EngineClock, wall: () => number, isAlive: () => boolean) {
    this.#time = time;
    this.#wall = wall;
    this.#isAlive = isAlive;
  }

  now(): number {
    return this.#time.now() + this.#wall();
  }

  monotonic(): number {
    return this.#time.now();
  }

  schedule(delay: number, action: () => void): Timer {
    let isCancelled = false;
    const run = (): void => {
      if (isCancelled || !this.#isAlive()) return;
      if (this.#late === undefined) action();
      else this.#late.push(run);
    };
    const timer = this.#time.schedule(delay, run);
    return {
      cancel: () => {
        isCancelled = true;
        timer.cancel();
      },
    };
  }

  track(): void {
    // Nobody waits: the work may die with its process.
  }

  pause(): void {
    this.#late ??= [];
  }

  resume(): void {
    const late = this.#late ?? [];
    this.#late = undefined;
    for (const run of late) this.#time.schedule(0, run);
  }
}
