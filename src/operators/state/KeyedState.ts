import { keyIdentity } from '../keys';
import type { KeyIdentity } from '../keys';
import type { KeyedStateSnapshot } from './KeyedStateSnapshot';

/** A key with its state. Belongs to the `KeyedState`: read it at once, and do not keep it beyond the next change. */
export interface KeyedEntry<K, S> {
  readonly key: K;
  readonly state: S;
  /** The batch time (ms since the epoch) at which the key was last set or touched. */
  readonly lastUpdate: number;
}

/** What is committed, in two orders at once: the map has first appearance, the links have the last update. */
interface Committed<K, S> {
  readonly identity: KeyIdentity;
  readonly key: K;
  state: S;
  lastUpdate: number;
  /** Counts keys as they appear. */
  readonly order: number;
  older: Committed<K, S> | undefined;
  newer: Committed<K, S> | undefined;
}

/** What a batch has made of a key so far. */
interface Staged<K, S> {
  readonly key: K;
  state: S;
  lastUpdate: number;
  readonly order: number;
  /** False once the batch has removed the key. */
  present: boolean;
  /** The committed entry that it changes, or undefined for a key that appeared, perhaps again, in this batch. */
  readonly changes: Committed<K, S> | undefined;
}

/**
 * Running state for each key, with the time of its last update. Keys are equal by value (see `keyIdentity`).
 *
 * Between `begin` and `commit` a batch works on an overlay: it sees its own changes, and `rollback` drops them as if it had
 * never run. State is held, not copied: code that changes a state object in place changes it for good, also when the
 * batch is rolled back.
 *
 * Everything costs what it touches, never the number of keys, except `entries` and `snapshot`. Times are batch times and
 * never go back, which is why the keys to expire are found at one end of a list and nothing is searched through.
 */
export class KeyedState<K, S> {
  /** In the order of first appearance; a key that was removed and comes again is a new one. */
  readonly #committed = new Map<KeyIdentity, Committed<K, S>>();
  /** The two ends of the list by last update. */
  #oldest: Committed<K, S> | undefined;
  #newest: Committed<K, S> | undefined;
  /** In the order of first appearance as far as keys are new in this batch. */
  #staged: Map<KeyIdentity, Staged<K, S>> | undefined;
  /** By how much the batch has changed the number of keys. */
  #stagedGrowth = 0;
  #nextOrder = 0;
  #latest = -Infinity;
  #latestBeforeBatch = -Infinity;

  /**
   * The state that a snapshot holds; goes on exactly as the original would.
   * @throws RangeError for a snapshot of another version, or a damaged one
   */
  static restore<K, S>(snapshot: KeyedStateSnapshot): KeyedState<K, S> {
    checkSnapshot(snapshot);
    const restored = new KeyedState<K, S>();
    const rows = snapshot.keys.map((_, row) => row);
    for (const row of rows) {
      const key = snapshot.keys[row] as K;
      restored.#insert(keyIdentity(key), key, snapshot.states[row] as S, snapshot.lastUpdates[row] ?? 0, row);
    }
    if (restored.#committed.size !== rows.length) {
      throw new RangeError("The state's snapshot has a key twice: it is damaged; restore an older one, or reset the state.");
    }
    restored.#nextOrder = rows.length;
    // Linked by time only now: rows come in the order of first appearance.
    const byTime = [...restored.#committed.values()].sort((first, second) => first.lastUpdate - second.lastUpdate);
    for (const entry of byTime) restored.#link(entry);
    restored.#latest = restored.#newest?.lastUpdate ?? -Infinity;
    return restored;
  }

  /** How many keys have state, as the batch sees it. */
  get size(): number {
    return this.#committed.size + this.#stagedGrowth;
  }

  /** The key's entry, or undefined for a key without state. */
  get(key: K): KeyedEntry<K, S> | undefined {
    const identity = keyIdentity(key);
    const staged = this.#staged?.get(identity);
    if (staged !== undefined) return staged.present ? staged : undefined;
    return this.#committed.get(identity);
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  /**
   * Gives a key its state.
   * @param time the batch time, ms since the epoch; not before that of any earlier change
   * @throws RangeError for an earlier time
   */
  set(key: K, state: S, time: number): void {
    this.#advance(time);
    const identity = keyIdentity(key);
    if (this.#staged === undefined) this.#setCommitted(identity, key, state, time);
    else this.#setStaged(this.#staged, identity, key, state, time);
  }

  /**
   * Puts off the key's expiry without changing its state. Does nothing for a key without state.
   * @param time as for `set`
   */
  touch(key: K, time: number): void {
    const entry = this.get(key);
    if (entry !== undefined) this.set(key, entry.state, time);
  }

  /** Forgets a key. @returns whether it had state */
  remove(key: K): boolean {
    const identity = keyIdentity(key);
    const staged = this.#staged;
    const committed = this.#committed.get(identity);
    if (staged === undefined) {
      if (committed === undefined) return false;
      this.#committed.delete(identity);
      this.#unlink(committed);
      return true;
    }
    const present = staged.get(identity);
    if (present === undefined) {
      if (committed === undefined) return false;
      const { state, lastUpdate, order } = committed;
      staged.set(identity, { key, state, lastUpdate, order, present: false, changes: committed });
    } else {
      if (!present.present) return false;
      present.present = false;
    }
    this.#stagedGrowth--;
    return true;
  }

  /** The keys last updated strictly before a time: the longest ago first, among equals in the order of first appearance. */
  expired(before: number): KeyedEntry<K, S>[] {
    const found: (Committed<K, S> | Staged<K, S>)[] = [];
    for (let entry = this.#oldest; entry !== undefined && entry.lastUpdate < before; entry = entry.newer) {
      if (this.#staged?.has(entry.identity) !== true) found.push(entry);
    }
    // What the batch changed has its times, which are hardly ever that old.
    if (this.#staged !== undefined && before > this.#latestBeforeBatch) {
      for (const staged of this.#staged.values()) {
        if (staged.present && staged.lastUpdate < before) found.push(staged);
      }
    }
    return found.sort((first, second) => first.lastUpdate - second.lastUpdate || first.order - second.order);
  }

  /**
   * All keys with their state, in the order of first appearance, which depends on the input alone. Nothing may change
   * meanwhile.
   */
  *entries(): Generator<KeyedEntry<K, S>, void, undefined> {
    const staged = this.#staged;
    if (staged === undefined) {
      yield* this.#committed.values();
      return;
    }
    for (const entry of this.#committed.values()) {
      const change = staged.get(entry.identity);
      if (change === undefined) yield entry;
      else if (change.present && change.changes !== undefined) yield change;
    }
    for (const change of staged.values()) {
      if (change.present && change.changes === undefined) yield change;
    }
  }

  /**
   * Begins a batch: what follows is staged until `commit` or `rollback`.
   * @throws RangeError when a batch has begun already
   */
  begin(): void {
    if (this.#staged !== undefined) throw new RangeError('A batch has begun already; commit it or roll it back first.');
    this.#staged = new Map();
    this.#latestBeforeBatch = this.#latest;
  }

  /** Makes the batch's changes last. */
  commit(): void {
    const staged = this.#stagedChanges('commit');
    for (const [identity, change] of staged) {
      const committed = this.#committed.get(identity);
      if (change.present && change.changes !== undefined) {
        change.changes.state = change.state;
        this.#move(change.changes, change.lastUpdate);
        continue;
      }
      if (committed !== undefined) {
        this.#committed.delete(identity);
        this.#unlink(committed);
      }
      if (!change.present) continue;
      this.#link(this.#insert(identity, change.key, change.state, change.lastUpdate, change.order));
    }
    this.#endBatch();
  }

  /** Drops the batch's changes. */
  rollback(): void {
    this.#stagedChanges('roll back');
    this.#latest = this.#latestBeforeBatch;
    this.#endBatch();
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
    if (this.#staged !== undefined) {
      throw new RangeError('A snapshot cannot be taken within a batch; commit it or roll it back first.');
    }
    const keys: unknown[] = [];
    const states: unknown[] = [];
    const lastUpdates: number[] = [];
    for (const { key, state, lastUpdate } of this.#committed.values()) {
      keys.push(key);
      states.push(state);
      lastUpdates.push(lastUpdate);
    }
    return { version: 1, keys, states, lastUpdates };
  }

  #advance(time: number): void {
    if (!Number.isFinite(time)) throw new RangeError(`The time of an update must be a batch time in ms, not ${String(time)}.`);
    if (time < this.#latest) {
      throw new RangeError(`The update of ${String(time)} comes too late, after one of ${String(this.#latest)}; `
        + 'change state in the order of batch time.');
    }
    this.#latest = time;
  }

  #setCommitted(identity: KeyIdentity, key: K, state: S, time: number): void {
    const present = this.#committed.get(identity);
    if (present === undefined) {
      this.#link(this.#insert(identity, key, state, time, this.#nextOrder++));
    } else {
      present.state = state;
      this.#move(present, time);
    }
  }

  #setStaged(staged: Map<KeyIdentity, Staged<K, S>>, identity: KeyIdentity, key: K, state: S, time: number): void {
    const present = staged.get(identity);
    if (present?.present === true) {
      present.state = state;
      present.lastUpdate = time;
      return;
    }
    // A key that this batch removed is a new one if it comes again.
    const changes = present === undefined ? this.#committed.get(identity) : undefined;
    if (changes === undefined) this.#stagedGrowth++;
    if (present !== undefined) staged.delete(identity);
    staged.set(identity, {
      key: changes === undefined ? key : changes.key,
      state,
      lastUpdate: time,
      order: changes === undefined ? this.#nextOrder++ : changes.order,
      present: true,
      changes,
    });
  }

  #insert(identity: KeyIdentity, key: K, state: S, lastUpdate: number, order: number): Committed<K, S> {
    const entry: Committed<K, S> = { identity, key, state, lastUpdate, order, older: undefined, newer: undefined };
    this.#committed.set(identity, entry);
    return entry;
  }

  #move(entry: Committed<K, S>, time: number): void {
    if (entry.lastUpdate === time) return;
    entry.lastUpdate = time;
    this.#unlink(entry);
    this.#link(entry);
  }

  /** Puts an entry where its time belongs: at the newest end, unless its batch has changed others at a later time. */
  #link(entry: Committed<K, S>): void {
    let older = this.#newest;
    while (older !== undefined && older.lastUpdate > entry.lastUpdate) older = older.older;
    const newer = older === undefined ? this.#oldest : older.newer;
    entry.older = older;
    entry.newer = newer;
    if (older === undefined) this.#oldest = entry;
    else older.newer = entry;
    if (newer === undefined) this.#newest = entry;
    else newer.older = entry;
  }

  #unlink(entry: Committed<K, S>): void {
    if (entry.older === undefined) this.#oldest = entry.newer;
    else entry.older.newer = entry.newer;
    if (entry.newer === undefined) this.#newest = entry.older;
    else entry.newer.older = entry.older;
  }

  #stagedChanges(what: string): Map<KeyIdentity, Staged<K, S>> {
    if (this.#staged === undefined) throw new RangeError(`There is no batch to ${what}; begin one first.`);
    return this.#staged;
  }

  #endBatch(): void {
    this.#staged = undefined;
    this.#stagedGrowth = 0;
  }
}

function checkSnapshot(snapshot: KeyedStateSnapshot): void {
  const version: number = snapshot.version;
  if (version !== 1) {
    throw new RangeError(`The state's snapshot has version ${String(version)}, and this program reads version 1; `
      + 'run the program that wrote it, or reset the state.');
  }
  const rows = snapshot.keys.length;
  if (snapshot.states.length === rows && snapshot.lastUpdates.length === rows) return;
  throw new RangeError(`The state's snapshot has ${String(rows)} keys, but ${String(snapshot.states.length)} states and `
    + `${String(snapshot.lastUpdates.length)} times: it is damaged; restore an older one, or reset the state.`);
}
