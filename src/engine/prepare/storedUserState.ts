import { KeyedState } from '../../operators/state/KeyedState';
import type { KeyedStateRows } from '../../operators/state/KeyedStateSnapshot';
import type { RecordKey } from '../DataRecord';
import { storedCount, storedKey, storedList, storedNumbers, StoredSections } from '../StoredSections';
import type { StateSection } from '../StoredState';

/** Of what is stored. Version n reads n and n - 1. */
const VERSION = 2;

/** So many keys were in one section of version 1, which had all keys in the order of first appearance. */
const SECTION_KEYS = 10_000;

type UserStates = KeyedState<RecordKey, unknown>;

/**
 * States by key in sections: a head, and parts with the keys that had changed when each was made. What is kept is not made again.
 * @param isKept whether the asker still has what a part was encoded to
 */
export function storedUserState(states: UserStates, isKept: (part: object) => boolean): readonly StateSection[] {
  const packed = states.pack(isKept);
  const head = { version: VERSION, keys: states.size, parts: packed.map(({ part }) => part.number) };
  return [
    { name: 'head', data: () => head },
    ...packed.map(({ part, rows }): StateSection => ({ name: partName(part.number), unchanging: part, data: () => rows?.() })),
  ];
}

/** @throws RangeError for sections that are not as they were stored */
export function restoredUserState(stored: ReadonlyMap<string, unknown>): UserStates {
  const sections = new StoredSections(stored);
  const head = sections.head(VERSION - 1, VERSION);
  const count = storedCount(head['keys'], 'head keys');
  if (head['version'] !== VERSION) return KeyedState.unpack(firstVersion(sections, count));
  const parts = storedNumbers(head['parts'], 'head parts');
  const states: UserStates = KeyedState.unpack(parts.map((part) => partOf(sections, partName(part))));
  if (states.size === count) return states;
  throw new RangeError(`The parts have ${String(states.size)} keys together, and there should be ${String(count)}.`);
}

function partName(number: number): string {
  return `keys/${String(number)}`;
}

function partOf(sections: StoredSections, name: string): KeyedStateRows {
  const fields = sections.fields(name);
  const rows = rowsOf(fields, name);
  const { length } = rows.keys;
  const removed = storedList(fields['removed'], `${name} removed`).map((key) => storedKey(key, `${name} removed`));
  return { ...rows, orders: storedNumbers(fields['orders'], `${name} orders`, length), removed };
}

/** One part of all keys. */
function firstVersion(sections: StoredSections, count: number): readonly KeyedStateRows[] {
  const keys: RecordKey[] = [];
  const states: unknown[] = [];
  const lastUpdates: number[] = [];
  for (let first = 0; first < count; first += SECTION_KEYS) {
    const name = `keys/${String(first)}`;
    const rows = rowsOf(sections.fields(name), name, Math.min(SECTION_KEYS, count - first));
    for (const key of rows.keys) keys.push(key);
    for (const state of rows.states) states.push(state);
    for (const time of rows.lastUpdates) lastUpdates.push(time);
  }
  return [{ keys, states, lastUpdates, orders: keys.map((_, row) => row), removed: [] }];
}

function rowsOf(fields: Readonly<Record<string, unknown>>, name: string, length?: number): {
  readonly keys: readonly RecordKey[];
  readonly states: readonly unknown[];
  readonly lastUpdates: readonly number[];
} {
  const keys = storedList(fields['keys'], `${name} keys`, length).map((key) => storedKey(key, `${name} keys`));
  return {
    keys,
    states: storedList(fields['states'], `${name} states`, keys.length),
    lastUpdates: storedNumbers(fields['lastUpdates'], `${name} lastUpdates`, keys.length),
  };
}
