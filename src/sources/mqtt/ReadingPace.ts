import type { Clock, Timer } from '../../ports/Clock';

/** Chunks that come closer together than this are small pieces of a stream that does not pause: ms. */
const CLOSE_TOGETHER = 2;

/**
 * How long a socket is left alone then, at least: ms. Little beside the shortest useful batch, and enough for a hundred messages at
 * 20,000 a second.
 */
const SHORTEST_REST = 5;

/** And at most: ms. Nobody sees it, since rests end with the batch, but the operating system has to hold what comes meanwhile. */
const LONGEST_REST = 20;

/** Bytes that a rest may collect: the operating system holds as much without making the broker wait, which may throw away what does not fit. */
const HELD_WITH_EASE = 65_536;

/** ms from the end of a rest until what was collected has been read, so that it is there when the batch is cut. */
const READING = 2;

/** A chunk of so many bytes is worth being read by itself. */
const LARGE = 16_384;

/**
 * Makes few large chunks out of many small ones. A broker that forwards 20,000 messages a second sends each by itself, and waking up for
 * every one of them costs more than reading it; so a socket that brings one small chunk after the other is left alone for a moment,
 * while the operating system collects. Streams with pauses are read at once.
 *
 * What waits for its batch may as well wait outside: rests grow as long as they collect little, but they end before the batch does. Only
 * the shortest may last a little longer, and what it collects comes one batch later.
 */
export class ReadingPace {
  readonly #clock: Pick<Clock, 'monotonic' | 'schedule'>;
  readonly #untilBatch: () => number;
  /** ms that the next rest lasts, if the batch does. */
  #length = SHORTEST_REST;
  /** Bytes that were read since the last rest began. */
  #collected = 0;
  #lastRead = -Infinity;
  #rest: Timer | undefined;

  /** @param untilBatch ms until the next batch is cut; 0 where nobody knows */
  constructor(clock: Pick<Clock, 'monotonic' | 'schedule'>, untilBatch: () => number = () => 0) {
    this.#clock = clock;
    this.#untilBatch = untilBatch;
  }

  /** Whether the socket is left alone at the moment. */
  get isResting(): boolean {
    return this.#rest !== undefined;
  }

  /**
   * A chunk was read. May begin a rest.
   * @param size bytes
   * @param over called at the end of the rest
   */
  read(size: number, over: () => void): void {
    const now = this.#clock.monotonic();
    const isClose = now - this.#lastRead < CLOSE_TOGETHER;
    this.#lastRead = now;
    this.#collected += size;
    if (!isClose || size >= LARGE || this.isResting) return;
    this.#rest = this.#clock.schedule(this.#nextLength(), () => {
      this.#rest = undefined;
      // What was collected meanwhile says nothing of the pace of what follows.
      this.#lastRead = -Infinity;
      over();
    });
  }

  #nextLength(): number {
    if (this.#collected > HELD_WITH_EASE) this.#length = SHORTEST_REST;
    const length = Math.max(SHORTEST_REST, Math.min(this.#length, this.#untilBatch() - READING));
    this.#length = Math.min(LONGEST_REST, 2 * this.#length);
    this.#collected = 0;
    return length;
  }

  /** Ends a rest without a word. */
  stop(): void {
    this.#rest?.cancel();
    this.#rest = undefined;
  }
}
