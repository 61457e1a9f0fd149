/**
 * A keyed window as plain data, to be stored or handed to the next plan. Read-only, because it may share partials with the
 * window it was taken from, which does not change them either.
 */
export interface PaneSnapshot {
  /** The version of this format. */
  readonly version: 1;
  /** How many aggregates there were: the number of columns in every pane. */
  readonly columnCount: number;
  /** By ascending time. */
  readonly panes: readonly PaneData[];
  readonly running?: RunningSnapshot;
}

/** Groups by columns, so that an aggregate can be added or removed without touching the others. */
export interface GroupRows {
  readonly keys: readonly unknown[];
  /** How many records each key had, in the order of `keys`. */
  readonly records: readonly number[];
  /** For each aggregate the partials of all keys, in the order of `keys`. */
  readonly columns: readonly (readonly unknown[])[];
}

/** One pane. */
export interface PaneData extends GroupRows {
  /** Batch time, ms; of several batches that of the newest. */
  readonly time: number;
}

/**
 * What is known of the window (from, to] beside its panes: the partials that are added to and subtracted from. They are what
 * merging the panes gives only where subtracting is exact, so whoever is to go on with the same bits needs them.
 */
export interface RunningSnapshot extends Omit<GroupRows, 'columns'> {
  readonly from: number;
  readonly to: number;
  /** Null for an aggregate that is not carried on in this way. */
  readonly columns: readonly (readonly unknown[] | null)[];
}
