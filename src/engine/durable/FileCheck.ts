import type { DamagedFileError, Journal } from '../../durability';
import type { Clock } from '../../ports/Clock';

/** How long after a check the next one is due, ms. */
const DAY = 24 * 60 * 60 * 1000;

/** How long the disk is left alone between two pieces of at most a megabyte, ms. */
const PAUSE = 50;

/** Once a day all that a graph has on disk is read again, slowly: damage is found while there is still a state to mend it from. */
export class FileCheck {
  readonly #journal: Journal;
  readonly #clock: Clock;
  #lastBegun: number;
  #isRunning = false;
  #isEnded = false;

  constructor(journal: Journal, clock: Clock) {
    this.#journal = journal;
    this.#clock = clock;
    // A start has read what it needs.
    this.#lastBegun = clock.monotonic();
  }

  get isDue(): boolean {
    return !this.#isRunning && !this.#isEnded && this.#clock.monotonic() - this.#lastBegun >= DAY;
  }

  /** @returns what is damaged; undefined where the graph ended meanwhile @throws the disk's error */
  async run(): Promise<readonly DamagedFileError[] | undefined> {
    this.#lastBegun = this.#clock.monotonic();
    this.#isRunning = true;
    try {
      return await this.#journal.check(() => this.#pause());
    } catch (thrown) {
      if (this.#isEnded) return undefined;
      throw thrown;
    } finally {
      this.#isRunning = false;
    }
  }

  /** The graph ends: nothing is read any more. */
  end(): void {
    this.#isEnded = true;
  }

  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => this.#clock.schedule(PAUSE, resolve));
    if (this.#isEnded) throw new Error('The graph has ended.');
  }
}
