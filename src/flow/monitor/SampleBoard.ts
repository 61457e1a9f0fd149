import type { SampleEvent, SampleWish } from '../../engine/Engine';
import type { Clock, Timer } from '../../ports/Clock';
import { MOST_SAMPLES, SAMPLE_BYTES, type SampleAnswer, SAMPLING_TIME } from './snapshot';

/** The most operators of a graph that are looked at together; whoever has not been asked for the longest time makes way. */
export const MOST_SAMPLED = 5;

/** An operator that somebody looks at. */
interface Sampled {
  /** When it was asked for last, ms of the monotonic clock. */
  readonly asked: number;
  readonly newest: SampleEvent | undefined;
}

/**
 * What is known of the records that flow into the operators of a graph: of those only that somebody asks for, and for as long as
 * somebody does. Nothing is kept of others, and nothing done for them.
 */
export class SampleBoard {
  readonly #clock: Clock;
  readonly #wish: (wish: SampleWish) => void;
  /** Who was asked for last comes last. */
  readonly #sampled = new Map<string, Sampled>();
  #timer: Timer | undefined;

  /** @param wish has the graph look into these operators, and no others */
  constructor(clock: Clock, wish: (wish: SampleWish) => void) {
    this.#clock = clock;
    this.#wish = wish;
  }

  /** What is known of an operator. From now on the graph looks at it, for a while. */
  ask(operator: string): SampleAnswer {
    const present = this.#sampled.get(operator);
    this.#sampled.delete(operator);
    this.#sampled.set(operator, { asked: this.#clock.monotonic(), newest: present?.newest });
    if (present === undefined) {
      const [oldest] = this.#sampled.keys();
      if (this.#sampled.size > MOST_SAMPLED && oldest !== undefined) this.#sampled.delete(oldest);
      this.#tellWish();
      this.#wake(SAMPLING_TIME);
    }
    const { newest } = present ?? {};
    if (newest === undefined) return { sampling: present !== undefined, records: [] };
    const { records, batchTime, batchRecords } = newest;
    return { sampling: true, records, batchTime, batchRecords };
  }

  /** Records came. */
  take(event: SampleEvent): void {
    const present = this.#sampled.get(event.operator);
    // Those that nobody asks for any more may have been on their way.
    if (present !== undefined) this.#sampled.set(event.operator, { ...present, newest: event });
  }

  /** Says what is wished, if anything is: also to a query that has just been started. */
  begin(): void {
    if (this.#sampled.size > 0) this.#tellWish();
  }

  /** Forgets everything; nothing flows any more. */
  close(): void {
    this.#sampled.clear();
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #tellWish(): void {
    this.#wish({ operators: [...this.#sampled.keys()], records: MOST_SAMPLES, bytes: SAMPLE_BYTES });
  }

  /** Ends looking at what nobody has asked for any more. */
  #wake(delay: number): void {
    this.#timer ??= this.#clock.schedule(delay, () => {
      this.#timer = undefined;
      const now = this.#clock.monotonic();
      const before = this.#sampled.size;
      for (const [operator, { asked }] of this.#sampled) if (asked + SAMPLING_TIME <= now) this.#sampled.delete(operator);
      if (this.#sampled.size < before) this.#tellWish();
      const [oldest] = this.#sampled.values();
      if (oldest !== undefined) this.#wake(oldest.asked + SAMPLING_TIME - now);
    });
  }
}
