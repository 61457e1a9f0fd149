import type { DataRecord } from '../DataRecord';

/** Where records are noted that pass into an operator, of one batch and from one input: how many, and the last of them. */
export class PassedRecords {
  readonly time: number;
  /** How many passed, also those that other threads took along. */
  count = 0;
  readonly #most: number;
  /** The last ones, in a circle. */
  #last: DataRecord[] = [];
  #next = 0;
  #isRunAgain = false;

  /**
   * @param time of the batch, ms since the epoch
   * @param most how many records are kept
   */
  constructor(time: number, most: number) {
    this.time = time;
    this.#most = most;
  }

  /** The records that are kept, in the order in which they passed. */
  get records(): readonly DataRecord[] {
    return [...this.#last.slice(this.#next), ...this.#last.slice(0, this.#next)];
  }

  /** The batch is about to run: where it does so once more, because it failed, its records pass once more. */
  begin(): void {
    this.#isRunAgain = true;
  }

  add(record: DataRecord): void {
    if (this.#isRunAgain) this.#forget();
    this.count++;
    this.#last[this.#next] = record;
    this.#next = (this.#next + 1) % this.#most;
  }

  #forget(): void {
    this.#isRunAgain = false;
    this.count = 0;
    this.#last = [];
    this.#next = 0;
  }
}
