import { type KeyIdentity, keyIdentity } from '../keys';
import type { KeyedStateRows, KeyedStateSnapshot } from './KeyedStateSnapshot';

/** @throws RangeError for a snapshot of another version, or one whose columns do not fit together */
export function checkSnapshot(snapshot: KeyedStateSnapshot): void {
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

/**
 * What is left of rows when each part has changed what those before it say.
 * @throws RangeError for a part that has a key twice
 */
export function mergedRows(parts: Iterable<KeyedStateRows>): KeyedStateRows {
  const places = new Map<KeyIdentity, { readonly part: KeyedStateRows; readonly row: number }>();
  for (const part of parts) {
    for (const key of part.removed) places.delete(keyIdentity(key));
    for (const [row, key] of part.keys.entries()) {
      const identity = keyIdentity(key);
      if (places.get(identity)?.part === part) {
        throw new RangeError("The state's snapshot has a key twice: it is damaged; restore an older one, or reset the state.");
      }
      places.set(identity, { part, row });
    }
  }
  const merged = [...places.values()];
  return {
    keys: merged.map(({ part, row }) => part.keys[row]),
    states: merged.map(({ part, row }) => part.states[row]),
    lastUpdates: merged.map(({ part, row }) => part.lastUpdates[row] ?? 0),
    orders: merged.map(({ part, row }) => part.orders[row] ?? 0),
    removed: [],
  };
}
