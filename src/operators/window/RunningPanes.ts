import type { KeyIdentity } from '../keys';
import type { Group, Groups, KeyedAggregator } from './KeyedGroups';
import type { KeyedWindow } from './KeyedWindow';
import { MergedPanes } from './MergedPanes';
import { checkRows, groupsOf, rowsOf } from './paneRows';
import type { PaneSnapshot, RunningSnapshot } from './PaneSnapshot';

/** The group of a key over the window that was evaluated last. */
interface Running {
  readonly group: Group;
  /** For each pane that has the key where it comes among all keys of all panes, ascending; those before `first` have left. */
  readonly places: number[];
  first: number;
}

/** What is known of the window (from, to]. */
interface Evaluated {
  readonly from: number;
  readonly to: number;
  /** In the order in which their keys come in the panes of the window. */
  keys: Map<KeyIdentity, Running>;
}

/** So many places that have left are kept before the list is shortened. */
const MOST_LEFT = 64;

/**
 * The inverse form of a keyed window, for aggregates that can all subtract: from one evaluation to the next, the panes that
 * left are taken out of a running group for each key, and the new ones are merged in. Costs, per evaluation, the keys of
 * those panes and the keys of the window, however long it is; in return, there is one more group for each key.
 *
 * The panes remain the truth. Where a partial cannot be subtracted (`Aggregate.subtract` gives undefined), where the newest
 * pane is replaced, and where two windows do not overlap, groups are merged from their panes. Results are those of `MergedPanes`,
 * the order of the keys too, as far as subtracting is the exact inverse of merging.
 */
export class RunningPanes implements KeyedWindow {
  readonly #aggregator: KeyedAggregator;
  readonly #panes: MergedPanes;
  #evaluated: Evaluated | undefined;
  /** Where the next key of a pane comes. */
  #place = 0;

  /** @param panes whose aggregates all subtract, by the same aggregator */
  constructor(aggregator: KeyedAggregator, panes = new MergedPanes(aggregator)) {
    this.#aggregator = aggregator;
    this.#panes = panes;
  }

  /**
   * Goes on with the running groups that `running` gave; the window's own from now on.
   * @param panes those that there were then
   * @throws RangeError where they do not fit to the panes
   */
  static restore(aggregator: KeyedAggregator, panes: MergedPanes, { from, to, ...rows }: RunningSnapshot): RunningPanes {
    checkRows(rows, aggregator.aggregates.length, 'The running window in the snapshot');
    const groups = groupsOf(rows, aggregator, aggregator.aggregates.map((_, index) => index));
    const restored = new RunningPanes(aggregator, panes);
    const keys = new Map<KeyIdentity, Running>();
    for (const pane of panes.panesWithin(from, to)) {
      for (const identity of pane.groups.keys()) {
        const group = groups.get(identity);
        const running = keys.get(identity);
        if (running !== undefined) running.places.push(restored.#place++);
        else if (group !== undefined) keys.set(identity, { group, places: [restored.#place++], first: 0 });
        else throw damaged(`lacks a key of its pane of ${String(pane.time)}`);
      }
    }
    if (keys.size !== groups.size) throw damaged('has keys that no pane of it has');
    restored.#evaluated = { from, to, keys };
    return restored;
  }

  get paneTimes(): readonly number[] {
    return this.#panes.paneTimes;
  }

  get keyCount(): number {
    return this.#panes.keyCount;
  }

  keysAfter(from: number): number {
    return this.#panes.keysAfter(from);
  }

  hasKeyAfter(identity: KeyIdentity, from: number): boolean {
    return this.#panes.hasKeyAfter(identity, from);
  }

  addPane(time: number, groups: Groups): void {
    this.#panes.addPane(time, groups);
    if (this.#evaluated !== undefined && time <= this.#evaluated.to) this.#evaluated = undefined;
  }

  evaluate(from: number, to: number): Groups {
    const before = this.#evaluated;
    // A failure on the way must not leave half a window behind.
    this.#evaluated = undefined;
    const continues = before !== undefined && before.from <= from && from < before.to && before.to <= to;
    const keys = continues ? this.#moved(before, from, to) : this.#fresh(from, to);
    this.#evaluated = { from, to, keys };
    const result = this.#aggregator.empty();
    for (const [identity, { group }] of keys) result.set(identity, this.#aggregator.copy(group));
    return result;
  }

  changedKeys(from: number, to: number, previousFrom: number, previousTo: number): Set<KeyIdentity> {
    return this.#panes.changedKeys(from, to, previousFrom, previousTo);
  }

  forget(upTo: number): void {
    this.#panes.forget(upTo);
    // What has not been subtracted yet cannot be any more.
    if (this.#evaluated !== undefined && upTo > this.#evaluated.from) this.#evaluated = undefined;
  }

  snapshot(): PaneSnapshot {
    return this.#panes.snapshot();
  }

  /** The running groups as plain data, undefined where there are none. Copied, since they go on changing. */
  running(): RunningSnapshot | undefined {
    if (this.#evaluated === undefined) return undefined;
    const { from, to, keys } = this.#evaluated;
    const groups = Array.from(keys.values(), ({ group }) => this.#aggregator.copy(group));
    return { from, to, ...rowsOf(groups, this.#aggregator.aggregates.length) };
  }

  #fresh(from: number, to: number): Map<KeyIdentity, Running> {
    const keys = new Map<KeyIdentity, Running>();
    this.#enter(keys, from, to);
    return keys;
  }

  #moved({ from: oldFrom, to: oldTo, keys }: Evaluated, from: number, to: number): Map<KeyIdentity, Running> {
    /** Keys whose first pane has left, while others have them still: they come later now. */
    let moved = false;
    const broken = new Set<KeyIdentity>();
    for (const pane of this.#panes.panesWithin(oldFrom, from)) {
      for (const [identity, part] of pane.groups) {
        const running = keys.get(identity);
        if (running === undefined) continue;
        running.first++;
        if (running.first === running.places.length) {
          keys.delete(identity);
          broken.delete(identity);
          continue;
        }
        moved = true;
        if (!broken.has(identity) && !this.#aggregator.subtract(running.group, part)) broken.add(identity);
        if (running.first > MOST_LEFT && running.first > running.places.length / 2) {
          running.places.splice(0, running.first);
          running.first = 0;
        }
      }
    }
    for (const identity of broken) this.#mergeAgain(keys, identity, from, oldTo);
    this.#enter(keys, oldTo, to);
    return moved ? sorted(keys) : keys;
  }

  /** Merges the panes of (from, to] in. */
  #enter(keys: Map<KeyIdentity, Running>, from: number, to: number): void {
    for (const { groups } of this.#panes.panesWithin(from, to)) {
      for (const [identity, part] of groups) {
        const running = keys.get(identity);
        if (running === undefined) {
          keys.set(identity, { group: this.#aggregator.copy(part), places: [this.#place++], first: 0 });
        } else {
          this.#aggregator.mergeGroup(running.group, part);
          running.places.push(this.#place++);
        }
      }
    }
  }

  #mergeAgain(keys: Map<KeyIdentity, Running>, identity: KeyIdentity, from: number, to: number): void {
    const running = keys.get(identity);
    if (running === undefined) return;
    let group: Group | undefined;
    for (const { groups } of this.#panes.panesWithin(from, to)) {
      const part = groups.get(identity);
      if (part === undefined) continue;
      if (group === undefined) group = this.#aggregator.copy(part);
      else this.#aggregator.mergeGroup(group, part);
    }
    if (group !== undefined) keys.set(identity, { ...running, group });
  }
}

function sorted(keys: ReadonlyMap<KeyIdentity, Running>): Map<KeyIdentity, Running> {
  const place = ({ places, first }: Running): number => places[first] ?? 0;
  return new Map([...keys].sort(([, one], [, other]) => place(one) - place(other)));
}

function damaged(how: string): RangeError {
  return new RangeError(`The running window in the snapshot ${how}: the snapshot is damaged; restore an older one, or reset the window.`);
}
