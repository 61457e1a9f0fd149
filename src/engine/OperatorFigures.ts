import type { SourceStatus } from '../sources/Source';
import type { OperatorProgress } from './Engine';

/** Of so many records of late the time is known at most: older ones count less and less. */
const TIMED_RECORDS = 400;

/** What one operator has done since its query started. Counted per record, so plain fields. */
export class OperatorFigures {
  recordsIn = 0;
  recordsOut = 0;
  failed = 0;
  skipped = 0;
  refused = 0;
  waiting = 0;
  keys = 0;
  rateLimit: number | undefined;
  source: SourceStatus | undefined;
  /** Estimates the bytes of what it keeps, when somebody is told; undefined for an operator that keeps nothing. */
  estimateState: (() => number) | undefined;
  /** ms in user code, and for how many records. */
  #time = 0;
  #timedRecords = 0;

  /** User code took so many ms for some records; for a part of one, where several functions are called for it. */
  addTime(milliseconds: number, records: number): void {
    this.#time += milliseconds;
    this.#timedRecords += records;
    if (this.#timedRecords < TIMED_RECORDS) return;
    this.#time /= 2;
    this.#timedRecords /= 2;
  }

  forgetTimes(): void {
    this.#time = this.#timedRecords = 0;
  }

  get progress(): OperatorProgress {
    const { recordsIn, recordsOut, failed, skipped, refused, waiting, keys, rateLimit, source } = this;
    const stateBytes = this.estimateState?.();
    return {
      recordsIn, recordsOut, failed, skipped, refused, waiting, keys,
      ...(stateBytes === undefined ? {} : { stateBytes: Math.round(stateBytes) }),
      ...(this.#timedRecords === 0 ? {} : { microsecondsPerRecord: inHundredths((1000 * this.#time) / this.#timedRecords) }),
      ...(rateLimit === undefined ? {} : { rateLimit }),
      ...(source === undefined ? {} : { source }),
    };
  }
}

function inHundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
