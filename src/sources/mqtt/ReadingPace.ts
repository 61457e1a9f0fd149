import type { Clock, Timer } from '../../ports/Clock';

/** Chunks that come closer together than this are small pieces of a stream that does not pause: ms. */
const CLOSE_TOGETHER = 2;

/** How long a socket is left alone then: ms. Little beside the shortest useful batch, and enough for a hundred messages at 20,000 a second. */
const REST = 5;

/** A chunk of so many bytes is worth being read by itself. */
const LARGE = 16_384;

/**
 * Makes few large chunks out of many small ones. A broker that forwards 20,000 messages a second sends each by itself, and waking up for
 * every one of them costs more than reading it; so a socket that brings one small chunk after the other is left alone for a moment,
 * while the operating system collects. Streams with pauses are read at once.
 */
export class ReadingPace {
  readonly #clock: Pick<Clock, 'monotonic' | 'schedule'>;
  #lastRead = -Infinity;
  #rest: Timer | undefined;

  constructor(clock: Pick<Clock, 'monotonic' | 'schedule'>) {
    this.#clock = clock;
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
    if (!isClose || size >= LARGE || this.isResting) return;
    this.#rest = this.#clock.schedule(REST, () => {
      this.#rest = undefined;
      // What was collected meanwhile says nothing of the pace of what follows.
      this.#lastRead = -Infinity;
      over();
    });
  }

  /** Ends a rest without a word. */
  stop(): void {
    this.#rest?.cancel();
    this.#rest = undefined;
  }
}
