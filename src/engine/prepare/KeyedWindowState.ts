import { aggregateNamed } from '../../operators/aggregates';
import type { Aggregate } from '../../operators/aggregates/Aggregate';
import { keyIdentity, type KeyIdentity } from '../../operators/keys';
import { type Group, type Groups, KeyedAggregator } from '../../operators/window/KeyedGroups';
import type { KeyedWindow } from '../../operators/window/KeyedWindow';
import { type HeldPane, MergedPanes } from '../../operators/window/MergedPanes';
import { rowsOf } from '../../operators/window/paneRows';
import type { GroupRows, PaneData } from '../../operators/window/PaneSnapshot';
import { RunningPanes } from '../../operators/window/RunningPanes';
import type { BatchState, Records } from '../../streaming/BatchState';
import { DataRecord, type RecordKey } from '../DataRecord';
import type { OperatorFigures } from '../OperatorFigures';
import { 
  storedCount, storedFields, type StoredFields, storedKey, storedList, storedNumber, storedNumbers, StoredSections, storedText,
} from '../StoredSections';
import type { StateSection, StoredState } from '../StoredState';
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
  /** The inverses of these columns, by which the running groups have come about. */
  #inverses: readonly (string | undefined)[] = [];
  #aggregator = new KeyedAggregator([]);
  #panes = new MergedPanes(this.#aggregator);
  /** The panes, in the form of window that suits the aggregates. */
  #window: KeyedWindow = this.#panes;
  /** For each column the end of the last batch before the first one it took in, ms since the epoch. */
  #since: (number | undefined)[] = [];
  #emitted: Emitted | undefined;

  /** @param step ms between the batches that are taken in */
  constructor(span: Span, step: number) {
    this.#span = span;
    this.#step = step;
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
    const columnCount = this.#fingerprints.length;
    const panes = this.#panes.panesWithin(-Infinity, Infinity);
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
      sections.push({ name: paneSection(pane.time), unchanging: pane.groups, data: () => paneData(pane, columnCount) });
    }
    if (emitted !== undefined && emitted.keys.size > 0) {
      sections.push({ name: 'emitted', unchanging: emitted.keys, data: () => ({ keys: [...emitted.keys.values()] }) });
    }
    const running = this.#window instanceof RunningPanes ? this.#window.running() : undefined;
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
    // Stands in until the aggregates are known; nothing is folded with it.
    const aggregator = new KeyedAggregator(fingerprints.map(() => aggregateNamed('count')));
    const times = storedNumbers(head['panes'], 'head panes');
    const stored = times.map((time) => storedPane(sections, time, columnCount));
    const panes = MergedPanes.restore({ version: 1, columnCount, panes: stored }, aggregator);
    this.#emitted = storedEmitted(sections, head);
    this.#window = panes;
    if (sections.has('running')) {
      const fields = sections.fields('running');
      const from = storedNumber(fields['from'], 'running from');
      const to = storedNumber(fields['to'], 'running to');
      this.#window = RunningPanes.restore(aggregator, panes, { from, to, ...storedRows(fields, 'running', columnCount) });
    }
    this.#fingerprints = fingerprints;
    this.#inverses = inverses;
    this.#since = since;
    this.#aggregator = aggregator;
    this.#panes = panes;
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
    records((record) => {
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
    });
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
    const groups = this.#window.evaluate(from, time);
    const wanted = settings.emitsAll ? undefined : this.#changedKeys(from, time);
    const results: DataRecord[] = [];
    for (const [identity, group] of groups) {
      if (wanted === undefined || wanted.has(identity)) results.push(this.#result(group, time, settings));
    }
    if (settings.emitsLeaving) this.#addLeaving(groups, time, settings, results);
    this.#emitted = { from, to: time, keys: settings.emitsLeaving ? keysOf(groups) : new Map<KeyIdentity, unknown>() };
    // The next window may still ask what left this one, so this window's panes stay until then.
    this.#window.forget(from);
    settings.figures.recordsOut += results.length;
    settings.figures.keys = this.#window.keyCount;
    return results;
  }

  closingTimes(after: number, before: number): readonly number[] {
    const last = this.#window.paneTimes.at(-1);
    if (last === undefined || this.#window.keyCount === 0) return [];
    return closingTimes(after, Math.min(before, last + this.#span.length), this.#span.slide);
  }

  /** Brings the columns in line with the settings. */
  #apply(): void {
    if (this.#isApplied || this.#settings === undefined) return;
    const { columns } = this.#settings;
    const before = this.#fingerprints;
    const sources = columns.map(({ fingerprint }, index) =>
      before[index] === fingerprint ? index : before.findIndex((old) => old === fingerprint));
    const aggregates = columns.map(({ aggregate }) => aggregate);
    const isSame = sources.length === before.length && sources.every((source, index) => source === index);
    if (isSame) {
      // The same by what they keep; what they read from it, and the user's functions, may be others.
      this.#aggregator.renew(aggregates);
    } else {
      this.#aggregator = new KeyedAggregator(aggregates);
      this.#panes = MergedPanes.restore(this.#panes.snapshot(), this.#aggregator, sources);
      this.#since = sources.map((source) => this.#since[source]);
      this.#fingerprints = columns.map(({ fingerprint }) => fingerprint);
    }
    const inverses = columns.map(({ inverse }) => inverse);
    const goesOn = isSame && inverses.every((inverse, index) => inverse === this.#inverses[index]) && this.#window !== this.#panes;
    this.#inverses = inverses;
    const overlaps = this.#span.length > this.#span.slide;
    if (!overlaps || !this.#aggregator.subtracts) this.#window = this.#panes;
    // One that goes on keeps its running groups: users' functions need not give the same bits when panes are merged anew.
    else if (!goesOn) this.#window = new RunningPanes(this.#aggregator, this.#panes);
    this.#isApplied = true;
  }

  #changedKeys(from: number, to: number): ReadonlySet<KeyIdentity> {
    const last = this.#emitted ?? { from, to: from };
    return this.#window.changedKeys(from, to, last.from, last.to);
  }

  #addLeaving(groups: Groups, time: number, settings: KeyedWindowSettings, results: DataRecord[]): void {
    for (const [identity, key] of this.#emitted?.keys ?? []) {
      if (!groups.has(identity)) results.push(this.#result({ key, records: 0, partials: this.#aggregator.zeros() }, time, settings));
    }
  }

  #result(group: Group, time: number, settings: KeyedWindowSettings): DataRecord {
    const key = group.key as RecordKey;
    const payload: Record<string, unknown> = { key };
    settings.columns.forEach((column, index) => {
      // Defined, not assigned: an output may be called __proto__.
      Object.defineProperty(payload, column.name, {
        value: column.aggregate.finish(group.partials[index]),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    });
    const windowStart = time - settings.shownLength;
    payload['windowStart'] = windowStart;
    payload['windowEnd'] = time;
    payload['complete'] = Math.max(settings.completeSince(), ...this.#since.map((since) => since ?? time)) <= windowStart;
    return new DataRecord(payload, String(key), key, time, time);
  }
}

function keysOf(groups: Groups): Map<KeyIdentity, unknown> {
  const keys = new Map<KeyIdentity, unknown>();
  for (const [identity, group] of groups) keys.set(identity, group.key);
  return keys;
}

function paneData({ time, groups }: HeldPane, columnCount: number): PaneData {
  return { time, ...rowsOf(groups.values(), columnCount) };
}

function storedPane(sections: StoredSections, time: number, columnCount: number): PaneData {
  const name = paneSection(time);
  const fields = sections.fields(name);
  if (fields['time'] !== time) throw new RangeError(`The section "${name}" is of another time.`);
  return { time, ...storedRows(fields, name, columnCount) };
}

function storedRows(fields: StoredFields, name: string, columnCount: number): GroupRows {
  const keys = storedList(fields['keys'], `${name} keys`).map((key) => storedKey(key, `${name} keys`));
  return {
    keys,
    records: storedList(fields['records'], `${name} records`, keys.length).map((count) => storedCount(count, `${name} records`)),
    columns: storedList(fields['columns'], `${name} columns`, columnCount)
      .map((column) => storedList(column, `${name} columns`, keys.length)),
  };
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
