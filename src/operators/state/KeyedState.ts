import { grownTo } from './grownTo';
import { KeyIndex } from './KeyIndex';
import type { KeyedStateRows, KeyedStateSnapshot } from './KeyedStateSnapshot';
import { LastUpdates } from './LastUpdates';
import { RowOrder } from './RowOrder';
import { PART_ROWS, type StoredPart, StoredParts } from './StoredParts';
import { checkSnapshot, mergedRows } from './storedRows';

/** So many keys are looked up at once: few enough for what belongs to them to stay near to the processor until it is used. */
const READ_AHEAD = 256;

/** A key with its state, as they were when it was asked for. */
export interface KeyedEntry<K, S> {
  readonly key: K;
  readonly state: S;
  /** The batch time (ms since the epoch) at which the key was last set or touched. */
  readonly lastUpdate: number;
}

/** What a batch has changed, change by change, each with what was there before. */
interface Changes<S> {
  readonly rows: number[];
  readonly states: (S | undefined)[];
  /** NaN where there was nothing. */
  readonly times: number[];
  readonly latest: number;
}

/** A part of the state, to be stored by itself. */
export interface PackedPart<K> {
  /** The same object as long as what is stored of it may be used again. */
  readonly part: StoredPart<K>;
  /** Undefined for a part that is kept already. May be called later: what it gives is what was there. */
  readonly rows: (() => KeyedStateRows) | undefined;
}

/**
 * Running state for each key, with the time of its last update. Keys are equal by value (see `keyIdentity`).
 *
 * Between `begin` and `commit` a batch changes the state and writes down what was there before; `rollback` puts that back, as if the
 * batch had never run. State is held, not copied: code that changes a state object in place changes it for good, also when
 * the batch is rolled back.
 *
 * A key has a row, a number, and what is known of it lies in columns. Everything costs what it touches, never the number of
 * keys, except `entries`, `snapshot` and the first `pack`. Times are batch times and never go back.
 */
export class KeyedState<K, S> {
  /** The row of each key, and its state. */
  readonly #index = new KeyIndex<S>();
  readonly #updates = new LastUpdates();
  readonly #appearance = new RowOrder();
  readonly #parts = new StoredParts<K>();
  /** By row. */
  readonly #keys: (K | undefined)[] = [];
  /** By row: counts keys as they appear; a key that was removed and comes again is a new one. */
  #orders = new Float64Array(0);
  /** Rows without a key, for the next ones. */
  readonly #free: number[] = [];
  #size = 0;
  #nextOrder = 0;
  #latest = -Infinity;
  #changes: Changes<S> | undefined;
  /** Rows whose keys the batch has removed: not to be used again before it is committed. */
  #removed: number[] = [];

  /**
   * The state that a snapshot holds; goes on exactly as the original would.
   * @throws RangeError for a snapshot of another version, or a damaged one
   */
  static restore<K, S>(snapshot: KeyedStateSnapshot): KeyedState<K, S> {
    checkSnapshot(snapshot);
    return KeyedState.#of(mergedRows([{ ...snapshot, orders: snapshot.keys.map((_, row) => row), removed: [] }]));
  }

  /**
   * The state that was packed.
   * @param parts in their order
   * @throws RangeError for damaged ones
   */
  static unpack<K, S>(parts: Iterable<KeyedStateRows>): KeyedState<K, S> {
    return KeyedState.#of(mergedRows(parts));
  }

  static #of<K, S>(rows: KeyedStateRows): KeyedState<K, S> {
    const state = new KeyedState<K, S>();
    const { keys, states, lastUpdates, orders } = rows;
    for (const [row, key] of keys.entries()) state.#fill(row, key as K, states[row] as S, orders[row] ?? 0);
    const all = keys.map((_, row) => row);
    const by = (column: readonly number[]) => (one: number, other: number): number => (column[one] ?? 0) - (column[other] ?? 0);
    all.sort(by(orders));
    for (const row of all) state.#appearance.append(row);
    state.#nextOrder = (orders[all.at(-1) ?? -1] ?? -1) + 1;
    all.sort(by(lastUpdates));
    for (const row of all) state.#updates.update(row, lastUpdates[row] ?? 0);
    state.#latest = lastUpdates[all.at(-1) ?? -1] ?? -Infinity;
    state.#size = keys.length;
    return state;
  }

  /** How many keys have state, as the batch sees it. */
  get size(): number {
    return this.#size;
  }

  /** About so many states, from all over the rows. */
  someStates(count: number): readonly S[] {
    const step = Math.max(1, Math.floor(this.#keys.length / count));
    const states: S[] = [];
    for (let row = 0; row < this.#keys.length; row += step) if (this.isPresent(row)) states.push(this.stateAt(row));
    return states;
  }

  /** The row of a key, or -1 for a key without state. Good until the key is removed or the batch ends. */
  rowOf(key: K): number {
    return this.#index.find(key);
  }

  /**
   * Calls a function for each item, in their order, with the row that its key has then, or -1. What the function will want is
   * looked up and read for many items at once, which takes much less time than one by one. For use within a batch.
   * @param use may change the state
   */
  forEachRow<Item>(items: readonly Item[], keyOf: (item: Item) => K, use: (item: Item, row: number) => void): void {
    for (let first = 0; first < items.length; first += READ_AHEAD) {
      const some = items.slice(first, first + READ_AHEAD);
      const rows = this.#index.findAll(some.map(keyOf));
      this.#updates.readAhead(rows);
      for (const [place, item] of some.entries()) {
        const row = rows[place] ?? -1;
        // What was done for items before this one may have brought the key or removed it.
        use(item, row >= 0 && this.isPresent(row) ? row : this.rowOf(keyOf(item)));
      }
    }
  }

  /** Whether the key that had this row in this batch has it still. */
  isPresent(row: number): boolean {
    return !Number.isNaN(this.#updates.timeOf(row));
  }

  /** The state of a key that is present. */
  stateAt(row: number): S {
    return this.#index.valueOf(row) as S;
  }

  /** As `set`, for a key that is present. */
  setAt(row: number, state: S, time: number): void {
    this.#advance(time);
    this.#note(row);
    this.#index.setValue(row, state);
    this.#updates.update(row, time);
    this.#parts.changed(row);
  }

  /** As `remove`, for a key that is present. */
  removeAt(row: number): void {
    this.#note(row);
    this.#take(row);
    if (this.#changes === undefined) this.#forget(row);
    else this.#removed.push(row);
  }

  /** The key's entry, or undefined for a key without state. */
  get(key: K): KeyedEntry<K, S> | undefined {
    const row = this.rowOf(key);
    return row < 0 ? undefined : this.#entryAt(row);
  }

  has(key: K): boolean {
    return this.rowOf(key) >= 0;
  }

  /**
   * Gives a key its state.
   * @param time the batch time, ms since the epoch; not before that of any earlier change
   * @throws RangeError for an earlier time
   */
  set(key: K, state: S, time: number): void {
    const row = this.rowOf(key);
    if (row >= 0) this.setAt(row, state, time);
    else this.#add(key, state, time);
  }

  /**
   * Puts off the key's expiry without changing its state. Does nothing for a key without state.
   * @param time as for `set`
   */
  touch(key: K, time: number): void {
    const row = this.rowOf(key);
    if (row >= 0) this.setAt(row, this.stateAt(row), time);
  }

  /** Forgets a key. @returns whether it had state */
  remove(key: K): boolean {
    const row = this.rowOf(key);
    if (row >= 0) this.removeAt(row);
    return row >= 0;
  }

  /** The keys last updated strictly before a time: the longest ago first, among equals in the order of first appearance. */
  expired(before: number): KeyedEntry<K, S>[] {
    const orderOf = (row: number): number => this.#orders[row] ?? 0;
    // A row that went from one key to another within a batch time is there twice.
    return this.#updates.before(before).flatMap((rows) => [...new Set(rows)]
      .sort((one, other) => orderOf(one) - orderOf(other))
      .map((row) => this.#entryAt(row)));
  }

  /**
   * All keys with their state, in the order of first appearance, which depends on the input alone. Nothing may change
   * meanwhile.
   */
  *entries(): Generator<KeyedEntry<K, S>, void, undefined> {
    for (const row of this.#appearance.rows()) yield this.#entryAt(row);
  }

  /**
   * Begins a batch: what follows can be taken back until `commit` or `rollback`.
   * @throws RangeError when a batch has begun already
   */
  begin(): void {
    if (this.#changes !== undefined) throw new RangeError('A batch has begun already; commit it or roll it back first.');
    this.#changes = { rows: [], states: [], times: [], latest: this.#latest };
  }

  /** Makes the batch's changes last. */
  commit(): void {
    const { rows } = this.#endBatch('commit');
    for (const row of this.#removed) this.#forget(row);
    this.#removed = [];
    this.#updates.tidy(2 * rows.length, this.#size);
  }

  /** Drops the batch's changes. */
  rollback(): void {
    const { rows, states, times, latest } = this.#endBatch('roll back');
    for (let change = rows.length - 1; change >= 0; change--) {
      const row = rows[change] ?? 0;
      const time = times[change] ?? NaN;
      if (Number.isNaN(time)) {
        this.#take(row);
        this.#release(row);
      } else {
        if (!this.isPresent(row)) this.#putBack(row);
        this.#index.setValue(row, states[change]);
        this.#updates.restore(row, time);
      }
    }
    this.#updates.forget(latest);
    this.#latest = latest;
    this.#removed = [];
  }

  /** Runs a batch: its changes last when the function returns, and are dropped when it throws. */
  atomically<R>(batch: () => R): R {
    this.begin();
    let result: R;
    try {
      result = batch();
    } catch (thrown) {
      this.rollback();
      throw thrown;
    }
    this.commit();
    return result;
  }

  /**
   * All that is held, as data: plain data, where keys and states are. It shares them with this state.
   * @throws RangeError within a batch
   */
  snapshot(): KeyedStateSnapshot {
    this.#mustBeBetweenBatches('A snapshot');
    const { keys, states, lastUpdates } = this.#columnsOf(this.#appearance.rows(), []);
    return { version: 1, keys, states, lastUpdates };
  }

  /**
   * All that is held, in parts to be stored. The cost is what has changed since the call before, as far as what was stored then is kept.
   * @param isKept whether what was stored of a part, by whoever asks now, is still there
   * @throws RangeError within a batch
   */
  pack(isKept: (part: object) => boolean): readonly PackedPart<K>[] {
    this.#mustBeBetweenBatches('A pack');
    const { rows, removed } = this.#parts.begin(isKept, this.#size);
    const packed: PackedPart<K>[] = this.#parts.parts.map((part) => ({ part, rows: undefined }));
    const present = this.#presentOf(rows ?? this.#keys.keys());
    for (let first = 0; first < present.length || (first === 0 && removed.length > 0); first += PART_ROWS) {
      const part = this.#parts.add(present.slice(first, first + PART_ROWS), first === 0 ? removed : []);
      const columns = this.#columnsOf(part.rows, part.removed);
      packed.push({ part, rows: () => columns });
    }
    return packed;
  }

  #entryAt(row: number): KeyedEntry<K, S> {
    return { key: this.#keys[row] as K, state: this.#index.valueOf(row) as S, lastUpdate: this.#updates.timeOf(row) };
  }

  #presentOf(rows: Iterable<number>): number[] {
    const present: number[] = [];
    for (const row of rows) if (this.isPresent(row)) present.push(row);
    return present;
  }

  #columnsOf(rows: Iterable<number>, removed: readonly K[]): KeyedStateRows {
    const columns = { keys: [] as unknown[], states: [] as unknown[], lastUpdates: [] as number[], orders: [] as number[], removed };
    for (const row of rows) {
      columns.keys.push(this.#keys[row]);
      columns.states.push(this.#index.valueOf(row));
      columns.lastUpdates.push(this.#updates.timeOf(row));
      columns.orders.push(this.#orders[row] ?? 0);
    }
    return columns;
  }

  #mustBeBetweenBatches(what: string): void {
    if (this.#changes === undefined) return;
    throw new RangeError(`${what} cannot be taken within a batch; commit it or roll it back first.`);
  }

  #advance(time: number): void {
    if (!Number.isFinite(time)) throw new RangeError(`The time of an update must be a batch time in ms, not ${String(time)}.`);
    if (time < this.#latest) {
      throw new RangeError(`The update of ${String(time)} comes too late, after one of ${String(this.#latest)}; `
        + 'change state in the order of batch time.');
    }
    this.#latest = time;
  }

  /** Writes down what a row has, before it changes. */
  #note(row: number): void {
    const changes = this.#changes;
    if (changes === undefined) return;
    changes.rows.push(row);
    changes.states.push(this.#index.valueOf(row));
    changes.times.push(this.#updates.timeOf(row));
  }

  #add(key: K, state: S, time: number): void {
    this.#advance(time);
    const row = this.#free.pop() ?? this.#keys.length;
    this.#note(row);
    this.#fill(row, key, state, this.#nextOrder++);
    this.#appearance.append(row);
    this.#updates.update(row, time);
    this.#parts.added(row);
    this.#size++;
  }

  #fill(row: number, key: K, state: S, order: number): void {
    this.#index.add(key, row);
    this.#keys[row] = key;
    this.#index.setValue(row, state);
    this.#orders = grownTo(row, this.#orders);
    this.#orders[row] = order;
  }

  /** Nothing finds the row any more, and what it has stays. */
  #take(row: number): void {
    this.#index.delete(row);
    this.#appearance.remove(row);
    this.#updates.remove(row);
    this.#size--;
  }

  #putBack(row: number): void {
    this.#index.add(this.#keys[row], row);
    this.#appearance.putBack(row);
    this.#size++;
  }

  /** What was taken is not put back any more. */
  #forget(row: number): void {
    this.#parts.removed(row, this.#keys[row] as K);
    this.#release(row);
  }

  /** Makes a row that was taken ready for another key. */
  #release(row: number): void {
    this.#keys[row] = undefined;
    this.#index.setValue(row, undefined);
    this.#free.push(row);
  }

  #endBatch(what: string): Changes<S> {
    const changes = this.#changes;
    if (changes === undefined) throw new RangeError(`There is no batch to ${what}; begin one first.`);
    this.#changes = undefined;
    return changes;
  }
}
