import type { Aggregate } from '../aggregates/Aggregate';
import { type KeyIdentity, keyIdentity } from '../keys';
import { checkColumns, checkSnapshot } from './checkSnapshot';
import { copyOf } from './copyPartial';
import { HeldPanes, type StoredPane } from './HeldPanes';
import { type Integers, integersOf } from './integers';
import type { Group, Groups, KeyedAggregator } from './KeyedGroups';
import { KeyTable } from './KeyTable';
import { joined, type Pane, paneOf, withColumns } from './Pane';
import { groupsOf } from './paneRows';
import type { PaneSnapshot, RunningSnapshot } from './PaneSnapshot';
import { PaneTree } from './PaneTree';
import { columnOf, OBJECT_BYTES } from './PartialColumn';
import { type KeyedColumn, type MergedRows, RowMerger, type WantedKeys } from './RowMerger';
import { RunningPartials } from './RunningPartials';

/** What windows are asked for: how long they are, and that they end at the multiples of the slide; ms. */
export interface WindowShape {
  readonly length: number;
  readonly slide: number;
}

/** What a window has of a key: one partial for each aggregate. */
export type WindowRow = Pick<Group, 'key' | 'partials'>;

export type WindowRows = ReadonlyMap<KeyIdentity, WindowRow>;

/** What a key takes with its number and its places in the tables, bytes; about. */
const KEY_BYTES = 100;

/** The window (from, to] that was evaluated last. */
interface Evaluated {
  readonly from: number;
  readonly to: number;
  readonly running: RunningPartials;
}

/**
 * The recent batches of a keyed window, as panes, from which windows of batch time are put together.
 * Batches that no window tells apart are one pane: panes are as long as the greatest common divisor of the windows' length and
 * slide.
 *
 * A window costs the same however long it is. Aggregates that can subtract have a running partial for each key, out of which
 * the panes that left are taken, and into which the new ones are merged. The others have a tree over the panes (`PaneTree`), and so
 * have all where windows do not overlap, as there is nothing to go on from then.
 *
 * The panes remain the truth. Where a partial cannot be subtracted (`Aggregate.subtract` gives undefined), where the newest
 * pane is replaced, and where two windows do not overlap, running partials are merged from their panes.
 *
 * Times are batch times in ms. A window is written (from, to]: it has the panes with from < time <= to.
 */
export class PanedWindow {
  readonly #aggregator: KeyedAggregator;
  readonly #shape: WindowShape;
  readonly #paneLength: number;
  readonly #panes: HeldPanes;
  readonly #merger = new RowMerger();
  /** The keys of the panes: which a window has, and in which order. */
  readonly #keys: PaneTree<Integers>;
  /** For each aggregate that does not run its partials. */
  readonly #trees: readonly (PaneTree<KeyedColumn> | undefined)[];
  #evaluated: Evaluated | undefined;

  /** @param aggregator may be renewed with aggregates that can subtract, and are packed, as those before */
  constructor(aggregator: KeyedAggregator, shape: WindowShape, table = new KeyTable()) {
    this.#aggregator = aggregator;
    this.#shape = shape;
    this.#paneLength = greatestCommonDivisor(shape.length, shape.slide);
    this.#panes = new HeldPanes(table);
    const longest = shape.length / this.#paneLength;
    this.#keys = new PaneTree({ combine: (parts) => integersOf(this.#union(parts)), size: (ids) => ids.length }, longest);
    this.#trees = aggregator.aggregates.map((aggregate, index) => {
      if (runs(aggregate, shape)) return undefined;
      const combine = (parts: readonly KeyedColumn[]): KeyedColumn => this.#combined(parts, this.#aggregates[index] ?? aggregate);
      return new PaneTree({ combine, size: ({ partials }) => partials.size }, longest);
    });
  }

  /**
   * A window with the panes of a snapshot, for aggregates that may have changed since. Aggregates that stay keep their past;
   * a new one starts empty with the panes that are still to come.
   * @param columns for each of the aggregates its index among those of the snapshot, or -1 when it is new; left out when they are
   *   the same, and running partials are to go on
   * @throws RangeError when the snapshot, the aggregates and the columns do not fit together
   */
  static restore(
    snapshot: PaneSnapshot,
    aggregator: KeyedAggregator,
    shape: WindowShape,
    columns?: readonly number[],
  ): PanedWindow {
    const sources = columns ?? Array.from({ length: snapshot.columnCount }, (_, index) => index);
    checkSnapshot(snapshot);
    checkColumns(sources, snapshot.columnCount, aggregator.aggregates.length);
    const restored = new PanedWindow(aggregator, shape);
    for (const pane of snapshot.panes) restored.addPane(pane.time, groupsOf(pane, aggregator, sources));
    if (columns === undefined && snapshot.running !== undefined) restored.#goOnFrom(snapshot.running);
    return restored;
  }

  /** The same panes for other aggregates, as `restore` makes them from a snapshot. This window is not to be used any more. */
  withColumns(aggregator: KeyedAggregator, columns: readonly number[]): PanedWindow {
    checkColumns(columns, this.#aggregates.length, aggregator.aggregates.length);
    const changed = new PanedWindow(aggregator, this.#shape, this.#panes.table);
    for (const pane of this.#panes.all) changed.#add(withColumns(pane, aggregator.aggregates, columns));
    return changed;
  }

  /** The times of the panes held, ascending; of a pane with several batches that of the newest. */
  get paneTimes(): readonly number[] {
    return this.#panes.all.map(({ time }) => time);
  }

  get newestTime(): number | undefined {
    return this.#panes.newest(1)[0]?.time;
  }

  /** How many different keys the panes held have. */
  get keyCount(): number {
    return this.#panes.table.size;
  }

  /** About how many bytes of memory it takes. Costs a look at each pane, and none at their rows. */
  get bytes(): number {
    const { table, all } = this.#panes;
    let bytes = table.size * KEY_BYTES;
    for (const { ids, records, columns } of all) {
      bytes += ids.byteLength + records.byteLength;
      for (const column of columns) bytes += column.bytes;
    }
    for (const ids of this.#keys.blocks()) bytes += ids.byteLength;
    for (const tree of this.#trees) for (const { ids, partials } of tree?.blocks() ?? []) bytes += ids.byteLength + partials.bytes;
    const running = this.#evaluated?.running.columns.filter((column) => column !== undefined).length ?? 0;
    return bytes + table.size * running * OBJECT_BYTES;
  }

  /** How many different keys the panes with time > from have. */
  keysAfter(from: number): number {
    return this.#panes.keysAfter(from);
  }

  /** Whether a pane with time > from has the key. */
  hasKeyAfter(identity: KeyIdentity, from: number): boolean {
    return this.#panes.hasKeyAfter(identity, from);
  }

  /**
   * Takes in the groups of a batch. A batch without records may be left out or have an empty pane.
   * @param time later than all panes so far; or that of the newest batch, which is then replaced: it was run again
   * @param groups nobody may change them from now on
   * @throws RangeError for an earlier time
   */
  addPane(time: number, groups: Groups): void {
    if (!Number.isFinite(time)) {
      throw new RangeError(`The time of a pane must be a batch time in ms, not ${String(time)}.`);
    }
    const newest = this.newestTime;
    if (newest !== undefined && time < newest) {
      throw new RangeError(`The pane of ${String(time)} comes too late, after that of ${String(newest)}; `
        + 'add panes in the order of batch time.');
    }
    if (newest === time) {
      this.#panes.dropNewest();
      for (const tree of this.#allTrees()) tree.dropNewest();
    }
    this.#add(paneOf(time, groups, this.#aggregates, this.#panes.table));
  }

  /**
   * What the window (from, to] has, merged in the order of time; keys in the order in which they come in its panes. Good until
   * the window is changed or asked again; nobody may change it.
   * @param only of these keys; of all when left out
   */
  evaluate(from: number, to: number, only?: ReadonlySet<KeyIdentity>): WindowRows {
    const running = this.#aggregates.some((aggregate) => runs(aggregate, this.#shape)) ? this.#runTo(from, to) : undefined;
    const { table } = this.#panes;
    const wanted = only === undefined ? undefined : new Set(Array.from(only, (identity) => table.idOf(identity)));
    const ids = this.#union(this.#within(this.#keys, from, to), wanted);
    const columns = this.#aggregates.map((aggregate, index) => {
      const tree = this.#trees[index];
      return tree === undefined ? undefined : this.#merged(this.#within(tree, from, to), aggregate, wanted).partials;
    });
    const rows = new Map<KeyIdentity, { key: unknown; partials: unknown[] }>();
    ids.forEach((id, row) => {
      const partials = columns.map((column, index) => (column === undefined ? running?.columns[index]?.[id] : column[row]));
      rows.set(table.identity(id), { key: table.key(id), partials });
    });
    return rows;
  }

  /**
   * The keys whose rows may differ between the windows (previousFrom, previousTo] and (from, to]: those with a record in a
   * pane that is in only one of the two. Ask before the panes that left are forgotten. For a first window, give an empty
   * previous one: previousFrom = previousTo.
   */
  changedKeys(from: number, to: number, previousFrom: number, previousTo: number): Set<KeyIdentity> {
    const changed = new Set<KeyIdentity>();
    const bounds = [from, to, previousFrom, previousTo].sort((one, other) => one - other);
    for (let part = 0; part < 3; part++) {
      const [start = 0, end = 0] = [bounds[part], bounds[part + 1]];
      const isIn = from <= start && end <= to;
      const wasIn = previousFrom <= start && end <= previousTo;
      if (isIn === wasIn) continue;
      for (const { ids } of this.#panes.between(start, end)) {
        for (const id of ids) changed.add(this.#panes.table.identity(id));
      }
    }
    return changed;
  }

  /** Drops the panes with time <= upTo: no later window may reach back to them. */
  forget(upTo: number): void {
    const count = this.#panes.forget(upTo);
    for (const tree of this.#allTrees()) tree.forget(count);
    // What has not been subtracted yet cannot be any more.
    if (this.#evaluated !== undefined && upTo > this.#evaluated.from) this.#evaluated = undefined;
  }

  /** The panes, to be stored; what their data is does not change any more, whatever happens to the window. */
  storedPanes(): readonly StoredPane[] {
    return this.#panes.stored();
  }

  /** The running partials as plain data, undefined where there are none. Copied, since they go on changing. */
  storedRunning(): RunningSnapshot | undefined {
    if (this.#evaluated === undefined) return undefined;
    const { from, to, running } = this.#evaluated;
    const ids = this.#union(this.#within(this.#keys, from, to));
    return {
      from,
      to,
      keys: ids.map((id) => this.#panes.table.key(id)),
      records: ids.map((id) => running.records[id] ?? 0),
      columns: this.#aggregates.map((aggregate, index) => {
        const column = running.columns[index];
        return column === undefined ? null : ids.map((id) => copyOf(aggregate, column[id]));
      }),
    };
  }

  get #aggregates(): readonly Aggregate[] {
    return this.#aggregator.aggregates;
  }

  #goOnFrom({ from, to, keys, records, columns }: RunningSnapshot): void {
    // Where others run than did then, all begin with the panes.
    if (columns.some((column, index) => (column === null) !== (this.#trees[index] !== undefined))) return;
    const running = this.#noneRunning();
    keys.forEach((key, row) => {
      const id = this.#panes.table.intern(keyIdentity(key), key);
      running.records[id] = records[row] ?? 0;
      running.columns.forEach((column, index) => {
        if (column !== undefined) column[id] = columns[index]?.[row];
      });
    });
    this.#evaluated = { from, to, running };
  }

  /** The running partials of the window (from, to]. */
  #runTo(from: number, to: number): RunningPartials {
    const before = this.#evaluated;
    // A failure on the way must not leave half a window behind.
    this.#evaluated = undefined;
    const goesOn = before !== undefined && before.from <= from && from < before.to && before.to <= to;
    const { running, ...last } = goesOn ? before : { from, to: from, running: this.#noneRunning() };
    running.move(this.#aggregates, {
      leaving: this.#panes.between(last.from, from),
      staying: this.#panes.between(from, last.to),
      entering: this.#panes.between(last.to, to),
    });
    this.#evaluated = { from, to, running };
    return running;
  }

  #noneRunning(): RunningPartials {
    return new RunningPartials(this.#trees.map((tree) => tree === undefined));
  }

  #add(pane: Pane): void {
    this.#settle();
    if (this.#evaluated !== undefined && pane.time <= this.#evaluated.to) this.#evaluated = undefined;
    this.#panes.push(pane);
    this.#append(pane);
  }

  /** Makes one of the two last panes where no window tells them apart. Not before the next comes, since the last may be replaced. */
  #settle(): void {
    const [older, newer] = this.#panes.newest(2);
    if (older === undefined || newer === undefined || this.#indexOf(older) !== this.#indexOf(newer)) return;
    const pane = joined(older, newer, this.#aggregates, (parts, aggregate) => this.#merged(parts, aggregate));
    this.#panes.replaceTwo(pane);
    for (const tree of this.#allTrees()) {
      tree.dropNewest();
      tree.dropNewest();
    }
    this.#append(pane);
  }

  #append(pane: Pane): void {
    const index = this.#indexOf(pane);
    this.#keys.append(index, pane.ids);
    pane.columns.forEach((partials, column) => this.#trees[column]?.append(index, { ids: pane.ids, partials }));
  }

  #allTrees(): readonly PaneTree<unknown>[] {
    return [this.#keys, ...this.#trees].filter((tree) => tree !== undefined);
  }

  /** Of the bounds between panes, which are the multiples of their length, the first one at or behind it, as a whole number. */
  #indexOf(pane: Pane): number {
    return Math.ceil(pane.time / this.#paneLength);
  }

  #within<Rows>(tree: PaneTree<Rows>, from: number, to: number): readonly Rows[] {
    return tree.within(Math.floor(from / this.#paneLength) + 1, Math.floor(to / this.#paneLength));
  }

  #union(parts: readonly Integers[], only?: WantedKeys): readonly number[] {
    return this.#merger.union(parts, this.#panes.table.bound, only);
  }

  #merged(parts: readonly KeyedColumn[], aggregate: Aggregate, only?: WantedKeys): MergedRows {
    return this.#merger.merge(parts, aggregate, this.#panes.table.bound, only);
  }

  #combined(parts: readonly KeyedColumn[], aggregate: Aggregate): KeyedColumn {
    const { ids, partials } = this.#merged(parts, aggregate);
    return { ids: integersOf(ids), partials: columnOf(aggregate, partials) };
  }
}

/** Whether the partials of an aggregate are carried on from window to window. */
function runs(aggregate: Aggregate, { length, slide }: WindowShape): boolean {
  return aggregate.subtract !== undefined && length > slide;
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}
