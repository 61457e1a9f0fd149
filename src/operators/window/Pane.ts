import type { Aggregate } from '../aggregates/Aggregate';
import { Count } from '../aggregates/Count';
import { type Integers, integersOf } from './integers';
import type { Groups } from './KeyedGroups';
import type { KeyTable } from './KeyTable';
import { columnOf, type PartialColumn } from './PartialColumn';
import type { PaneData } from './PaneSnapshot';
import type { KeyedColumn, MergedRows } from './RowMerger';

/** The groups of a batch, or of several that no window tells apart, by columns; a row for each key. Never changed. */
export interface Pane {
  /** That of its newest batch, ms. */
  readonly time: number;
  /** The keys' numbers, in the order in which the keys came. */
  readonly ids: Integers;
  /** How many records each key has. */
  readonly records: Integers;
  /** For each aggregate the partials. */
  readonly columns: readonly PartialColumn[];
}

/** @param groups whose keys get their numbers in the table; nobody may change them from now on */
export function paneOf(time: number, groups: Groups, aggregates: readonly Aggregate[], table: KeyTable): Pane {
  const ids: number[] = [];
  const records: number[] = [];
  const columns = aggregates.map((): unknown[] => []);
  for (const [identity, group] of groups) {
    ids.push(table.intern(identity, group.key));
    records.push(group.records);
    columns.forEach((partials, index) => partials.push(group.partials[index]));
  }
  return {
    time,
    ids: integersOf(ids),
    records: integersOf(records),
    columns: aggregates.map((aggregate, index) => columnOf(aggregate, columns[index] ?? [])),
  };
}

/** The pane with other aggregates: columns that stay, by their places before, and empty ones where these are -1. */
export function withColumns(pane: Pane, aggregates: readonly Aggregate[], sources: readonly number[]): Pane {
  const columns = aggregates.map((aggregate, index) =>
    pane.columns[sources[index] ?? -1] ?? columnOf(aggregate, Array.from(pane.ids, () => aggregate.zero())));
  return { ...pane, columns };
}

/**
 * The pane as plain data. Shares partials with it.
 * @param keys by their numbers
 */
export function dataOf({ time, ids, records, columns }: Pane, keys: readonly unknown[]): PaneData {
  return {
    time,
    keys: Array.from(ids, (id) => keys[id]),
    records: Array.from(records),
    columns: columns.map((column) => Array.from(ids, (_, row) => column.at(row))),
  };
}

/** Puts rows of panes together, with these columns of theirs. */
export type MergeRows = (parts: readonly KeyedColumn[], aggregate: Aggregate) => MergedRows;

/** One pane of two that follow one another. */
export function joined(older: Pane, newer: Pane, aggregates: readonly Aggregate[], merge: MergeRows): Pane {
  const parts = (columnIn: (pane: Pane) => PartialColumn): readonly KeyedColumn[] =>
    [older, newer].map((pane) => ({ ids: pane.ids, partials: columnIn(pane) }));
  const records = merge(parts((pane) => columnOf(Count, Array.from(pane.records))), Count);
  const empty = columnOf(Count, []);
  return {
    time: newer.time,
    ids: integersOf(records.ids),
    records: integersOf(records.partials as number[]),
    columns: aggregates.map((aggregate, index) =>
      columnOf(aggregate, merge(parts((pane) => pane.columns[index] ?? empty), aggregate).partials)),
  };
}
