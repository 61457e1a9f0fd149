import type { Clock, Timer } from '../../../src/ports/Clock';

/** A clock that moves when a simulation says so, and never waits for work: the work may have died with its process. */
export class SimulatedClock implements Clock {
  #now = 0;
  #timers: { readonly time: number; readonly action: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  schedule(delay: number, action: () => void): Timer {
    const timer = { time: this.#now + Math.max(0, delay), action };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  track(): void {}

  /** Moves time on and runs what falls due, in order. */
  pass(duration: number): void {
    const end = this.#now + duration;
    for (;;) {
      let next: { readonly time: number; readonly action: () => void } | undefined;
      for (const timer of this.#timers) if (timer.time <= end && (next === undefined || timer.time < next.time)) next = timer;
      if (next === undefined) break;
      const due = next;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#now = Math.max(this.#now, due.time);
      due.action();
    }
    this.#now = end;
  }

  /** The process is gone, and its timers with it. */
  forget(): void {
    this.#timers = [];
  }
}
