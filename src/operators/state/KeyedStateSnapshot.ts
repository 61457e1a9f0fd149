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
