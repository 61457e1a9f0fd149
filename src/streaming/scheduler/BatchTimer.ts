import type { Clock, Timer } from '../../ports/Clock';
import { floorToGrid } from '../duration';

/** How many missed batch times are made up for one by one; more than these become one batch. */
const MISSED_TICKS = 10;

/**
 * Calls back at every multiple of the batch interval, with the time it was due. The wall clock says only where the grid
 * begins and is followed when it jumps forward; between, time is measured with the monotonic clock, so that batch times
 * rise strictly whatever the wall clock does. After a pause the first ten missed times come one by one; of the others
 * only those that `closing` names, and the last.
 */
export class BatchTimer {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #onTime: (time: number) => boolean;
  readonly #closing: (after: number, before: number) => readonly number[];
  readonly #canTakeMore: () => boolean;
  #offset: number;
  #next = 0;
  #timer: Timer | undefined;

  /**
   * @param onTime says whether the batch of that time was given records
   * @param closing gives those batch times between two others, ascending, at which something is to be done for records in between or
   * before; asked again after a batch that was given records, since nobody knew of these
   * @param canTakeMore asked before each time is given out; while it says no, times are missed, and made up for afterwards like
   * those of a pause
   */
  constructor(
    clock: Clock,
    interval: number,
    onTime: (time: number) => boolean,
    closing: (after: number, before: number) => readonly number[],
    canTakeMore: () => boolean = () => true,
  ) {
    this.#clock = clock;
    this.#interval = interval;
    this.#onTime = onTime;
    this.#closing = closing;
    this.#canTakeMore = canTakeMore;
    this.#offset = clock.now() - clock.monotonic();
  }

  /** The time that batches go by, ms since the epoch: like the wall clock, but never back. */
  now(): number {
    this.#offset = Math.max(this.#offset, this.#clock.now() - this.#clock.monotonic());
    return this.#clock.monotonic() + this.#offset;
  }

  /**
   * The first point of the grid after `after`, or from now on. Where it lies behind the clock, the times since then are
   * missed ones, made up for like those of a pause.
   */
  firstTime(after = this.now()): number {
    return floorToGrid(after, this.#interval) + this.#interval;
  }

  /**
   * @param after the batch time that was the last one before, if there was one. Where the wall clock has been set back behind
   * it meanwhile, time goes on from there, as it does when the clock is set back later: nobody waits until it is that late again.
   */
  start(first: number, after = -Infinity): void {
    this.#offset = Math.max(this.#offset, after - this.#clock.monotonic());
    this.#next = first;
    this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  get isRunning(): boolean {
    return this.#timer !== undefined;
  }

  /** The next batch time. */
  get nextTime(): number {
    return this.#next;
  }

  /**
   * Gives out the next batch time at once, ahead of the clock.
   * @returns whether its batch was given records
   */
  fireNext(): boolean {
    const time = this.#next;
    this.#next = time + this.#interval;
    return this.#onTime(time);
  }

  #arm(): void {
    const delay = this.#canTakeMore() ? this.#next - this.now() : this.#interval;
    this.#timer = this.#clock.schedule(Math.max(0, delay), () => {
      this.#fireDue();
    });
  }

  #fireDue(): void {
    const now = this.now();
    for (let fired = 0; this.#next <= now && fired < MISSED_TICKS && this.#canTakeMore(); fired++) {
      this.fireNext();
      if (!this.isRunning) return;
    }
    if (this.#next <= now && this.#canTakeMore()) {
      const last = floorToGrid(now, this.#interval);
      const before = this.#next - this.#interval;
      let closing = this.#closing(before, last);
      while (this.#next <= last) {
        this.#next = closing.find((time) => time >= this.#next) ?? last;
        const hasRecords = this.fireNext();
        if (!this.isRunning) return;
        // Those that an update gave back, for example: their windows close after this batch.
        if (hasRecords) closing = this.#closing(before, last);
      }
    }
    this.#arm();
  }
}
