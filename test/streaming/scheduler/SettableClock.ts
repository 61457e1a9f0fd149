import type { Clock, Timer } from '../../../src/streaming';

/** A machine that can sleep, and whose wall clock can be set: what a manual clock never does. */
export class SettableClock implements Clock {
  #wall: number;
  #monotonic = 5_000_000;
  readonly #work: Promise<unknown>[] = [];
  #timers: { readonly due: number; readonly action: () => void }[] = [];

  /** @param wall ms since the epoch */
  constructor(wall: number) {
    this.#wall = wall;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  schedule(delay: number, action: () => void): Timer {
    const timer = { due: this.#monotonic + Math.max(0, delay), action };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  track(work: Promise<unknown>): void {
    this.#work.push(work);
  }

  /** Resolves when all the work that was set off has run. */
  async settled(): Promise<void> {
    while (this.#work.length > 0) await Promise.allSettled(this.#work.splice(0));
  }

  get pendingTimers(): number {
    return this.#timers.length;
  }

  /** Sets the wall clock `change` ms forward or, below 0, back. No time passes. */
  setWall(change: number): void {
    this.#wall += change;
  }

  /** Time passes; timers fire when they are due. */
  pass(duration: number): void {
    const end = this.#monotonic + duration;
    for (let timer = this.#takeDue(end); timer !== undefined; timer = this.#takeDue(end)) {
      this.#moveTo(Math.max(this.#monotonic, timer.due));
      timer.action();
    }
    // What fired may have let more time pass.
    this.#moveTo(Math.max(this.#monotonic, end));
  }

  /** Time passes without anything running; what has become due fires at the end of it. */
  pause(duration: number): void {
    this.#moveTo(this.#monotonic + duration);
    this.pass(0);
  }

  #takeDue(end: number): { readonly due: number; readonly action: () => void } | undefined {
    const [next] = this.#timers.filter(({ due }) => due <= end).sort((first, second) => first.due - second.due);
    if (next !== undefined) this.#timers = this.#timers.filter((other) => other !== next);
    return next;
  }

  #moveTo(monotonic: number): void {
    this.#wall += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }
}
