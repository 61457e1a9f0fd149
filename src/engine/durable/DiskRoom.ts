import { isDiskFull, type Journal } from '../../durability';
import type { Clock } from '../../ports/Clock';
import type { DurableEvents } from './DurableGraph';
import { diskProblem } from './durabilityProblems';

/** Bytes that may be on their way to the disk before sources have to wait. */
const MOST_PENDING = 32 * 1024 * 1024;

/** How often it is looked whether there is room on the disk, ms. */
export const ROOM_RETRY = 1000;

/** Whether a log may grow: there is room on its disk, and it is within its limit. Says so when that changes. */
export class DiskRoom {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #events: DurableEvents;
  /** The most bytes that the log may have. */
  limit: number;
  #isFull = false;
  #isLeaving = false;
  #fullText = '';

  constructor(journal: Journal, clock: Clock, events: DurableEvents, limit: number) {
    this.#journal = journal;
    this.#clock = clock;
    this.#events = events;
    this.limit = limit;
  }

  /** Whether more records may be logged. */
  get isThere(): boolean {
    return !this.isShort && this.#journal.log.pendingBytes < MOST_PENDING;
  }

  /** Whether the disk is full, or the log has reached its limit. */
  get isShort(): boolean {
    return this.#isFull || this.isOverLimit;
  }

  get isOverLimit(): boolean {
    return this.#journal.logBytes >= this.limit;
  }

  /** For a person: what is full. Empty where nothing is. */
  get text(): string {
    if (this.#isFull) return this.#fullText;
    return this.isOverLimit ? 'the log has reached its limit' : '';
  }

  /** Does something as soon as there is room for it. Rejects with what else the disk has against it. */
  async waitFor<Result>(work: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        const result = await work();
        if (this.#isFull && !this.#journal.log.isFull) this.resumed();
        return result;
      } catch (thrown) {
        if (this.#isLeaving || !(thrown instanceof Error) || !isDiskFull(thrown)) throw thrown;
        if (!this.#isFull) this.full(thrown);
      }
      await new Promise<void>((resolve) => this.#clock.schedule(ROOM_RETRY, resolve));
    }
  }

  /** The graph is to end: what waits for room waits no longer. It was confirmed to nobody. */
  leave(): void {
    this.#isLeaving = true;
    if (this.#isFull) this.#journal.close().catch(() => undefined);
  }

  /** There is no room on the disk. */
  full(error: Error): void {
    this.#isFull = true;
    this.#fullText = diskProblem(error);
    if (this.#isLeaving) this.leave();
    this.#events.warn(
      `There is no room on the disk for the log of this graph (${error.message}). Sources are not acknowledged until there is; ` +
        'nothing is lost. Make room.',
    );
    this.#events.changed();
  }

  /** There is room again. */
  resumed(): void {
    this.#isFull = false;
    this.#events.warn('There is room on the disk again, and the graph goes on.');
    this.#events.changed();
    this.#events.roomAgain();
  }
}
