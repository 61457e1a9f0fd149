import { type CompiledCode, copyValue } from '../../expressions';
import { type KeyIdentity, keyIdentity } from '../../operators/keys';
import { KeyedState } from '../../operators/state/KeyedState';
import type { BatchState, Records } from '../../streaming/BatchState';
import { DataRecord, ORDER, type RecordKey } from '../DataRecord';
import { meanBytes } from '../estimatedBytes';
import type { OperatorFigures } from '../OperatorFigures';
import type { StateSection, StoredState } from '../StoredState';
import type { UserContext } from '../UserContext';
import { messageOf, toRecord } from './map';
import { StateHandle } from './StateHandle';
import { restoredUserState, storedUserState } from './storedUserState';

export interface UserStateSettings {
  readonly mode: 'update' | 'record';
  /** With the parameters of `UPDATE_PARAMETERS` or `RECORD_PARAMETERS`. */
  readonly code: CompiledCode & { readonly kind: 'synchronous' };
  /** ms without a record after which a key times out, or null for never. */
  readonly timeout: number | null;
  readonly emitsAll: boolean;
  /** The most keys that may have state. */
  readonly keyLimit: number;
  /** Told, once a batch, how many records were left out because their keys would have been beyond the limit. */
  readonly tooManyKeys: (records: number) => void;
  /** Told of a call that threw; `records` had a part in it, none where a key was timing out. */
  readonly failed: (thrown: unknown, records: number) => void;
  readonly contextAt: (time: number) => UserContext;
  /** Runs user code, for so many records, where a watchdog sees it. */
  readonly watched: (call: () => unknown, records: number) => unknown;
  readonly figures: OperatorFigures;
}

/** What a key takes with its places in the tables, bytes; about. */
const KEY_BYTES = 120;

/** So many states are looked at to estimate the size of all. */
const SOME_STATES = 10;

/** What the function of the mode `update` finds in scope. */
export const UPDATE_PARAMETERS: readonly string[] = ['records', 'values', 'state', 'key'];
/** What the function of the mode `record` finds in scope. */
export const RECORD_PARAMETERS: readonly string[] = ['msg', 'state', 'key'];

/**
 * State by key, made by the user's function. A batch takes effect as a whole: what is tried again sees the state of before.
 * State is shared, never changed: code that may write is given copies.
 */
export class UserState implements BatchState<DataRecord, DataRecord>, StoredState {
  #states = new KeyedState<RecordKey, unknown>();
  #settings: UserStateSettings | undefined;
  /** What the last batch gave: results of the function, and keys that timed out. */
  #results: readonly DataRecord[] = [];

  configure(settings: UserStateSettings): void {
    this.#settings = settings;
  }

  sections(isKept: (unchanging: object) => boolean = () => false): readonly StateSection[] {
    // The results of the last batch have been given already.
    return storedUserState(this.#states, isKept);
  }

  restore(stored: ReadonlyMap<string, unknown>): void {
    this.#states = restoredUserState(stored);
  }

  /** About how many bytes of memory it takes, by a look at a few states. */
  get bytes(): number {
    return this.#states.size * (KEY_BYTES + meanBytes(this.#states.someStates(SOME_STATES)));
  }

  take(time: number, records: Records<DataRecord>): void {
    const settings = this.#settings;
    if (settings === undefined) return;
    const all: DataRecord[] = [];
    records((record) => all.push(record));
    // State follows the order in which records were received, whatever partitions they came in.
    all.sort((one, other) => one[ORDER] - other[ORDER]);
    const batch = new UserStateBatch(this.#states, time, settings);
    this.#results = this.#states.atomically(() => batch.run(all));
    const { figures } = settings;
    figures.recordsIn += all.length;
    figures.refused += batch.refused;
    figures.keys = this.#states.size;
    if (batch.refused > 0) settings.tooManyKeys(batch.refused);
  }

  emit(time: number): readonly DataRecord[] {
    const settings = this.#settings;
    if (settings === undefined) return [];
    const snapshots: DataRecord[] = [];
    if (settings.emitsAll) {
      for (const { key, state } of this.#states.entries()) snapshots.push(stateRecord(key, state, time));
    }
    const results = snapshots.concat(this.#results);
    settings.figures.recordsOut += results.length;
    return results;
  }

  /** A key that timed out while no batch ran is told by the next one. */
  closingTimes(): readonly number[] {
    return [];
  }
}

function stateRecord(key: RecordKey, state: unknown, time: number, timedOut = false): DataRecord {
  return new DataRecord(timedOut ? { key, state, timedOut } : { key, state }, String(key), key, time, time);
}

/** One batch on its way through the state: first its records, then the keys that none of them belonged to for too long. */
class UserStateBatch {
  /** Records left out because their keys would have been beyond the limit. */
  refused = 0;
  readonly #states: KeyedState<RecordKey, unknown>;
  readonly #time: number;
  readonly #settings: UserStateSettings;
  readonly #context: UserContext;
  readonly #results: DataRecord[] = [];

  constructor(states: KeyedState<RecordKey, unknown>, time: number, settings: UserStateSettings) {
    this.#states = states;
    this.#time = time;
    this.#settings = settings;
    this.#context = settings.contextAt(time);
  }

  run(records: readonly DataRecord[]): readonly DataRecord[] {
    if (this.#settings.mode === 'update') {
      this.#states.forEachRow(byKey(records), ([{ key }]) => key, (group, row) => {
        this.#update(group, row);
      });
    } else {
      this.#states.forEachRow(records, ({ key }) => key, (record, row) => {
        this.#record(record, row);
      });
    }
    const { timeout } = this.#settings;
    if (timeout !== null) this.#timeOut(timeout);
    return this.#results;
  }

  #hasRoom(row: number): boolean {
    return row >= 0 || this.#states.size < this.#settings.keyLimit;
  }

  /** All records of one key at once. @param row -1 for a key without state */
  #update(group: KeyGroup, row: number): void {
    const [first] = group;
    const { key } = first;
    const { code, emitsAll, failed, watched } = this.#settings;
    if (!this.#hasRoom(row)) {
      this.refused += group.length;
      return;
    }
    const held = row < 0 ? undefined : this.#states.stateAt(row);
    this.#context.order = first[ORDER];
    let next: unknown;
    try {
      const records = code.neverWrites ? group : group.map((record) => messageOf(record) as DataRecord);
      const values = records.map(({ payload }) => payload);
      const state = code.neverWrites ? held : copyValue(held);
      next = watched(() => code.apply([records, values, state, key], this.#context), group.length);
    } catch (thrown) {
      if (row >= 0) this.#states.setAt(row, held, this.#time);
      failed(thrown, group.length);
      return;
    }
    if (next === undefined || next === null) {
      if (row >= 0) this.#states.removeAt(row);
      return;
    }
    this.#set(key, row, next);
    if (!emitsAll) this.#results.push(stateRecord(key, next, this.#time));
  }

  /** @param row -1 for a key without state */
  #record(record: DataRecord, row: number): void {
    const { key } = record;
    if (!this.#hasRoom(row)) {
      this.refused++;
      return;
    }
    const held = row < 0 ? undefined : { state: this.#states.stateAt(row) };
    const done = this.#call(record, new StateHandle(held, !this.#settings.code.neverWrites, false), 1);
    if (done?.change === 'updated') this.#set(key, row, done.value);
    else if (row < 0) return;
    else if (done?.change === 'removed') this.#states.removeAt(row);
    else this.#states.setAt(row, held?.state, this.#time);
  }

  #set(key: RecordKey, row: number, state: unknown): void {
    if (row < 0) this.#states.set(key, state, this.#time);
    else this.#states.setAt(row, state, this.#time);
  }

  /**
   * Calls the function of the mode `record` and passes on what it gives.
   * @param records 0 where the key is timing out: the function sees no record then
   * @returns what the function did to the state, or undefined where it failed
   */
  #call(record: DataRecord, handle: StateHandle, records: 0 | 1): ReturnType<typeof StateHandle.changeOf> | undefined {
    const { code, emitsAll, failed, watched } = this.#settings;
    this.#context.order = record[ORDER];
    try {
      const message = records === 0 ? undefined : code.neverWrites ? record : messageOf(record);
      const result = watched(() => code.apply([message, handle, record.key], this.#context), records);
      if (result !== undefined && !emitsAll) this.#results.push(toRecord(result, record, false));
    } catch (thrown) {
      failed(thrown, records);
      return undefined;
    }
    return StateHandle.changeOf(handle);
  }

  #timeOut(timeout: number): void {
    const { mode } = this.#settings;
    for (const { key, state } of this.#states.expired(this.#time - timeout)) {
      if (mode === 'update') this.#results.push(stateRecord(key, state, this.#time, true));
      else this.#call(absentRecord(key, this.#time), new StateHandle({ state }, true, true), 0);
      this.#states.remove(key);
    }
  }
}

/** What stands for the record of a key that is timing out, where the function gives no record of its own. */
function absentRecord(key: RecordKey, time: number): DataRecord {
  return new DataRecord(undefined, String(key), key, time, time);
}

/** Records of one key; there is one at least. */
type KeyGroup = readonly [DataRecord, ...DataRecord[]];

/** The records of each key, keys in the order of their first record. */
function byKey(records: readonly DataRecord[]): readonly KeyGroup[] {
  const groups = new Map<KeyIdentity, [DataRecord, ...DataRecord[]]>();
  for (const record of records) {
    const identity = keyIdentity(record.key);
    const group = groups.get(identity);
    if (group === undefined) groups.set(identity, [record]);
    else group.push(record);
  }
  return [...groups.values()];
}
