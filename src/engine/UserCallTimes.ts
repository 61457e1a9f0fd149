import type { Clock } from '../ports/Clock';
import type { UserCalls } from './BuildEnvironment';
import type { OperatorFigures } from './OperatorFigures';

/** So many calls of each operator are timed in each batch: looking at the clock costs as much as a small function. */
const TIMED_CALLS = 8;

/** Measures what user code takes, on the first calls of each batch, and passes on when it is entered and left. */
export class UserCallTimes implements UserCalls {
  readonly #calls: UserCalls;
  readonly #clock: Clock;
  readonly #figures: readonly OperatorFigures[];
  /** How many calls of each operator are still to be timed in this batch. */
  readonly #left: Uint8Array;
  /** Whether a call is being timed, and since when, ms. */
  #isTiming = false;
  #begun = 0;
  #operator = 0;
  #records = 0;

  /** @param figures of the operators, by their places in the plan; what they had measured is of another plan */
  constructor(calls: UserCalls, clock: Clock, figures: readonly OperatorFigures[]) {
    this.#calls = calls;
    this.#clock = clock;
    this.#figures = figures;
    this.#left = new Uint8Array(figures.length);
    for (const own of figures) own.forgetTimes();
  }

  /** A batch begins. */
  begin(): void {
    this.#left.fill(TIMED_CALLS);
  }

  enter(operator: number, records = 1): void {
    this.#calls.enter(operator);
    if ((this.#left[operator] ?? 0) > 0) this.#time(operator, records);
  }

  leave(): void {
    if (this.#isTiming) this.#timed();
    this.#calls.leave();
  }

  #time(operator: number, records: number): void {
    // What must be awaited says again and again that it gets on.
    if (!this.#isTiming) {
      this.#isTiming = true;
      this.#operator = operator;
      this.#records = 0;
      this.#left[operator] = (this.#left[operator] ?? 0) - 1;
      this.#begun = this.#clock.monotonic();
    }
    this.#records += records;
  }

  #timed(): void {
    this.#figures[this.#operator]?.addTime(this.#clock.monotonic() - this.#begun, this.#records);
    this.#isTiming = false;
  }
}
