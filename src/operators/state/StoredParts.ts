import { grownTo } from './grownTo';

/** So many rows are in one part. */
export const PART_ROWS = 10_000;

/** A part with fewer rows is stored again together with what comes next, so that there are never many small ones. */
const SMALL_PART = 1000;

/** Marks a row that is in no part, or has changed since. */
const CHANGED = 0;

/** Rows that were stored together. In one part after the other, a row's last one counts, unless it is removed later. */
export interface StoredPart<K> {
  /** Different from those of all other parts that are there. */
  readonly number: number;
  readonly rows: Int32Array;
  /** Keys that parts before this one may have, and that were removed before the rows of this one were stored. */
  readonly removed: readonly K[];
}

/** What is to be stored in addition to the parts that are there. */
export interface NewRows<K> {
  /** Undefined for all rows there are. */
  readonly rows: readonly number[] | undefined;
  readonly removed: readonly K[];
}

/**
 * Which rows of a state are stored where, so that only what has changed needs to be stored again.
 *
 * New rows are added at the end, as in a log. Whenever more than half as much again is stored as there is, the oldest parts are given up,
 * twice as much as is added, and what is still valid of them is added too: so no more than three rows are stored for one
 * that changed, nor more than twice as many as there are, and the work is spread evenly.
 */
export class StoredParts<K> {
  /** The oldest first. */
  #parts: StoredPart<K>[] = [];
  #nextNumber = 1;
  /** By row: the number of the part that has it as it is now, or `CHANGED`. */
  #partOf = new Int32Array(0);
  /** Rows that have changed since they were stored, some of them perhaps gone since or twice here; those of before the first part are not. */
  #changed: number[] = [];
  #removed: K[] = [];
  /** What all parts have, rows and removed keys. */
  #stored = 0;

  get parts(): readonly StoredPart<K>[] {
    return this.#parts;
  }

  changed(row: number): void {
    if (this.#partOf[row] !== CHANGED) this.added(row);
  }

  /** The row belongs to another key from now on, which has changed. */
  added(row: number): void {
    if (this.#parts.length === 0) return;
    this.#partOf = grownTo(row, this.#partOf);
    this.#partOf[row] = CHANGED;
    this.#changed.push(row);
    this.#forgetTooMuch();
  }

  removed(row: number, key: K): void {
    if (this.#parts.length === 0) return;
    this.#partOf[row] = CHANGED;
    this.#removed.push(key);
    this.#forgetTooMuch();
  }

  /**
   * What is to be stored now; `add` is to follow. Parts that would have to be stored again are forgotten.
   * @param isKept whether a part is still there, where it was stored
   * @param rowCount how many rows there are
   */
  begin(isKept: (part: StoredPart<K>) => boolean, rowCount: number): NewRows<K> {
    const parts = this.#parts;
    // Where one is missing, those after it are stored again too: what was removed stays removed in its turn.
    const missing = parts.findIndex((part) => !isKept(part));
    let end = missing < 0 ? parts.length : missing;
    if (end > 0 && sizeOf(parts[end - 1]) < SMALL_PART) end--;
    const start = this.#firstValid(end, rowCount);
    // Nothing is in front of the oldest ones that somebody could have removed.
    const again = [...parts.slice(0, start), ...parts.slice(end)];
    const removed = [...parts.slice(end).flatMap((part) => part.removed), ...this.#removed];
    const changed = this.#changed;
    this.#parts = parts.slice(start, end);
    this.#stored = totalSize(this.#parts);
    this.#changed = [];
    this.#removed = [];
    if (this.#parts.length === 0) {
      this.#partOf.fill(CHANGED);
      this.#nextNumber = 1;
      return { rows: undefined, removed: [] };
    }
    const rows = again.flatMap((part) => [...part.rows.filter((row) => this.#partOf[row] === part.number)]);
    for (const row of rows) this.#partOf[row] = CHANGED;
    return { rows: rows.concat(changed.filter((row) => this.#partOf[row] === CHANGED)), removed };
  }

  /** Adds a part: rows that are not in it yet, each once. */
  add(rows: readonly number[], removed: readonly K[]): StoredPart<K> {
    const number = this.#nextNumber++;
    const own: number[] = [];
    for (const row of rows) {
      this.#partOf = grownTo(row, this.#partOf);
      if (this.#partOf[row] !== CHANGED) continue;
      this.#partOf[row] = number;
      own.push(row);
    }
    const part = { number, rows: Int32Array.from(own), removed };
    this.#parts.push(part);
    this.#stored += sizeOf(part);
    return part;
  }

  /** The first part that is not given up now. */
  #firstValid(end: number, rowCount: number): number {
    if (totalSize(this.#parts.slice(0, end)) <= 1.5 * rowCount) return 0;
    let start = 0;
    for (let left = 2 * (this.#changed.length + this.#removed.length); left > 0 && start < end; start++) left -= sizeOf(this.#parts[start]);
    return start;
  }

  /** Where nobody stores any more, what has changed is not written down for ever: next time everything is stored. */
  #forgetTooMuch(): void {
    if (this.#changed.length + this.#removed.length <= this.#stored + PART_ROWS) return;
    this.#parts = [];
    this.#changed = [];
    this.#removed = [];
  }
}

function totalSize(parts: readonly StoredPart<unknown>[]): number {
  return parts.reduce((sum, part) => sum + sizeOf(part), 0);
}

function sizeOf(part: StoredPart<unknown> | undefined): number {
  return part === undefined ? 0 : part.rows.length + part.removed.length;
}
