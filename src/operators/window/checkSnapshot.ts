import { keyIdentity } from '../keys';
import { NEW_COLUMN } from './paneRows';
import type { GroupRows, PaneSnapshot, RunningSnapshot } from './PaneSnapshot';

/** @throws RangeError where parts of a snapshot do not fit together */
export function checkSnapshot({ version, columnCount, panes, running }: PaneSnapshot): void {
  const found: number = version;
  if (found !== 1) {
    throw new RangeError(`The window's snapshot has version ${String(found)}, and this program reads version 1; `
      + 'run the program that wrote it, or reset the window.');
  }
  let last = -Infinity;
  for (const pane of panes) {
    checkRows(pane, columnCount, `The pane of ${String(pane.time)} in the window's snapshot`);
    if (pane.time <= last) {
      throw new RangeError(`The pane of ${String(pane.time)} comes too late in the window's snapshot, after that of ${String(last)}: `
        + 'the snapshot is damaged; restore an older one, or reset the window.');
    }
    last = pane.time;
  }
  if (running !== undefined) checkRunning(running, columnCount, panes);
}

/** @throws RangeError where the columns are not those of so many, for so many aggregates */
export function checkColumns(sources: readonly number[], columnCount: number, aggregateCount: number): void {
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

function checkRunning(running: RunningSnapshot, columnCount: number, panes: PaneSnapshot['panes']): void {
  const { from, to, keys, records, columns } = running;
  const present = columns.filter((column) => column !== null);
  checkRows({ keys, records, columns: present }, present.length, 'The running window in the snapshot');
  if (columns.length !== columnCount) throw damaged(`has not ${String(columnCount)} columns`);
  const known = new Set(keys.map(keyIdentity));
  const missing = new Set(known);
  for (const pane of panes) {
    if (pane.time <= from || pane.time > to) continue;
    for (const identity of pane.keys.map(keyIdentity)) {
      if (!known.has(identity)) throw damaged(`lacks a key of its pane of ${String(pane.time)}`);
      missing.delete(identity);
    }
  }
  if (missing.size > 0) throw damaged('has keys that no pane of it has');
}

function checkRows({ keys, records, columns }: GroupRows, columnCount: number, what: string): void {
  const rows = keys.length;
  if (records.length !== rows || columns.length !== columnCount || !columns.every((column) => column.length === rows)) {
    throw new RangeError(`${what} should have ${String(rows)} rows in each of ${String(columnCount)} columns and has not: `
      + 'the snapshot is damaged; restore an older one, or reset the window.');
  }
  if (new Set(keys.map(keyIdentity)).size !== rows) {
    throw new RangeError(`${what} has a key twice: the snapshot is damaged; restore an older one, or reset the window.`);
  }
}

function damaged(how: string): RangeError {
  return new RangeError(`The running window in the snapshot ${how}: the snapshot is damaged; restore an older one, or reset the window.`);
}
