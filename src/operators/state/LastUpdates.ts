import { grownTo } from './grownTo';

/** Rows that were updated in one batch, among them some that have been updated again since. */
interface Group {
  /** ms since the epoch */
  readonly time: number;
  rows: number[];
}

/**
 * When each row was last updated, and which ones have not been for long. An update is written down where it happens, at the end of
 * a list for its time; that the earlier one does not count any more shows when that list is read. So an update costs the same
 * however many rows there are, and nothing is searched through. `tidy` takes out what does not count any more.
 */
export class LastUpdates {
  /** By row, ms since the epoch; NaN for a row that is not there. */
  #times = new Float64Array(0);
  /** The oldest first. */
  #groups: Group[] = [];
  /** Updates in all groups. */
  #written = 0;
  /** The group that `tidy` goes on from. */
  #next = 0;
  /** What was updated before that time has been asked for since the last `tidy`, and may have been removed. */
  #asked = -Infinity;
  /** Comes of what is read ahead, which would be left out if nothing came of it. */
  #readAhead = 0;

  /** How many updates are written down, those among them that do not count any more. */
  get written(): number {
    return this.#written;
  }

  /** NaN for a row that is not there */
  timeOf(row: number): number {
    return this.#times[row] ?? NaN;
  }

  /** Brings the times of some hundred rows near to the processor. @param rows below 0 for none */
  readAhead(rows: Int32Array): void {
    let read = 0;
    for (const row of rows) if (row >= 0 && this.timeOf(row) > 0) read++;
    this.#readAhead ^= read;
  }

  /** @param time not before any other */
  update(row: number, time: number): void {
    this.#grow(row);
    if (this.#times[row] === time) return;
    this.#times[row] = time;
    let group = this.#groups.at(-1);
    if (group?.time !== time) this.#groups.push(group = { time, rows: [] });
    group.rows.push(row);
    this.#written++;
  }

  remove(row: number): void {
    this.#times[row] = NaN;
  }

  /** Takes an update or a removal back. `forget` is to follow. */
  restore(row: number, time: number): void {
    this.#times[row] = time;
  }

  /** Forgets all updates after a time, which have been taken back. */
  forget(after: number): void {
    for (let last = this.#groups.at(-1); last !== undefined && last.time > after; last = this.#groups.at(-1)) {
      this.#written -= last.rows.length;
      this.#groups.pop();
    }
  }

  /** The rows that were last updated before a time, those of the same time together, the longest ago first. */
  before(time: number): number[][] {
    this.#asked = time;
    const found: number[][] = [];
    for (const group of this.#groups) {
      if (group.time >= time) break;
      const rows = this.#counting(group);
      if (rows.length > 0) found.push(rows);
    }
    return found;
  }

  /**
   * Takes out updates that do not count any more: what was asked for and has gone since, and of everything else so much at a time
   * that less than twice as many are written down as there are rows, in the long run. Only where nothing will be taken back.
   * @param amount how many updates are to be looked at
   */
  tidy(amount: number, rowCount: number): void {
    let asked = 0;
    for (let group = this.#groups[asked]; group !== undefined && group.time < this.#asked; group = this.#groups[asked]) {
      this.#tidyGroup(group);
      if (group.rows.length > 0) break;
      asked++;
    }
    this.#asked = -Infinity;
    if (asked > 0) {
      this.#groups.splice(0, asked);
      this.#next = Math.max(0, this.#next - asked);
    }
    for (let left = amount; left > 0 && this.#written > 1.5 * rowCount; this.#next++) {
      const group = this.#groups[this.#next];
      if (group === undefined) {
        this.#groups = this.#groups.filter(({ rows }) => rows.length > 0);
        this.#next = -1;
        left--;
      } else {
        left -= group.rows.length;
        this.#tidyGroup(group);
      }
    }
  }

  #grow(row: number): void {
    const { length } = this.#times;
    if (row < length) return;
    this.#times = grownTo(row, this.#times).fill(NaN, length);
  }

  #tidyGroup(group: Group): void {
    const rows = this.#counting(group);
    this.#written -= group.rows.length - rows.length;
    group.rows = rows;
  }

  #counting({ time, rows }: Group): number[] {
    const times = this.#times;
    const counting: number[] = [];
    // The memory is what this waits for: a plain loop asks for more of it at once than `filter` does.
    for (const row of rows) if (times[row] === time) counting.push(row);
    return counting;
  }
}
