import type { Aggregate } from '../aggregates/Aggregate';
import type { Integers } from './integers';
import type { PartialColumn } from './PartialColumn';

/** The partials of some keys. */
export interface KeyedColumn {
  /** The keys' numbers; a row each. */
  readonly ids: Integers;
  readonly partials: PartialColumn;
}

/** Keys by their numbers, and a partial of each. */
export interface MergedRows {
  readonly ids: readonly number[];
  /** As many; the caller's own. */
  readonly partials: unknown[];
}

/** The numbers of keys; what has none is not looked for. */
export type WantedKeys = ReadonlySet<number | undefined>;

/** Puts rows of several panes together: one row a key, in the order in which the keys came. */
export class RowMerger {
  /** By the number of a key its row in what is being put together; only then, and -1 at all other times. */
  #rows = new Int32Array(0);

  /**
   * The keys of all parts, each once.
   * @param bound all numbers of keys are below
   * @param only these keys; all when left out
   */
  union(parts: readonly Integers[], bound: number, only?: WantedKeys): number[] {
    const ids: number[] = [];
    this.#making(ids, bound, (rows) => {
      for (const part of parts) {
        for (const id of part) {
          if (rows[id] === -1 && only?.has(id) !== false) rows[id] = ids.push(id) - 1;
        }
      }
    });
    return ids;
  }

  /**
   * The partials of all parts, merged in the order of the parts.
   * @param bound all numbers of keys are below
   * @param only these keys; all when left out
   */
  merge(parts: readonly KeyedColumn[], aggregate: Aggregate, bound: number, only?: WantedKeys): MergedRows {
    const ids: number[] = [];
    const partials: unknown[] = [];
    this.#making(ids, bound, (rows) => {
      for (const part of parts) {
        for (let place = 0; place < part.ids.length; place++) {
          const id = part.ids[place] ?? 0;
          if (only?.has(id) === false) continue;
          const row = rows[id] ?? -1;
          if (row === -1) {
            rows[id] = ids.push(id) - 1;
            partials.push(part.partials.copyAt(place));
          } else {
            partials[row] = aggregate.merge(partials[row], part.partials.at(place));
          }
        }
      }
    });
    return { ids, partials };
  }

  #making(ids: readonly number[], bound: number, make: (rows: Int32Array) => void): void {
    if (this.#rows.length < bound) this.#rows = new Int32Array(2 * bound).fill(-1);
    const rows = this.#rows;
    try {
      make(rows);
    } finally {
      for (const id of ids) rows[id] = -1;
    }
  }
}
