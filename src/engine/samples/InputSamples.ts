import type { DataRecord } from '../DataRecord';
import { PassedRecords } from './PassedRecords';

/** The last records that flowed into an operator from one of its inputs, since somebody began to look. */
export class InputSamples {
  readonly #most: number;
  /** Of batches that have ended, newest last. */
  #last: readonly DataRecord[] = [];
  /** Of batches that run, in the order in which they began. */
  #passing = new Set<PassedRecords>();

  /** @param most how many records are kept */
  constructor(most: number) {
    this.#most = most;
  }

  /** The last records of batches that have ended, newest last. */
  get last(): readonly DataRecord[] {
    return this.#last;
  }

  /** Where the records of a batch are to be noted. @param time of the batch, ms since the epoch */
  of(time: number): PassedRecords {
    return new PassedRecords(time, this.#most);
  }

  /** A batch runs: its records are about to pass, perhaps not for the first time. */
  begin(passed: PassedRecords): void {
    passed.begin();
    this.#passing.add(passed);
  }

  /** Counts records of the batch that runs which could not be noted. */
  passedElsewhere(records: number): void {
    const passed = [...this.#passing].at(-1);
    if (passed !== undefined) passed.count += records;
  }

  /** What passed since the last time, batch by batch, leaving out those without records. */
  take(): readonly PassedRecords[] {
    const passed = [...this.#passing].filter(({ count }) => count > 0);
    this.#passing = new Set();
    this.#last = [...this.#last, ...passed.flatMap(({ records }) => records)].slice(-this.#most);
    return passed;
  }
}
