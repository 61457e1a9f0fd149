import type { KeyIdentity } from '../keys';
import type { Groups, KeyedAggregator } from './KeyedGroups';
import type { KeyedWindow } from './KeyedWindow';
import { checkRows, groupsOf, NEW_COLUMN, rowsOf } from './paneRows';
import type { PaneSnapshot } from './PaneSnapshot';

interface Pane extends HeldPane {
  /** How many of its keys no later pane has. */
  newestOf: number;
}

/** One batch of a window. */
export interface HeldPane {
  readonly time: number;
  readonly groups: Groups;
}

/**
 * The simple form of a keyed window: merges the panes of the window in the order of time, each time it is asked.
 * Works with every aggregate. Costs, per evaluation, the keys of all panes in the window.
 */
export class MergedPanes implements KeyedWindow {
  readonly #aggregator: KeyedAggregator;
  /** By ascending time. */
  readonly #panes: Pane[] = [];
  /** For each key the newest pane that has it. */
  readonly #newestPanes = new Map<KeyIdentity, Pane>();

  constructor(aggregator: KeyedAggregator) {
    this.#aggregator = aggregator;
  }

  /**
   * A window with the panes of a snapshot, for aggregates that may have changed since. Aggregates that stay keep their past;
   * a new one starts empty with the panes that are still to come.
   * @param columns for each of the aggregator's aggregates its index among those of the snapshot, or -1 when it is new;
   *   left out when the aggregates are the same
   * @throws RangeError when the snapshot, the aggregator and the columns do not fit together
   */
  static restore(snapshot: PaneSnapshot, aggregator: KeyedAggregator, columns?: readonly number[]): MergedPanes {
    const sources = columns ?? Array.from({ length: snapshot.columnCount }, (_, index) => index);
    checkSnapshot(snapshot);
    checkColumns(sources, snapshot.columnCount, aggregator.aggregates.length);
    const restored = new MergedPanes(aggregator);
    for (const pane of snapshot.panes) restored.addPane(pane.time, groupsOf(pane, aggregator, sources));
    return restored;
  }

  get paneTimes(): readonly number[] {
    return this.#panes.map((pane) => pane.time);
  }

  get keyCount(): number {
    return this.#newestPanes.size;
  }

  keysAfter(from: number): number {
    let count = 0;
    for (let index = this.#panes.length - 1; index >= 0; index--) {
      const pane = this.#panes[index];
      if (pane === undefined || pane.time <= from) break;
      count += pane.newestOf;
    }
    return count;
  }

  hasKeyAfter(identity: KeyIdentity, from: number): boolean {
    const newest = this.#newestPanes.get(identity);
    return newest !== undefined && newest.time > from;
  }

  addPane(time: number, groups: Groups): void {
    if (!Number.isFinite(time)) {
      throw new RangeError(`The time of a pane must be a batch time in ms, not ${String(time)}.`);
    }
    const newest = this.#panes.at(-1);
    if (newest !== undefined && time < newest.time) {
      throw new RangeError(`The pane of ${String(time)} comes too late, after that of ${String(newest.time)}; `
        + 'add panes in the order of batch time.');
    }
    if (newest?.time === time) this.#dropNewest(newest);
    const pane: Pane = { time, groups, newestOf: 0 };
    this.#panes.push(pane);
    for (const identity of groups.keys()) this.#makeNewest(pane, identity);
  }

  /** The panes of the window (from, to], in the order of time; nobody may change them. */
  panesWithin(from: number, to: number): readonly HeldPane[] {
    return this.#panes.filter(({ time }) => within(time, from, to));
  }

  evaluate(from: number, to: number): Groups {
    const result = this.#aggregator.empty();
    for (const pane of this.#panes) {
      if (within(pane.time, from, to)) this.#aggregator.merge(result, pane.groups);
    }
    return result;
  }

  changedKeys(from: number, to: number, previousFrom: number, previousTo: number): Set<KeyIdentity> {
    const changed = new Set<KeyIdentity>();
    for (const pane of this.#panes) {
      if (within(pane.time, from, to) === within(pane.time, previousFrom, previousTo)) continue;
      for (const identity of pane.groups.keys()) changed.add(identity);
    }
    return changed;
  }

  forget(upTo: number): void {
    let count = 0;
    for (const pane of this.#panes) {
      if (pane.time > upTo) break;
      count++;
    }
    for (const pane of this.#panes.splice(0, count)) {
      for (const identity of pane.groups.keys()) {
        if (this.#newestPanes.get(identity) === pane) this.#newestPanes.delete(identity);
      }
    }
  }

  snapshot(): PaneSnapshot {
    const columnCount = this.#aggregator.aggregates.length;
    const panes = this.#panes.map(({ time, groups }) => ({ time, ...rowsOf(groups.values(), columnCount) }));
    return { version: 1, columnCount, panes };
  }

  #makeNewest(pane: Pane, identity: KeyIdentity): void {
    const before = this.#newestPanes.get(identity);
    if (before !== undefined) before.newestOf--;
    this.#newestPanes.set(identity, pane);
    pane.newestOf++;
  }

  /** Rare, as only a batch that is run again replaces a pane: so it may look through the older panes. */
  #dropNewest(pane: Pane): void {
    this.#panes.pop();
    for (const identity of pane.groups.keys()) {
      this.#newestPanes.delete(identity);
      const older = this.#panes.findLast(({ groups }) => groups.has(identity));
      if (older !== undefined) this.#makeNewest(older, identity);
    }
  }
}

function within(time: number, from: number, to: number): boolean {
  return from < time && time <= to;
}

function checkSnapshot(snapshot: PaneSnapshot): void {
  const version: number = snapshot.version;
  if (version !== 1) {
    throw new RangeError(`The window's snapshot has version ${String(version)}, and this program reads version 1; `
      + 'run the program that wrote it, or reset the window.');
  }
  for (const pane of snapshot.panes) {
    checkRows(pane, snapshot.columnCount, `The pane of ${String(pane.time)} in the window's snapshot`);
  }
}

function checkColumns(sources: readonly number[], columnCount: number, aggregateCount: number): void {
  if (sources.length !== aggregateCount) {
    throw new RangeError(`There are ${String(aggregateCount)} aggregates, but columns for ${String(sources.length)}; `
      + 'give each aggregate the index of its old column, or -1 when it is new.');
  }
  for (const source of sources) {
    if (!Number.isInteger(source) || source < NEW_COLUMN || source >= columnCount) {
      throw new RangeError(`The snapshot has ${String(columnCount)} columns, so ${String(source)} is none of them; `
        + 'give an index from 0, or -1 for a new aggregate.');
    }
  }
}
