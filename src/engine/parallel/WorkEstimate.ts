/** A batch whose records take less than this in one thread is left there: ms. */
const WORTHWHILE = 5;

/** By how much sharing must be faster to be used. */
const GAIN = 0.9;

/** Batches after which the way that is not used is measured again: what is faster may have changed. */
const MEASURED_AGAIN = 30;

/** How much the newest batch counts for the mean. */
const NEWEST = 0.3;

/**
 * How to run a batch: `plain`: in one thread, as part of whatever follows. `alone`: in one thread and by itself, so that it can
 * be measured. `shared`: in several threads.
 */
export type Way = 'plain' | 'alone' | 'shared';

/** What one way takes, and when that was last measured. */
interface Measured {
  /** ms a record; a moving mean. */
  cost: number;
  batch: number;
}

/** Finds out whether it is faster to share the work of a stage, from what its batches took so far. */
export class WorkEstimate {
  readonly #measured: { alone?: Measured; shared?: Measured } = {};
  #batches = 0;

  /** How to run the next batch, of so many records. */
  next(records: number): Way {
    this.#batches++;
    if (records === 0) return 'plain';
    const { alone, shared } = this.#measured;
    if (alone === undefined) return 'alone';
    const isSmall = alone.cost * records < WORTHWHILE;
    const isShared = !isSmall && (shared === undefined || shared.cost < GAIN * alone.cost);
    if (isShared) return this.#isOld(alone) ? 'alone' : 'shared';
    if (this.#isOld(alone)) return 'alone';
    return !isSmall && shared !== undefined && this.#isOld(shared) ? 'shared' : 'plain';
  }

  /** @param milliseconds that all records of a batch took, or of a part of it */
  took(way: 'alone' | 'shared', records: number, milliseconds: number): void {
    if (records === 0) return;
    const cost = milliseconds / records;
    const present = this.#measured[way];
    this.#measured[way] = { cost: present === undefined ? cost : present.cost + NEWEST * (cost - present.cost), batch: this.#batches };
  }

  #isOld({ batch }: Measured): boolean {
    return this.#batches - batch > MEASURED_AGAIN;
  }
}
