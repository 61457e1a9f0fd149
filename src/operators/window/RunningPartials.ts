import type { Aggregate } from '../aggregates/Aggregate';
import type { Pane } from './Pane';

/** The panes by which two overlapping windows differ, and those that they share; in the order of time each. */
export interface Move {
  readonly leaving: readonly Pane[];
  readonly staying: readonly Pane[];
  readonly entering: readonly Pane[];
}

/** The partials of the aggregates that can subtract, for the window that was evaluated last. */
export class RunningPartials {
  /** For each aggregate its partials by the numbers of the keys; undefined for aggregates that cannot subtract. */
  readonly columns: readonly (unknown[] | undefined)[];
  /** How many records a key has in the window, by its number; 0 where it is not in the window. */
  readonly records: number[] = [];

  /** @param runs for each aggregate whether it is among these */
  constructor(runs: readonly boolean[]) {
    this.columns = runs.map((does) => (does ? [] : undefined));
  }

  /** Goes on to the next window: takes out what leaves, and merges in what enters. */
  move(aggregates: readonly Aggregate[], { leaving, staying, entering }: Move): void {
    for (const pane of leaving) {
      for (let row = 0; row < pane.ids.length; row++) {
        const id = pane.ids[row] ?? 0;
        this.records[id] = (this.records[id] ?? 0) - (pane.records[row] ?? 0);
      }
    }
    this.columns.forEach((partials, index) => {
      const aggregate = aggregates[index];
      if (aggregate === undefined || partials === undefined) return;
      const broken = this.#subtract(leaving, index, aggregate, partials);
      if (broken.size > 0) mergeAgain(broken, staying, index, aggregate, partials);
      for (const pane of entering) merge(pane, index, aggregate, partials);
    });
    for (const pane of entering) {
      for (let row = 0; row < pane.ids.length; row++) {
        const id = pane.ids[row] ?? 0;
        this.records[id] = (this.records[id] ?? 0) + (pane.records[row] ?? 0);
      }
    }
  }

  /** @returns the keys whose partials could not be subtracted from, and which are in the window still */
  #subtract(leaving: readonly Pane[], index: number, aggregate: Aggregate, partials: unknown[]): ReadonlySet<number> {
    const broken = new Set<number>();
    for (const { ids, columns } of leaving) {
      for (let row = 0; row < ids.length; row++) {
        const id = ids[row] ?? 0;
        if ((this.records[id] ?? 0) <= 0) {
          partials[id] = undefined;
        } else if (!broken.has(id)) {
          partials[id] = aggregate.subtract?.(partials[id], columns[index]?.at(row));
          if (partials[id] === undefined) broken.add(id);
        }
      }
    }
    return broken;
  }
}

/** Rare: only the panes know what is left where a partial could not be subtracted. */
function mergeAgain(
  broken: ReadonlySet<number>,
  staying: readonly Pane[],
  index: number,
  aggregate: Aggregate,
  partials: unknown[],
): void {
  for (const pane of staying) merge(pane, index, aggregate, partials, broken);
}

/** @param only these keys; all when left out */
function merge(pane: Pane, index: number, aggregate: Aggregate, partials: unknown[], only?: ReadonlySet<number>): void {
  const column = pane.columns[index];
  if (column === undefined) return;
  for (let row = 0; row < pane.ids.length; row++) {
    const id = pane.ids[row] ?? 0;
    if (only?.has(id) === false) continue;
    const present = partials[id];
    partials[id] = present === undefined ? column.copyAt(row) : aggregate.merge(present, column.at(row));
  }
}
