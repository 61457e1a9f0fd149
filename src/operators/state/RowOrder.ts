import { grownTo } from './grownTo';

/** Stands for no row. */
const NONE = -1;

/** Rows in the order in which they were appended. Each operation costs the same, however many there are. */
export class RowOrder {
  #previous = new Int32Array(0);
  #next = new Int32Array(0);
  #first = NONE;
  #last = NONE;

  append(row: number): void {
    this.#previous = grownTo(row, this.#previous);
    this.#next = grownTo(row, this.#next);
    this.#next[row] = NONE;
    this.#join(this.#last, row);
    this.#last = row;
  }

  remove(row: number): void {
    const previous = this.#previous[row] ?? NONE;
    const next = this.#next[row] ?? NONE;
    this.#join(previous, next);
    if (next === NONE) this.#last = previous;
  }

  /** Puts a row back where it was. What was done since its removal must have been undone. */
  putBack(row: number): void {
    const next = this.#next[row] ?? NONE;
    this.#join(this.#previous[row] ?? NONE, row);
    if (next === NONE) this.#last = row;
    else this.#previous[next] = row;
  }

  *rows(): Generator<number, void, undefined> {
    for (let row = this.#first; row !== NONE; row = this.#next[row] ?? NONE) yield row;
  }

  #join(previous: number, next: number): void {
    if (previous === NONE) this.#first = next;
    else this.#next[previous] = next;
    if (next !== NONE) this.#previous[next] = previous;
  }
}
