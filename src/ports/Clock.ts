/** A timer that has not fired yet. */
export interface Timer {
  /** Makes sure the action never runs; harmless once it has run. */
  cancel(): void;
}

/** The only door to time. Nothing below `engine/` reads the clock of the machine itself. */
export interface Clock {
  /** Wall-clock time: ms since the epoch. May jump, also backwards. */
  now(): number;

  /** Time that only moves forward: ms since an arbitrary moment. Use it for durations. */
  monotonic(): number;

  /**
   * Runs `action` once, when `delay` ms have passed.
   * @param delay ms; zero or less means as soon as possible, but never before this call has returned
   */
  schedule(delay: number, action: () => void): Timer;

  /**
   * Tells the clock that work it set off is still running. A real clock ignores it;
   * a manual clock does not let `advance` end, nor time move on, before the work has settled.
   */
  track(work: Promise<unknown>): void;
}
