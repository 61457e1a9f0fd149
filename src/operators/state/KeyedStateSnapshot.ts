/**
 * Keyed state as plain data, by columns, to be stored or handed to the next plan. Read-only, because it shares keys and
 * states with the state it was taken from.
 */
export interface KeyedStateSnapshot {
  /** The version of this format. */
  readonly version: 1;
  /** In the order of first appearance. */
  readonly keys: readonly unknown[];
  /** In the order of `keys`. */
  readonly states: readonly unknown[];
  /** The batch time (ms since the epoch) of each key's last update, in the order of `keys`. */
  readonly lastUpdates: readonly number[];
}

/** Some keys of a keyed state, as plain data by columns: what has changed since others were stored. */
export interface KeyedStateRows {
  readonly keys: readonly unknown[];
  /** In the order of `keys`, as are the other columns. */
  readonly states: readonly unknown[];
  /** Batch times, ms since the epoch. */
  readonly lastUpdates: readonly number[];
  /** Ascending in the order of the keys' first appearance. */
  readonly orders: readonly number[];
  /** Keys that have been removed since they were stored before, perhaps to come again here. */
  readonly removed: readonly unknown[];
}
