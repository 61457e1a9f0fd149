/** How rows of one kind are put together. */
export interface Combining<Rows> {
  /** Rows that stand for all of these, which come in the order of time. */
  combine(parts: readonly Rows[]): Rows;
  /** What it costs to hold rows, and to combine them with others. */
  size(rows: Rows): number;
}

/** What stands for some panes that follow one another. */
interface Block<Rows> {
  /** The last index that it stands for. */
  readonly last: number;
  /** How many panes that are. */
  readonly panes: number;
  readonly rows: Rows;
}

/** A pane, and the blocks that begin with it, the longest first. */
interface Leaf<Rows> extends Block<Rows> {
  readonly blocks: Block<Rows>[];
}

/** So many panes make a block, so many of these the next larger one, and so on. */
const FAN_OUT = 4;

/** A block is kept where it is smaller than this part of what it stands for. */
const WORTHWHILE = 3 / 4;

/**
 * The panes of a window in a balanced tree, so that a window is put together from few blocks instead of all its panes: for
 * n panes at most 6 * log4(n).
 *
 * Blocks of 4, 16, 64, ... panes begin at the multiples of their length, and are made as soon as a pane behind them comes. So what a
 * window is put together from depends on nothing but the panes it has, and is the same after a restart. A block that would
 * hardly be smaller than its parts, because they have different keys, is not kept: all blocks together take less than three
 * times the memory of the panes, and a third of it where all panes have the same keys.
 */
export class PaneTree<Rows> {
  readonly #combining: Combining<Rows>;
  readonly #longest: number;
  /** By ascending index. */
  readonly #leaves: Leaf<Rows>[] = [];
  /** The largest index of a pane that was forgotten. */
  #forgotten = -Infinity;

  /** @param longest no window is longer than so many indices */
  constructor(combining: Combining<Rows>, longest: number) {
    this.#combining = combining;
    this.#longest = longest;
  }

  /** @param index of the pane; not smaller than those so far, and equal to the last one only where both will be replaced by one */
  append(index: number, rows: Rows): void {
    const newest = this.#leaves.at(-1);
    if (newest !== undefined && newest.last < index) this.#close(newest.last, index);
    this.#leaves.push({ last: index, panes: 1, rows, blocks: [] });
  }

  /** Takes the newest pane away again. */
  dropNewest(): void {
    this.#leaves.pop();
  }

  /** Lets so many of the oldest panes go. */
  forget(count: number): void {
    const newest = this.#leaves.splice(0, count).at(-1);
    if (newest !== undefined) this.#forgotten = newest.last;
  }

  /** The rows of all blocks that are kept beside the panes. */
  *blocks(): Generator<Rows, void, undefined> {
    for (const { blocks } of this.#leaves) for (const { rows } of blocks) yield rows;
  }

  /** Rows that stand for all panes with an index from `first` to `last`, in the order of time. */
  within(first: number, last: number): Rows[] {
    return this.#blocksOf(first, last).map(({ rows }) => rows);
  }

  /** Makes the blocks that have the pane at `index` and no room for the one at `next`. */
  #close(index: number, next: number): void {
    for (let length = FAN_OUT; length <= this.#longest; length *= FAN_OUT) {
      const first = Math.floor(index / length) * length;
      const last = first + length - 1;
      // Where panes were forgotten, no window begins in front of the block any more.
      if (next <= last || first <= this.#forgotten) return;
      const blocks = this.#blocksOf(first, last);
      if (blocks.length < 2) continue;
      const parts = blocks.map(({ rows }) => rows);
      const rows = this.#combining.combine(parts);
      if (this.#combining.size(rows) > WORTHWHILE * total(parts, this.#combining)) continue;
      const panes = blocks.reduce((sum, block) => sum + block.panes, 0);
      this.#leaves.at(-panes)?.blocks.unshift({ last, panes, rows });
    }
  }

  #blocksOf(first: number, last: number): Block<Rows>[] {
    const blocks: Block<Rows>[] = [];
    let place = this.#placeOf(first);
    for (let leaf = this.#leaves[place]; leaf !== undefined && leaf.last <= last; leaf = this.#leaves[place]) {
      const block = leaf.blocks.find((longer) => longer.last <= last) ?? leaf;
      blocks.push(block);
      place += block.panes;
    }
    return blocks;
  }

  /** Of the first pane with this index or a larger one. */
  #placeOf(index: number): number {
    let start = 0;
    let end = this.#leaves.length;
    while (start < end) {
      const middle = (start + end) >>> 1;
      if ((this.#leaves[middle]?.last ?? Infinity) < index) start = middle + 1;
      else end = middle;
    }
    return start;
  }
}

function total<Rows>(parts: readonly Rows[], combining: Combining<Rows>): number {
  return parts.reduce((sum, rows) => sum + combining.size(rows), 0);
}
