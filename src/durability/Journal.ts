import type { Disk } from '../ports/Disk';
import { CheckpointStore, type Sections, type StoredCheckpoint } from './CheckpointStore';
import { readEntry, writeEntry, type Entry, type Intent } from './entries';
import { type DamagedFileError, DurabilityError, messageOf, MissingRecordsError } from './errors';
import { filesIn } from './filesIn';
import type { Held } from './Held';
import { QUARANTINE } from './quarantine';
import { readLog } from './readLog';
import { readRecords, type StoredRecords } from './readRecords';
import { RecoveryReader, type RecoveredBatch, type RecoveredSource } from './RecoveryReader';
import type { SalvageNote } from './salvage/salvageNote';
import { SegmentedLog, type Appended, type LogOptions } from './SegmentedLog';
import type { SavepointMark, WholeCheckpoint } from './Savepoints';
import { setMarks } from './setMarks';

export type JournalOptions = Omit<LogOptions, 'folder'>;

export const LOG_FOLDER = 'log';
export const CHECKPOINT_FOLDER = 'ckpt';
const NO_MARKS: ReadonlyMap<string, unknown> = new Map();
const NO_PACKETS: ReadonlySet<number> = new Set();

/** What is left of a graph's earlier life. */
export interface Recovery {
  /** The state to start from; undefined: from nothing. */
  readonly checkpoint: { readonly batch: number; readonly data: unknown; readonly sections: ReadonlyMap<string, Uint8Array> } | undefined;
  /** The savepoint that the graph has just gone back to: no checkpoint was made since. */
  readonly savepoint?: SavepointMark;
  /** The batches to run again, in this order, before any other. */
  readonly batches: readonly RecoveredBatch[];
  readonly sources: ReadonlyMap<string, RecoveredSource>;
  /** For each source the last of its records, where the log that is read at a start has one. */
  readonly lastRecords: ReadonlyMap<string, unknown>;
  /** The time of the last batch there was: every other must be later. */
  readonly lastBatch: number | undefined;
  /** Bytes that a power cut left half written; nobody was told that they were safe. */
  readonly tornBytes: number;
  /** Files that could not be read, and where they were put. */
  readonly quarantined: readonly string[];
  /** What was lost where the log was salvaged, as long as the log that is read at a start says so. */
  readonly salvages: readonly SalvageNote[];
  /** The records of a batch, source by source, in order. To be read before the batch is in a checkpoint. */
  recordsOf(batch: RecoveredBatch): Promise<readonly StoredRecords[]>;
  /** The records that are in no batch yet, piece by piece, in the order of the log. */
  readWaiting(visit: (records: StoredRecords) => void): Promise<void>;
}

/** What a checkpoint keeps beside what its maker gave. */
export interface CheckpointData {
  /** The last frame that had been appended when the state of the packet ids and marks was taken. */
  readonly lastFrame: number;
  /** As the intent of the batch says. */
  readonly upTo: ReadonlyMap<string, number>;
  readonly packets: ReadonlyMap<string, ReadonlySet<number>>;
  /** Absent in early checkpoints: none. */
  readonly marks?: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
  readonly data: unknown;
  /** Only in a savepoint. */
  readonly savepoint?: SavepointMark;
}

/**
 * Everything of a graph that must not be lost: records, the boundaries of batches, what sinks have, and state.
 * The order is always: record logged and confirmed, then acknowledged; intent confirmed, then the batch runs; sink done, then its
 * commit; checkpoint durable, then what is in front of the older of two checkpoints is dropped.
 */
export class Journal {
  readonly #log: SegmentedLog;
  readonly #store: CheckpointStore;
  readonly #held: Held;
  readonly #sources = new Map<string, { next: number; packets: Set<number> }>();
  readonly #marks = new Map<string, Map<string, unknown>>();
  #lastBatch: number | undefined;
  #upTo: ReadonlyMap<string, number>;

  private constructor(log: SegmentedLog, store: CheckpointStore, reader: RecoveryReader) {
    this.#log = log;
    this.#store = store;
    this.#held = reader.held;
    this.#lastBatch = reader.lastBatch;
    this.#upTo = reader.upTo;
    for (const [source, { next, packets, marks }] of reader.sources()) {
      this.#sources.set(source, { next, packets: new Set(packets) });
      setMarks(this.#marks, source, marks);
    }
  }

  /**
   * Finds out what is left, refuses what does not fit together, and begins a new segment. Running it again after it was
   * interrupted gives the same.
   * @throws DamagedFileError, MissingRecordsError, NewerFormatError: nothing was changed, except that checkpoints that cannot be
   *   read are in the quarantine
   */
  static async open(disk: Disk, options: JournalOptions): Promise<{ readonly journal: Journal; readonly recovery: Recovery }> {
    const place = { folder: LOG_FOLDER, graph: options.graph };
    await disk.makeFolder(LOG_FOLDER);
    const { checkOwnership } = options;
    const store = await CheckpointStore.open(disk, {
      folder: CHECKPOINT_FOLDER, graph: options.graph, ...(checkOwnership === undefined ? {} : { checkOwnership }),
    });
    const { newest } = store;
    const data = newest?.head.data as CheckpointData | undefined;
    const reader = new RecoveryReader(
      newest === undefined || data === undefined ? undefined : { batch: newest.head.batch, ...data },
      `${disk.location}/${LOG_FOLDER}`,
    );
    const found = await readLog(disk, place, newest?.head.from ?? 1, (frame) => {
      const entry = readEntry(frame.type, frame.payload);
      if (entry !== undefined) reader.add(frame.number, entry);
    });
    reader.finish(found.nextFrame - 1);
    if (newest === undefined && found.nextFrame === 1) await refuseForgotten(disk);
    const sections = newest === undefined ? undefined : await store.read(newest);
    const log = await SegmentedLog.open(disk, { ...options, ...place }, found);
    const journal = new Journal(log, store, reader);
    const batches = reader.batches();
    const ranges = new Map(batches.map((batch) => [batch.time, reader.rangeOf(batch)]));
    const waiting = reader.waiting();
    return {
      journal,
      recovery: {
        checkpoint: newest === undefined || sections === undefined ? undefined : { batch: newest.head.batch, data: data?.data, sections },
        ...(data?.savepoint === undefined ? {} : { savepoint: data.savepoint }),
        batches,
        sources: reader.sources(),
        lastRecords: reader.lastRecords,
        lastBatch: reader.lastBatch,
        tornBytes: found.tornBytes,
        quarantined: store.quarantined,
        salvages: reader.salvages,
        async recordsOf(batch) {
          const records: StoredRecords[] = [];
          const range = ranges.get(batch.time);
          if (range !== undefined) await readRecords(log, range, (each) => records.push(each));
          return records;
        },
        readWaiting: (visit) => readRecords(log, waiting, visit),
      },
    };
  }

  /** The log itself, for what it says about itself. */
  get log(): SegmentedLog {
    return this.#log;
  }

  /** The sources that have ever logged anything. */
  get sources(): Iterable<string> {
    return this.#sources.keys();
  }

  /** The number that the next record of a source gets. */
  nextOf(source: string): number {
    return this.#sources.get(source)?.next ?? 0;
  }

  /** Whether records that came under this packet id are in the log, and their sender may send them again. */
  hasPacket(source: string, packet: number): boolean {
    return this.#sources.get(source)?.packets.has(packet) ?? false;
  }

  /** The ids under which records of a source are in the log, and that were not released. */
  openPackets(source: string): ReadonlySet<number> {
    return this.#sources.get(source)?.packets ?? NO_PACKETS;
  }

  /** How far a source has got in each place that it reads from, as it said last. */
  marksOf(source: string): ReadonlyMap<string, unknown> {
    return this.#marks.get(source) ?? NO_MARKS;
  }

  /** Bytes of the log on disk. */
  get logBytes(): number {
    return this.#log.bytes;
  }

  /** Bytes of the newest checkpoint on disk; 0 where there is none. */
  get checkpointBytes(): number {
    return this.#store.newest?.size ?? 0;
  }

  /** The checkpoint that a start would begin from, and the last batch that is in it. */
  get newestCheckpoint(): { readonly batch: number } | undefined {
    return this.#store.newest?.head;
  }

  /** The number of the last frame that was confirmed and survives a power cut. */
  get durableFrame(): number {
    return this.#log.durableFrame;
  }

  /**
   * Logs records of a source. Acknowledge them when `durable` has resolved, not before.
   * @param records may be none, where there are packets or marks to be kept
   * @param packets ids under which their sender may send them again
   * @param marks how far the source has got in places that it reads from, kept together with the records: either both survive or
   *   neither; undefined forgets a place. Plain data, not to be changed afterwards
   * @throws EncodingError for records that cannot be kept
   */
  append(
    source: string, records: readonly unknown[], packets: readonly number[] = [], marks = NO_MARKS,
  ): Appended & { readonly first: number } {
    const first = this.nextOf(source);
    const appended = this.#append({ kind: 'records', source, first, records, packets, marks });
    const known = this.#sources.get(source) ?? { next: 0, packets: new Set<number>() };
    this.#sources.set(source, known);
    known.next = first + records.length;
    for (const packet of packets) known.packets.add(packet);
    setMarks(this.#marks, source, marks);
    this.#held.addRecords(source, appended.number, first, known.next);
    return { ...appended, first };
  }

  /**
   * Reads records back that were appended, also while others are: such as those that memory had no room for. Waits for those that
   * are not confirmed yet.
   * @param begin the number of the first record
   * @param end the number after that of the last
   * @param visit gets them in order, piece by piece
   * @throws MissingRecordsError for records that were never appended, or that a checkpoint has given up
   */
  async readRecords(source: string, begin: number, end: number, visit: (records: StoredRecords) => void): Promise<void> {
    if (begin >= end) return;
    const frames = this.#held.framesOf(source, begin, end);
    if (frames === undefined) {
      throw new MissingRecordsError(
        `Records ${begin} to ${end - 1} of source ${source} are not in the log: its next record is ${this.nextOf(source)}, ` +
          'and what a checkpoint covers is given up.',
      );
    }
    await readRecords(this.#log, { sources: new Map([[source, { begin, end }]]), frames }, visit);
  }

  /** Logs that a sender has released packet ids. Tell it that it was heard when `durable` has resolved. */
  release(source: string, packets: readonly number[]): Appended {
    const appended = this.#append({ kind: 'released', source, packets });
    for (const packet of packets) this.#sources.get(source)?.packets.delete(packet);
    return appended;
  }

  /**
   * Logs what the next batch consists of. Run it when `durable` has resolved, not before.
   * @throws DurabilityError for a batch that is not later than the one in front, or that has records twice or not yet
   */
  intend(intent: Intent): Appended {
    const { time } = intent;
    if (this.#lastBatch !== undefined && time <= this.#lastBatch) {
      throw new DurabilityError(`Batch ${time} comes after batch ${this.#lastBatch}: batch times must grow.`);
    }
    const upTo = new Map(this.#upTo);
    for (const [source, end] of intent.upTo) {
      const begin = upTo.get(source) ?? 0;
      if (end < begin || end > this.nextOf(source)) {
        throw new DurabilityError(
          `Batch ${time} ends before record ${end} of source ${source}: records ${begin} to ${this.nextOf(source)} are there for it.`,
        );
      }
      upTo.set(source, end);
    }
    const appended = this.#append({ ...intent, upTo, kind: 'intent', previous: this.#lastBatch ?? null });
    this.#lastBatch = time;
    this.#upTo = upTo;
    this.#held.addIntent({ number: appended.number, time, upTo });
    return appended;
  }

  /** Notes that a batch begins to run. Nobody waits for it. */
  begin(time: number): Appended {
    return this.#append({ kind: 'begun', time });
  }

  /** Keeps what a batch produced for a sink. Call the sink when `durable` has resolved. */
  pin(time: number, sink: string, rows: unknown): Appended {
    return this.#append({ kind: 'output', time, sink, rows });
  }

  /** Notes that a sink has a batch for good. Nobody need wait: where it is lost, the sink gets the batch once more. */
  commit(time: number, sink: string): Appended {
    return this.#append({ kind: 'commit', time, sink });
  }

  note(about: string, data: unknown): Appended {
    return this.#append({ kind: 'note', about, data });
  }

  /**
   * Makes the state after a batch the one to start from, and drops what no checkpoint needs any more.
   * @param batch the batch after which the state was taken; it was intended, and all its sinks have it or have given up
   * @param data plain data that comes back with it
   * @returns how many segments of the log were dropped
   */
  async checkpoint(batch: number, sections: Sections, data?: unknown): Promise<number> {
    const upTo = this.#held.upToOf(batch);
    if (upTo === undefined) {
      if (batch === this.#store.newest?.head.batch) return 0;
      throw new DurabilityError(`There is no batch ${batch} to make a checkpoint of.`);
    }
    const { lastFrame } = this.#log;
    const packets = new Map([...this.#sources].map(([source, known]) => [source, new Set(known.packets)]));
    const marks = new Map([...this.#marks].map(([source, places]) => [source, new Map(places)]));
    const from = this.#held.firstNeeded(batch, upTo) ?? lastFrame + 1;
    // It says that the log goes at least this far.
    await this.#log.sync();
    const kept: CheckpointData = { lastFrame, upTo, packets, marks, data };
    const older = await this.#store.write({ batch, from, data: kept }, sections);
    this.#held.dropBefore(from);
    return this.#dropBefore(older);
  }

  /**
   * The state of the newest checkpoint as a checkpoint of a graph whose log begins anew: without records, batches and packet ids.
   * @throws DamagedFileError; DurabilityError where there is no checkpoint
   */
  async wholeCheckpoint(savepoint: SavepointMark): Promise<WholeCheckpoint> {
    const { newest } = this.#store;
    if (newest === undefined) throw new DurabilityError('There is no checkpoint yet.');
    const sections = await this.#store.read(newest);
    const { marks = new Map<string, never>(), data } = newest.head.data as CheckpointData;
    const kept: CheckpointData = { lastFrame: 0, upTo: new Map(), packets: new Map(), marks, data, savepoint };
    return { head: { batch: newest.head.batch, from: 1, data: kept }, sections };
  }

  /**
   * Reads everything again that is on the disk and not written to any more, a piece at a time.
   * @param pause waited for before each piece; where it rejects, the check ends with that
   * @returns where files are not as they were written
   */
  async check(pause: () => Promise<void>): Promise<readonly DamagedFileError[]> {
    return [...await this.#log.check(pause), ...await this.#store.check(pause)];
  }

  async close(): Promise<void> {
    await this.#log.close();
  }

  /** As long as there are no two checkpoints, the beginning of the log stands in for the second. */
  #dropBefore(older: StoredCheckpoint | undefined): Promise<number> {
    const { newest } = this.#store;
    if (older === undefined || newest === undefined) return Promise.resolve(0);
    return this.#log.dropBefore(Math.min(older.head.from, newest.head.from));
  }

  #append(entry: Entry): Appended {
    const { type, payload } = this.#encoded(entry);
    return this.#log.append(type, payload);
  }

  #encoded(entry: Entry): { readonly type: number; readonly payload: Uint8Array } {
    try {
      return writeEntry(entry);
    } catch (thrown) {
      if (!(thrown instanceof DurabilityError) || entry.kind !== 'output') throw thrown;
      throw new DurabilityError(`The output of batch ${entry.time} for sink ${entry.sink} cannot be kept: ${messageOf(thrown)}`, {
        cause: thrown,
      });
    }
  }
}

/**
 * A graph that has a damaged checkpoint and nothing else had something once: beginning from nothing would look as if all were well.
 * @throws MissingRecordsError
 */
async function refuseForgotten(disk: Disk): Promise<void> {
  const damaged = (await filesIn(disk, QUARANTINE)).filter((name) => name.startsWith(`${CHECKPOINT_FOLDER}-`));
  if (damaged.length === 0) return;
  throw new MissingRecordsError(
    `The log in ${disk.location}/${LOG_FOLDER} holds nothing, and no checkpoint can be read: ${damaged.join(', ')} in the quarantine ` +
      'were damaged. Put the missing files back from a copy, or reset the graph to start from nothing.',
  );
}
