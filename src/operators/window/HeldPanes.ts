import type { KeyIdentity } from '../keys';
import type { KeyTable } from './KeyTable';
import { dataOf, type Pane } from './Pane';
import type { PaneData } from './PaneSnapshot';

/** A pane to be stored. */
export interface StoredPane {
  readonly time: number;
  /** Stays the same for as long as the pane does. */
  readonly identity: object;
  data(): PaneData;
}

interface Held {
  readonly pane: Pane;
  /** How many of its keys no later pane has. */
  newestOf: number;
}

/**
 * The panes that a window still reaches back to, by ascending time, and which keys they have. A key that no pane has any more
 * leaves the table. Times are batch times in ms.
 */
export class HeldPanes {
  readonly table: KeyTable;
  readonly #held: Held[] = [];
  /** By the number of a key the newest pane that has it. */
  readonly #newest: (Held | undefined)[] = [];

  constructor(table: KeyTable) {
    this.table = table;
  }

  get all(): readonly Pane[] {
    return this.#held.map(({ pane }) => pane);
  }

  /** The last panes, so many or as many as there are. */
  newest(count: number): readonly Pane[] {
    return this.#held.slice(-count).map(({ pane }) => pane);
  }

  /** The panes of the window (from, to]. */
  between(from: number, to: number): readonly Pane[] {
    return this.#held.slice(this.#placeAfter(from), this.#placeAfter(to)).map(({ pane }) => pane);
  }

  /** How many different keys the panes with time > from have. */
  keysAfter(from: number): number {
    let count = this.table.size;
    for (const { pane, newestOf } of this.#held) {
      if (pane.time > from) break;
      count -= newestOf;
    }
    return count;
  }

  /** Whether a pane with time > from has the key. */
  hasKeyAfter(identity: KeyIdentity, from: number): boolean {
    const id = this.table.idOf(identity);
    const newest = id === undefined ? undefined : this.#newest[id];
    return newest !== undefined && newest.pane.time > from;
  }

  /** @param pane later than all others */
  push(pane: Pane): void {
    const held: Held = { pane, newestOf: 0 };
    this.#held.push(held);
    for (const id of pane.ids) this.#makeNewest(held, id);
  }

  /** Puts one pane that has all their keys in the place of the two newest. */
  replaceTwo(pane: Pane): void {
    this.#held.length -= 2;
    this.push(pane);
  }

  /** Rare, as only a batch that is run again replaces a pane: so it may look through the older panes. */
  dropNewest(): void {
    const missing = new Set(this.#held.pop()?.pane.ids);
    for (let place = this.#held.length - 1; place >= 0 && missing.size > 0; place--) {
      const held = this.#held[place];
      if (held === undefined) break;
      for (const id of held.pane.ids) {
        if (missing.delete(id)) this.#makeNewest(held, id);
      }
    }
    for (const id of missing) this.#release(id);
  }

  /**
   * Drops the panes with time <= upTo.
   * @returns how many they were
   */
  forget(upTo: number): number {
    const forgotten = this.#held.splice(0, this.#placeAfter(upTo));
    for (const held of forgotten) {
      for (const id of held.pane.ids) {
        if (this.#newest[id] === held) this.#release(id);
      }
    }
    return forgotten.length;
  }

  /** All panes, to be stored; what their data is does not change any more, whatever happens to the window. */
  stored(): readonly StoredPane[] {
    const keys = this.table.keysNow();
    return this.#held.map(({ pane }) => ({ time: pane.time, identity: pane, data: () => dataOf(pane, keys) }));
  }

  #makeNewest(held: Held, id: number): void {
    const before = this.#newest[id];
    if (before !== undefined) before.newestOf--;
    this.#newest[id] = held;
    held.newestOf++;
  }

  #release(id: number): void {
    this.#newest[id] = undefined;
    this.table.release(id);
  }

  /** How many panes have a time up to this one. */
  #placeAfter(time: number): number {
    let start = 0;
    let end = this.#held.length;
    while (start < end) {
      const middle = (start + end) >>> 1;
      if ((this.#held[middle]?.pane.time ?? Infinity) <= time) start = middle + 1;
      else end = middle;
    }
    return start;
  }
}
