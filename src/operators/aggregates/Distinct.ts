import type { Aggregate } from './Aggregate';
import {
  copyCounts, countValue, isCountable, mergeCounts, noValues, subtractCounts, type ValueCountsPartial,
} from './valueCounts';

/** So many different values of one key are counted exactly; a hundred thousand short texts take about 10 MB. */
export const MOST_DISTINCT = 100_000;

/**
 * How many different values there are, exactly; values are compared as keys are. 0 for none. Undefined, null and what is no
 * plain data are skipped. Null for more than 100,000 different values, which `distinctApprox` can still count.
 */
export const Distinct: Aggregate<ValueCountsPartial> = {
  name: 'distinct',
  zero: noValues,
  accepts: isCountable,
  add: (partial, value) => countValue(partial, value, MOST_DISTINCT),
  merge: (into, from) => mergeCounts(into, from, MOST_DISTINCT),
  subtract: subtractCounts,
  copy: copyCounts,
  finish: ({ different, over }) => (over ? null : different),
};
