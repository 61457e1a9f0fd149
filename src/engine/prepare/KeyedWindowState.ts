import type { Aggregate } from '../../operators/aggregates/Aggregate';
import { keyIdentity, type KeyIdentity } from '../../operators/keys';
import { checkSnapshot } from '../../operators/window/checkSnapshot';
import { columnsFrom } from '../../operators/window/GroupColumns';
import { KeyedAggregator } from '../../operators/window/KeyedGroups';
import { PanedWindow, type WindowRow, type WindowRows } from '../../operators/window/PanedWindow';
import type { GroupRows, PaneData, PaneSnapshot, RunningSnapshot } from '../../operators/window/PaneSnapshot';
import type { BatchState, Records } from '../../streaming/BatchState';
import { DataRecord, type RecordKey } from '../DataRecord';
import type { OperatorFigures } from '../OperatorFigures';
import { 
  storedCount, storedFields, type StoredFields, storedKey, storedList, storedNumber, storedNumbers, StoredSections, storedText,
} from '../StoredSections';
import type { StateSection, StoredState } from '../StoredState';
import { CombinedRecord } from './CombinedRecord';
import { closingTimes } from './slides';

/** A record as an aggregation sees it. */
export interface KeyedInput {
  key: unknown;
  /** One for each column. */
  readonly values: unknown[];
  order: number;
}

/** Reads a record into the one place that is used for all of them, so that nothing is made per record. May throw. */
export type ReadRecord<Input> = (record: Input, into: KeyedInput) => void;

/** One output of an aggregation. */
export interface Column {
  /** The output's name. */
  readonly name: string;
  /** What it computes, whatever its name: a column that stays keeps its past. */
  readonly fingerprint: string;
  /** How values that leave the window are taken out again, where the user says that: with another inverse panes are merged anew. */
  readonly inverse?: string;
  readonly aggregate: Aggregate;
}

/** How long a window is and how often it slides, ms. */
export interface Span {
  readonly length: number;
  readonly slide: number;
}

export interface KeyedWindowSettings {
  readonly columns: readonly Column[];
  /** Told of the batch, by its time, in which the columns' aggregates are used next. */
  readonly begin: (time: number) => void;
  readonly read: ReadRecord<unknown>;
  /** Whether some of what is taken in may have been combined before. */
  readonly takesCombined: boolean;
  /** Told of a record that could not be read; it is left out. */
  readonly unreadable: (thrown: unknown) => void;
  /** The most keys that a window may have. */
  readonly keyLimit: number;
  /** Told, once a batch, how many records were left out because their keys would have been beyond the limit. */
  readonly tooManyKeys: (records: number) => void;
  readonly emitsAll: boolean;
  readonly emitsLeaving: boolean;
  readonly figures: OperatorFigures;
  /** The figures of the window that is computed here, where nobody else counts for it. */
  readonly windowFigures: OperatorFigures | undefined;
  /** ms before a slide that its results stand for; more than the span where the records themselves came out of a window. */
  readonly shownLength: number;
  /** From when on all input is known, ms since the epoch. */
  readonly completeSince: () => number;
}

/** The window (from, to] that was emitted last, and, where leaving keys are told, its keys. */
interface Emitted {
  readonly from: number;
  readonly to: number;
  readonly keys: ReadonlyMap<KeyIdentity, unknown>;
}

/** Of what is stored. Version n reads n and, once there is one, n - 1. */
const VERSION = 1;

/** The section of the pane of a batch. */
const paneSection = (time: number): string => `pane/${String(time)}`;

/** The panes of an aggregation by key, and what was emitted last. */
export class KeyedWindowState implements BatchState<unknown, DataRecord>, StoredState {
  readonly #span: Span;
  readonly #step: number;
  #settings: KeyedWindowSettings | undefined;
  /** Whether the columns are those of the settings. */
  #isApplied = true;
  /** Of the columns that there are. */
  #fingerprints: readonly string[] = [];
  /** The inverses of these columns, by which the running partials have come about. */
  #inverses: readonly (string | undefined)[] = [];
  #aggregator = new KeyedAggregator([]);
  #window: PanedWindow;
  /** What was stored, until the aggregates are known. */
  #restored: PaneSnapshot | undefined;
  /** For each column the end of the last batch before the first one it took in, ms since the epoch. */
  #since: (number | undefined)[] = [];
  #emitted: Emitted | undefined;

  /** @param step ms between the batches that are taken in */
  constructor(span: Span, step: number) {
    this.#span = span;
    this.#step = step;
    this.#window = new PanedWindow(this.#aggregator, span);
  }

  /**
   * Goes on with other settings: columns that were there before keep their past, new ones begin empty. What that drops is
   * gone only with the next batch, so that a plan which is given up after all has done no harm.
   */
  configure(settings: KeyedWindowSettings): void {
    this.#settings = settings;
    this.#isApplied = false;
  }

  sections(): readonly StateSection[] {
    this.#apply();
    const panes = this.#restored?.panes.map((pane) => ({ time: pane.time, identity: pane, data: () => pane }))
      ?? this.#window.storedPanes();
    const emitted = this.#emitted;
    const head = {
      version: VERSION,
      columns: this.#fingerprints,
      inverses: this.#inverses,
      since: [...this.#since],
      panes: panes.map(({ time }) => time),
      ...(emitted === undefined ? {} : { emitted: { from: emitted.from, to: emitted.to } }),
    };
    const sections: StateSection[] = [{ name: 'head', data: () => head }];
    for (const pane of panes) {
      sections.push({ name: paneSection(pane.time), unchanging: pane.identity, data: () => pane.data() });
    }
    if (emitted !== undefined && emitted.keys.size > 0) {
      sections.push({ name: 'emitted', unchanging: emitted.keys, data: () => ({ keys: [...emitted.keys.values()] }) });
    }
    const running = this.#restored === undefined ? this.#window.storedRunning() : this.#restored.running;
    if (running !== undefined) sections.push({ name: 'running', data: () => running });
    return sections;
  }

  restore(data: ReadonlyMap<string, unknown>): void {
    const sections = new StoredSections(data);
    const head = sections.head(VERSION);
    const fingerprints = storedList(head['columns'], 'head columns').map((text) => storedText(text, 'head columns'));
    const columnCount = fingerprints.length;
    const since = storedList(head['since'], 'head since', columnCount)
      .map((time) => (time === undefined ? undefined : storedNumber(time, 'head since')));
    const inverses = storedList(head['inverses'], 'head inverses', columnCount)
      .map((text) => (text === undefined ? undefined : storedText(text, 'head inverses')));
    const times = storedNumbers(head['panes'], 'head panes');
    const panes = times.map((time) => storedPane(sections, time, columnCount));
    const running = sections.has('running') ? storedRunning(sections, columnCount) : undefined;
    const snapshot: PaneSnapshot = { version: 1, columnCount, panes, ...(running === undefined ? {} : { running }) };
    checkSnapshot(snapshot);
    this.#emitted = storedEmitted(sections, head);
    this.#fingerprints = fingerprints;
    this.#inverses = inverses;
    this.#since = since;
    this.#restored = snapshot;
  }

  take(time: number, records: Records<unknown>): void {
    const settings = this.#settings;
    if (settings === undefined) return;
    this.#apply();
    const { read, unreadable, tooManyKeys, figures } = settings;
    settings.begin(time);
    const aggregator = this.#aggregator;
    const groups = aggregator.empty();
    const input: KeyedInput = { key: null, values: [], order: 0 };
    let taken = 0;
    let skipped = 0;
    let failed = 0;
    let refused = 0;
    // Of all windows that this batch will be in, the next one reaches back furthest.
    const from = Math.ceil(time / this.#span.slide) * this.#span.slide - this.#span.length;
    const window = this.#window;
    const isFurther = (identity: KeyIdentity): boolean => !groups.has(identity) && !window.hasKeyAfter(identity, from);
    let room = settings.keyLimit - window.keysAfter(from);
    const takeRecord = (record: unknown): void => {
      taken++;
      try {
        read(record, input);
      } catch (thrown) {
        failed++;
        unreadable(thrown);
        return;
      }
      if (room <= 0 && isFurther(keyIdentity(input.key))) {
        refused++;
        return;
      }
      const keys = groups.size;
      skipped += aggregator.add(groups, input.key, input.values, input.order);
      if (groups.size > keys && !window.hasKeyAfter(keyIdentity(input.key), from)) room--;
    };
    const takeCombined = ({ groups: combined, counts }: CombinedRecord): void => {
      const columns = columnsFrom(combined, aggregator.aggregates);
      taken += counts.taken;
      skipped += counts.skipped;
      failed += counts.failed;
      for (let row = 0; row < columns.keys.length; row++) {
        const identity = keyIdentity(columns.keys[row]);
        const isNew = isFurther(identity);
        if (isNew && room <= 0) {
          refused += columns.records[row] ?? 0;
          continue;
        }
        aggregator.addRow(groups, identity, columns, row);
        if (isNew) room--;
      }
    };
    records(settings.takesCombined
      ? (record) => {
          if (record instanceof CombinedRecord) takeCombined(record);
          else takeRecord(record);
        }
      : takeRecord);
    for (let column = 0; column < settings.columns.length; column++) this.#since[column] ??= time - this.#step;
    this.#window.addPane(time, groups);
    figures.recordsIn += taken;
    if (settings.windowFigures !== undefined) settings.windowFigures.recordsIn += taken;
    figures.skipped += skipped;
    figures.failed += failed;
    figures.refused += refused;
    if (refused > 0) tooManyKeys(refused);
    figures.keys = this.#window.keyCount;
  }

  emit(time: number): readonly DataRecord[] {
    const settings = this.#settings;
    if (settings === undefined) return [];
    this.#apply();
    const from = time - this.#span.length;
    settings.begin(time);
    const wanted = settings.emitsAll ? undefined : this.#changedKeys(from, time);
    // Which of the keys leave next is found among all of them.
    const rows = this.#window.evaluate(from, time, settings.emitsLeaving ? undefined : wanted);
    const span: ResultSpan = { start: time - settings.shownLength, end: time, complete: this.#isComplete(time, settings) };
    const results: DataRecord[] = [];
    for (const [identity, row] of rows) {
      if (wanted === undefined || wanted.has(identity)) results.push(resultOf(row, span, settings.columns));
    }
    if (settings.emitsLeaving) {
      for (const [identity, key] of this.#emitted?.keys ?? []) {
        if (!rows.has(identity)) results.push(resultOf({ key, partials: this.#aggregator.zeros() }, span, settings.columns));
      }
    }
    this.#emitted = { from, to: time, keys: settings.emitsLeaving ? keysOf(rows) : new Map<KeyIdentity, unknown>() };
    // The next window may still ask what left this one, so this window's panes stay until then.
    this.#window.forget(from);
    settings.figures.recordsOut += results.length;
    settings.figures.keys = this.#window.keyCount;
    return results;
  }

  closingTimes(after: number, before: number): readonly number[] {
    const restored = this.#restored?.panes;
    const last = restored === undefined ? this.#window.newestTime : restored.at(-1)?.time;
    const hasKeys = restored === undefined ? this.#window.keyCount > 0 : restored.some(({ keys }) => keys.length > 0);
    if (last === undefined || !hasKeys) return [];
    return closingTimes(after, Math.min(before, last + this.#span.length), this.#span.slide);
  }

  /** About how many bytes of memory it takes; what was read from a checkpoint counts once it is used. */
  get bytes(): number {
    return this.#window.bytes;
  }

  /** Brings the columns in line with the settings. */
  #apply(): void {
    if (this.#isApplied || this.#settings === undefined) return;
    const { columns } = this.#settings;
    const before = this.#fingerprints;
    const sources = columns.map(({ fingerprint }, index) =>
      before[index] === fingerprint ? index : before.findIndex((old) => old === fingerprint));
    const aggregates = columns.map(({ aggregate }) => aggregate);
    const inverses = columns.map(({ inverse }) => inverse);
    const isSame = sources.length === before.length && sources.every((source, index) => source === index)
      && inverses.every((inverse, index) => inverse === this.#inverses[index]);
    if (isSame && this.#restored === undefined) {
      // The same by what they keep; what they read from it, and the user's functions, may be others. The running partials
      // go on: users' functions need not give the same bits when panes are merged anew.
      this.#aggregator.renew(aggregates);
    } else {
      this.#aggregator = new KeyedAggregator(aggregates);
      this.#window = this.#restored === undefined
        ? this.#window.withColumns(this.#aggregator, sources)
        : PanedWindow.restore(this.#restored, this.#aggregator, this.#span, isSame ? undefined : sources);
      this.#restored = undefined;
      this.#since = sources.map((source) => this.#since[source]);
      this.#fingerprints = columns.map(({ fingerprint }) => fingerprint);
      this.#inverses = inverses;
    }
    this.#isApplied = true;
  }

  #changedKeys(from: number, to: number): ReadonlySet<KeyIdentity> {
    const last = this.#emitted ?? { from, to: from };
    return this.#window.changedKeys(from, to, last.from, last.to);
  }

  /** Whether all that the results at this time stand for is known, in every column. */
  #isComplete(time: number, { completeSince, shownLength }: KeyedWindowSettings): boolean {
    return Math.max(completeSince(), ...this.#since.map((since) => since ?? time)) <= time - shownLength;
  }
}

/** What the results of one slide have in common, ms since the epoch. */
interface ResultSpan {
  readonly start: number;
  readonly end: number;
  readonly complete: boolean;
}

function resultOf(row: WindowRow, { start, end, complete }: ResultSpan, columns: readonly Column[]): DataRecord {
  const key = row.key as RecordKey;
  const payload: Record<string, unknown> = { key };
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index];
    if (column !== undefined) setProperty(payload, column.name, column.aggregate.finish(row.partials[index]));
  }
  payload['windowStart'] = start;
  payload['windowEnd'] = end;
  payload['complete'] = complete;
  return new DataRecord(payload, String(key), key, end, end);
}

/** Assigns, but to `__proto__`, which an output may be called: assigning that would change the prototype instead. */
function setProperty(payload: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(payload, name, { value, writable: true, enumerable: true, configurable: true });
  else payload[name] = value;
}

function keysOf(rows: WindowRows): Map<KeyIdentity, unknown> {
  const keys = new Map<KeyIdentity, unknown>();
  for (const [identity, { key }] of rows) keys.set(identity, key);
  return keys;
}

function storedPane(sections: StoredSections, time: number, columnCount: number): PaneData {
  const name = paneSection(time);
  const fields = sections.fields(name);
  if (fields['time'] !== time) throw new RangeError(`The section "${name}" is of another time.`);
  const { keys, records } = storedKeys(fields, name);
  const columns = storedList(fields['columns'], `${name} columns`, columnCount)
    .map((column) => storedList(column, `${name} columns`, keys.length));
  return { time, keys, records, columns };
}

function storedRunning(sections: StoredSections, columnCount: number): RunningSnapshot {
  const fields = sections.fields('running');
  const from = storedNumber(fields['from'], 'running from');
  const to = storedNumber(fields['to'], 'running to');
  const { keys, records } = storedKeys(fields, 'running');
  const columns = storedList(fields['columns'], 'running columns', columnCount)
    .map((column) => (column === null ? null : storedList(column, 'running columns', keys.length)));
  return { from, to, keys, records, columns };
}

function storedKeys(fields: StoredFields, name: string): Pick<GroupRows, 'keys' | 'records'> {
  const keys = storedList(fields['keys'], `${name} keys`).map((key) => storedKey(key, `${name} keys`));
  const records = storedList(fields['records'], `${name} records`, keys.length).map((count) => storedCount(count, `${name} records`));
  return { keys, records };
}

function storedEmitted(sections: StoredSections, head: StoredFields): Emitted | undefined {
  if (head['emitted'] === undefined) return undefined;
  const fields = storedFields(head['emitted'], 'head emitted');
  const keys = sections.has('emitted') ? storedList(sections.fields('emitted')['keys'], 'emitted keys') : [];
  return {
    from: storedNumber(fields['from'], 'head emitted'),
    to: storedNumber(fields['to'], 'head emitted'),
    keys: new Map(keys.map((key) => [keyIdentity(key), storedKey(key, 'emitted keys')])),
  };
}
