import type { BatchState, Records } from '../../streaming/BatchState';
import { DataRecord, ORDER } from '../DataRecord';
import { meanBytes } from '../estimatedBytes';
import { storedKey, storedList, storedNumber, storedNumbers, StoredSections, storedText } from '../StoredSections';
import type { StateSection, StoredState } from '../StoredState';
import { closingTimes } from './slides';

/** Of what is stored. Version n reads n and, once there is one, n - 1. */
const VERSION = 1;

/** What a record takes without its payload, bytes; about. */
const RECORD_BYTES = 80;

/** So many payloads are looked at to estimate the size of all. */
const LOOKED_AT = 20;

/** One batch. */
interface Pane {
  readonly time: number;
  readonly records: readonly DataRecord[];
}

/** The section of the pane of a batch. */
const paneSection = (time: number): string => `pane/${String(time)}`;

/** The records of the batches that a window still reaches back to. */
export class RecordWindow implements BatchState<DataRecord, DataRecord>, StoredState {
  /** The end of the last batch before the first one taken in, ms since the epoch. */
  since: number | undefined;
  counted: (taken: number, emitted: number) => void = () => undefined;
  readonly #length: number;
  readonly #slide: number;
  readonly #step: number;
  /** By ascending time. */
  #panes: Pane[] = [];

  constructor(length: number, slide: number, step: number) {
    this.#length = length;
    this.#slide = slide;
    this.#step = step;
  }

  sections(): readonly StateSection[] {
    const head = { version: VERSION, since: this.since, panes: this.#panes.map(({ time }) => time) };
    return [
      { name: 'head', data: () => head },
      ...this.#panes.map((pane) => ({ name: paneSection(pane.time), unchanging: pane, data: () => rowsOf(pane) })),
    ];
  }

  restore(stored: ReadonlyMap<string, unknown>): void {
    const sections = new StoredSections(stored);
    const head = sections.head(VERSION);
    const since = head['since'] === undefined ? undefined : storedNumber(head['since'], 'head since');
    const times = storedNumbers(head['panes'], 'head panes');
    if (times.some((time, index) => index > 0 && time <= (times[index - 1] ?? 0))) {
      throw new RangeError('The times in "head panes" do not ascend.');
    }
    this.#panes = times.map((time) => ({ time, records: recordsOf(sections, paneSection(time)) }));
    this.since = since;
  }

  /** About how many bytes of memory it takes, by a look at one record of each of the newest panes. */
  get bytes(): number {
    const count = this.#panes.reduce((sum, { records }) => sum + records.length, 0);
    const some = this.#panes.slice(-LOOKED_AT).flatMap(({ records }) => records.slice(0, 1));
    return count * (RECORD_BYTES + meanBytes(some.map(({ payload }) => payload)));
  }

  take(time: number, records: Records<DataRecord>): void {
    const pane: DataRecord[] = [];
    records((record) => pane.push(record));
    this.since ??= time - this.#step;
    this.#panes = this.#panes.filter((other) => other.time > time - this.#length && other.time !== time);
    this.#panes.push({ time, records: pane });
    this.counted(pane.length, 0);
  }

  emit(time: number): readonly DataRecord[] {
    const records: DataRecord[] = [];
    for (const pane of this.#panes) {
      if (pane.time > time - this.#length && pane.time <= time) {
        for (const record of pane.records) records.push(record);
      }
    }
    this.counted(0, records.length);
    return records;
  }

  closingTimes(after: number, before: number): readonly number[] {
    const last = this.#panes.findLast((pane) => pane.records.length > 0);
    return last === undefined ? [] : closingTimes(after, Math.min(before, last.time + this.#length), this.#slide);
  }
}

function rowsOf({ records }: Pane): object {
  return {
    keys: records.map(({ key }) => key),
    payloads: records.map(({ payload }) => payload),
    topics: records.map(({ topic }) => topic),
    times: records.map(({ time }) => time),
    orders: records.map((record) => record[ORDER]),
  };
}

function recordsOf(sections: StoredSections, name: string): DataRecord[] {
  const fields = sections.fields(name);
  const keys = storedList(fields['keys'], `${name} keys`).map((key) => storedKey(key, `${name} keys`));
  const payloads = storedList(fields['payloads'], `${name} payloads`, keys.length);
  const topics = storedList(fields['topics'], `${name} topics`, keys.length).map((topic) => storedText(topic, `${name} topics`));
  const times = storedNumbers(fields['times'], `${name} times`, keys.length);
  const orders = storedNumbers(fields['orders'], `${name} orders`, keys.length);
  return keys.map((key, row) => new DataRecord(payloads[row], topics[row] ?? '', key, times[row] ?? 0, orders[row] ?? 0));
}
