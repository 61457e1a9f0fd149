import { valueOfCanonicalText } from '../canonicalValue';
import type { Aggregate } from './Aggregate';
import {
  copyCounts, countValue, isCountable, mergeCounts, noValues, subtractCounts, type ValueCountsPartial,
} from './valueCounts';

/** So many different values of one key are listed. */
export const MOST_COUNTED_VALUES = 10_000;

/** One row of the result. */
export interface CountedValue {
  readonly value: unknown;
  readonly count: number;
}

/**
 * How often each different value came: rows `{value, count}`, the most frequent first, equally frequent ones by their
 * canonical text in UTF-16 order. Empty for none. Values are compared as keys are, and shown in their canonical form: the properties
 * of objects sorted, -0 as 0, bytes as `Uint8Array`. Undefined, null and what is no plain data are skipped. Null for more than
 * 10,000 different values.
 */
export const CountByValue: Aggregate<ValueCountsPartial> = {
  name: 'countByValue',
  zero: noValues,
  accepts: isCountable,
  add: (partial, value) => countValue(partial, value, MOST_COUNTED_VALUES),
  merge: (into, from) => mergeCounts(into, from, MOST_COUNTED_VALUES),
  subtract: subtractCounts,
  copy: copyCounts,
  finish: ({ counts, over }) => {
    if (over) return null;
    const rows = Object.entries(counts).sort(([text, count], [otherText, otherCount]) =>
      otherCount - count || (text < otherText ? -1 : 1));
    return rows.map(([text, count]): CountedValue => ({ value: valueOfCanonicalText(text), count }));
  },
};
