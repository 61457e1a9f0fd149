import type { KeyIdentity } from '../keys';
import type { Groups } from './KeyedGroups';
import type { PaneSnapshot } from './PaneSnapshot';

/**
 * The recent batches of a keyed window, one pane of groups for each, from which windows of batch time are put together.
 *
 * `MergedPanes` is the simple form, whose evaluation costs in proportion to the panes in the window. `RunningPanes` is the
 * inverse form, which subtracts the panes that left, where every aggregate can subtract; it costs the same at any length of
 * window. A balanced tree over panes for the other aggregates belongs behind this same interface.
 *
 * Times are batch times in ms. A window is written (from, to]: it has the panes with from < time <= to.
 */
export interface KeyedWindow {
  /**
   * Takes in the groups of a batch. They are kept, not copied: nobody may change them from now on, but several windows may
   * be given the same ones. A batch without records may be left out or have an empty pane.
   * @param time later than all panes so far; or that of the newest pane, which is then replaced: the batch was run again
   * @throws RangeError for an earlier time
   */
  addPane(time: number, groups: Groups): void;

  /**
   * The groups of the window (from, to], merged in the order of time. The caller may keep and change the result:
   * it shares no partial that could be changed with the panes.
   */
  evaluate(from: number, to: number): Groups;

  /**
   * The keys whose group may differ between the windows (previousFrom, previousTo] and (from, to]: those with a record in a
   * pane that is in only one of the two. Ask before the panes that left are forgotten. For a first window, give an empty
   * previous one: previousFrom = previousTo.
   */
  changedKeys(from: number, to: number, previousFrom: number, previousTo: number): Set<KeyIdentity>;

  /** Drops the panes with time <= upTo: no later window may reach back to them. */
  forget(upTo: number): void;

  /** All that is held, as plain data. */
  snapshot(): PaneSnapshot;

  /** The times of the panes held, ascending. */
  readonly paneTimes: readonly number[];

  /** How many different keys the panes held have. */
  readonly keyCount: number;

  /** How many different keys the panes with time > from have. */
  keysAfter(from: number): number;

  /** Whether a pane with time > from has the key. */
  hasKeyAfter(identity: KeyIdentity, from: number): boolean;
}
