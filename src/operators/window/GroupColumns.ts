import type { Aggregate } from '../aggregates/Aggregate';
import type { Groups } from './KeyedGroups';
import { columnFrom, columnOf, type PartialColumn, type PortableColumn } from './PartialColumn';

/** Groups by columns, a row for each key, in the order in which the keys came. Never changed. */
export interface GroupColumns {
  readonly keys: readonly unknown[];
  /** How many records each key has. */
  readonly records: readonly number[];
  /** For each aggregate the partials. */
  readonly columns: readonly PartialColumn[];
}

/** The same as plain data, as far as keys and partials are. */
export interface PortableGroups extends Omit<GroupColumns, 'columns'> {
  readonly columns: readonly PortableColumn[];
}

/** @param groups nobody may change them from now on */
export function columnsOf(groups: Groups, aggregates: readonly Aggregate[]): GroupColumns {
  const all = [...groups.values()];
  return {
    keys: all.map(({ key }) => key),
    records: all.map(({ records }) => records),
    columns: aggregates.map((aggregate, index) => columnOf(aggregate, all.map(({ partials }) => partials[index]))),
  };
}

export function portableOf({ keys, records, columns }: GroupColumns): PortableGroups {
  return { keys, records, columns: columns.map((column) => column.portable()) };
}

/** @param aggregates those whose partials they are */
export function columnsFrom({ keys, records, columns }: PortableGroups, aggregates: readonly Aggregate[]): GroupColumns {
  return { keys, records, columns: columns.flatMap((column, index) => {
    const aggregate = aggregates[index];
    return aggregate === undefined ? [] : [columnFrom(aggregate, column)];
  }) };
}
