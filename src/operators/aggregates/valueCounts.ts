import { canonicalText } from '../keys';

/** How often each different value came. */
export interface ValueCountsPartial {
  /** How many different values there are. */
  different: number;
  /** By the value's canonical text, which no property of `Object.prototype` has for a name. Empty once there were too many. */
  counts: Record<string, number>;
  /** Whether there were more different values than are kept; how many is not known then. */
  over: boolean;
}

export function noValues(): ValueCountsPartial {
  return { different: 0, counts: {}, over: false };
}

/** Whether a value can be told from others: not undefined or null, and plain data. */
export function isCountable(value: unknown): boolean {
  if (value === undefined || value === null || typeof value === 'function' || typeof value === 'symbol') return false;
  if (typeof value !== 'object') return true;
  try {
    canonicalText(value);
    return true;
  } catch {
    return false;
  }
}

/**
 * Counts a value. Beyond `most` different values all counts are given up: whether that happens depends only on which values
 * come together, not on their order.
 */
export function countValue(partial: ValueCountsPartial, value: unknown, most: number): ValueCountsPartial {
  if (!partial.over) increase(partial, canonicalText(value), 1, most);
  return partial;
}

export function mergeCounts(into: ValueCountsPartial, from: ValueCountsPartial, most: number): ValueCountsPartial {
  if (from.over) giveUp(into);
  for (const text in from.counts) {
    if (into.over) break;
    increase(into, text, from.counts[text] ?? 0, most);
  }
  return into;
}

/** Undefined where too many values came to know what is left. */
export function subtractCounts(from: ValueCountsPartial, part: ValueCountsPartial): ValueCountsPartial | undefined {
  if (from.over || part.over) return undefined;
  for (const text in part.counts) {
    const left = (from.counts[text] ?? 0) - (part.counts[text] ?? 0);
    if (left > 0) {
      from.counts[text] = left;
    } else {
      Reflect.deleteProperty(from.counts, text);
      from.different--;
    }
  }
  return from;
}

export function copyCounts({ different, counts, over }: ValueCountsPartial): ValueCountsPartial {
  return { different, counts: { ...counts }, over };
}

function increase(partial: ValueCountsPartial, text: string, by: number, most: number): void {
  const present = partial.counts[text];
  if (present === undefined && ++partial.different > most) giveUp(partial);
  else partial.counts[text] = (present ?? 0) + by;
}

function giveUp(partial: ValueCountsPartial): void {
  partial.over = true;
  partial.counts = {};
  partial.different = 0;
}
