import { keyIdentity } from '../keys';
import type { Groups, KeyedAggregator } from './KeyedGroups';
import type { GroupRows } from './PaneSnapshot';

/** For `groupsOf`: a column that was not there before. */
export const NEW_COLUMN = -1;

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
