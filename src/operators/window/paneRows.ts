import { keyIdentity } from '../keys';
import type { Group, Groups, KeyedAggregator } from './KeyedGroups';
import type { GroupRows } from './PaneSnapshot';

/** For `groupsOf`: a column that was not there before. */
export const NEW_COLUMN = -1;

/** Groups by columns. Shares their partials. */
export function rowsOf(groups: Iterable<Group>, columnCount: number): GroupRows {
  const keys: unknown[] = [];
  const records: number[] = [];
  const columns = Array.from({ length: columnCount }, (): unknown[] => []);
  for (const group of groups) {
    keys.push(group.key);
    records.push(group.records);
    columns.forEach((column, index) => column.push(group.partials[index]));
  }
  return { keys, records, columns };
}

/**
 * Groups from columns. Shares their partials.
 * @param sources for each of the aggregator's aggregates its column, or -1 where it begins empty
 */
export function groupsOf({ keys, records, columns }: GroupRows, aggregator: KeyedAggregator, sources: readonly number[]): Groups {
  const groups = aggregator.empty();
  keys.forEach((key, row) => {
    const partials = aggregator.zeros();
    sources.forEach((source, index) => {
      if (source !== NEW_COLUMN) partials[index] = columns[source]?.[row];
    });
    groups.set(keyIdentity(key), { key, records: records[row] ?? 0, partials });
  });
  return groups;
}

/**
 * @param what the rows are, for the error
 * @throws RangeError where the lists are not of one length, or a key comes twice
 */
export function checkRows({ keys, records, columns }: GroupRows, columnCount: number, what: string): void {
  const rows = keys.length;
  if (records.length !== rows || columns.length !== columnCount || !columns.every((column) => column.length === rows)) {
    throw new RangeError(`${what} should have ${String(rows)} rows in each of ${String(columnCount)} columns and has not: `
      + 'the snapshot is damaged; restore an older one, or reset the window.');
  }
  if (new Set(keys.map(keyIdentity)).size !== rows) {
    throw new RangeError(`${what} has a key twice: the snapshot is damaged; restore an older one, or reset the window.`);
  }
}
