import type { Entry, Intent, IntentEntry, RecordsEntry } from './entries';
import { MissingRecordsError } from './errors';
import { Held } from './Held';
import { setMarks } from './setMarks';
import type { RecordRange } from './readRecords';
import { readSalvageNote, type SalvageNote } from './salvage/salvageNote';

/** A batch that is in no checkpoint and must run again, with just these boundaries. */
export interface RecoveredBatch extends Intent {
  /** How often it began to run; more than once: it may have ended its process. */
  readonly attempts: number;
  /** Sinks that have it: they need not get it again. */
  readonly committed: ReadonlySet<string>;
  /** What it produced for a sink, where that was kept: the sink gets this, whatever comes out now. */
  readonly pinned: ReadonlyMap<string, unknown>;
}

export interface RecoveredSource {
  /** The number that its next record gets. */
  readonly next: number;
  /** How many of its records are logged and in no batch. */
  readonly waiting: number;
  /** Packet ids under which records were logged and that were not released. */
  readonly packets: ReadonlySet<number>;
  /** What was last logged as its marks: by place, plain data. */
  readonly marks: ReadonlyMap<string, unknown>;
}

/** What the checkpoint says that the log goes on from. */
export interface RecoveryStart {
  readonly batch: number;
  readonly lastFrame: number;
  readonly upTo: ReadonlyMap<string, number>;
  readonly packets: ReadonlyMap<string, ReadonlySet<number>>;
  /** Absent: none. */
  readonly marks?: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
}

interface BatchInProgress {
  readonly entry: IntentEntry;
  attempts: number;
  readonly committed: Set<string>;
  readonly pinned: Map<string, unknown>;
}

/** Takes the entries of the log in, in order, checks that nothing is missing between them, and says what is to be done. */
export class RecoveryReader {
  readonly held = new Held();
  /** What the log says of its having been salvaged. */
  readonly salvages: SalvageNote[] = [];
  readonly #start: RecoveryStart | undefined;
  readonly #where: string;
  readonly #next = new Map<string, number>();
  readonly #packets = new Map<string, Set<number>>();
  readonly #marks = new Map<string, Map<string, unknown>>();
  readonly #lastRecords = new Map<string, unknown>();
  readonly #batches = new Map<number, BatchInProgress>();
  #lastBatch: number | undefined;
  #upTo: ReadonlyMap<string, number>;

  /**
   * @param start undefined: the log begins with the first record there ever was
   * @param where the log is, for messages
   */
  constructor(start: RecoveryStart | undefined, where: string) {
    this.#start = start;
    this.#where = where;
    this.#lastBatch = start?.batch;
    this.#upTo = start?.upTo ?? new Map();
    for (const [source, packets] of start?.packets ?? []) this.#packets.set(source, new Set(packets));
    for (const [source, marks] of start?.marks ?? []) this.#marks.set(source, new Map(marks));
  }

  add(number: number, entry: Entry): void {
    switch (entry.kind) {
      case 'records':
        this.#addRecords(number, entry);
        if (entry.records.length > 0) this.#lastRecords.set(entry.source, entry.records.at(-1));
        break;
      case 'released':
        if (number > (this.#start?.lastFrame ?? 0)) for (const packet of entry.packets) this.#packets.get(entry.source)?.delete(packet);
        break;
      case 'intent':
        this.#addIntent(number, entry);
        break;
      case 'output':
        this.#batches.get(entry.time)?.pinned.set(entry.sink, entry.rows);
        break;
      case 'commit':
        this.#batches.get(entry.time)?.committed.add(entry.sink);
        break;
      case 'begun': {
        const batch = this.#batches.get(entry.time);
        if (batch !== undefined) batch.attempts++;
        break;
      }
      case 'note': {
        const salvage = readSalvageNote(entry);
        if (salvage !== undefined) this.salvages.push(salvage);
        break;
      }
    }
  }

  /** @param lastFrame the last frame of the log */
  finish(lastFrame: number): void {
    const start = this.#start;
    if (start !== undefined && lastFrame < start.lastFrame) {
      throw this.#missing(`it ends with frame ${lastFrame}, and the checkpoint was made after frame ${start.lastFrame}`);
    }
  }

  get lastBatch(): number | undefined {
    return this.#lastBatch;
  }

  /** For each source, the number of the first record that is in no batch. */
  get upTo(): ReadonlyMap<string, number> {
    return this.#upTo;
  }

  /** For each source the last of its records that was found; none where a checkpoint covers all of them. */
  get lastRecords(): ReadonlyMap<string, unknown> {
    return this.#lastRecords;
  }

  batches(): readonly RecoveredBatch[] {
    return [...this.#batches.values()].map(({ entry, attempts, committed, pinned }) => {
      const { time, upTo, external, data } = entry;
      return { time, upTo, external, data, attempts, committed, pinned };
    });
  }

  sources(): ReadonlyMap<string, RecoveredSource> {
    const names = new Set([this.#next, this.#upTo, this.#packets, this.#marks].flatMap((map) => [...map.keys()]));
    return new Map([...names].map((source) => {
      const end = this.#upTo.get(source) ?? 0;
      const next = Math.max(this.#next.get(source) ?? 0, end);
      const packets = this.#packets.get(source) ?? new Set();
      return [source, { next, waiting: next - end, packets, marks: this.#marks.get(source) ?? new Map() }];
    }));
  }

  /** Where the records of a batch are. */
  rangeOf(batch: RecoveredBatch): RecordRange {
    let before = this.#start?.upTo ?? new Map<string, number>();
    for (const { entry } of this.#batches.values()) {
      if (entry.time === batch.time) break;
      before = entry.upTo;
    }
    return this.#range(before, batch.upTo);
  }

  /** Where the records are that are in no batch. */
  waiting(): RecordRange {
    return this.#range(this.#upTo, new Map([...this.sources()].map(([source, { next }]) => [source, next])));
  }

  #range(begin: ReadonlyMap<string, number>, end: ReadonlyMap<string, number>): RecordRange {
    const sources = new Map([...end].map(([source, last]) => [source, { begin: begin.get(source) ?? 0, end: last }]));
    const spans = [...sources].flatMap(([source, range]) => {
      if (range.begin >= range.end) return [];
      const span = this.held.framesOf(source, range.begin, range.end);
      if (span === undefined) throw this.#missing(`records ${range.begin} to ${range.end - 1} of source ${source} are in no frame`);
      return [span];
    });
    const frames = { first: Math.min(...spans.map(({ first }) => first)), last: Math.max(...spans.map(({ last }) => last)) };
    return { sources, frames: spans.length === 0 ? undefined : frames };
  }

  #addRecords(number: number, { source, first, records, packets, marks }: RecordsEntry): void {
    const expected = this.#next.get(source);
    const covered = this.#start?.upTo.get(source) ?? 0;
    if (expected === undefined ? first > covered : first !== expected) {
      throw this.#missing(`frame ${number} has record ${first} of source ${source}, and record ${expected ?? covered} is to come`);
    }
    const end = first + records.length;
    this.#next.set(source, end);
    this.held.addRecords(source, number, first, end);
    if (number <= (this.#start?.lastFrame ?? 0)) return;
    setMarks(this.#marks, source, marks);
    const open = this.#packets.get(source) ?? new Set<number>();
    this.#packets.set(source, open);
    for (const packet of packets) open.add(packet);
  }

  #addIntent(number: number, entry: IntentEntry): void {
    const { time, upTo, previous } = entry;
    if (time <= (this.#start?.batch ?? -Infinity)) return;
    if (previous !== (this.#lastBatch ?? null)) {
      const [said, found] = [previous, this.#lastBatch].map((batch) => (batch === null || batch === undefined ? 'no batch' : `batch ${batch}`));
      throw this.#missing(`frame ${number} says that batch ${time} follows ${said ?? ''}, and it follows ${found ?? ''}`);
    }
    for (const [source, end] of upTo) {
      const next = Math.max(this.#next.get(source) ?? 0, this.#upTo.get(source) ?? 0);
      if (end > next) throw this.#missing(`batch ${time} has source ${source} up to record ${end}, and the log up to ${next}`);
    }
    this.#lastBatch = time;
    this.#upTo = upTo;
    this.#batches.set(time, { entry, attempts: 0, committed: new Set(), pinned: new Map() });
    this.held.addIntent({ number, time, upTo });
  }

  #missing(what: string): MissingRecordsError {
    return new MissingRecordsError(
      `The log in ${this.#where} has a hole: ${what}. ` +
        'Put the missing files back from a copy, or reset the graph to start from nothing.',
    );
  }
}
