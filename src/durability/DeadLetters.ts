import type { AppendFile, Disk } from '../ports/Disk';
import { messageOf } from './errors';
import { filesIn } from './filesIn';
import { readableText } from './readableText';
import { readTimedName, timedName } from './timedName';

/** A record that was given up, and why. */
export interface DeadLetter {
  /** When it was given up: ms since the epoch. */
  readonly time: number;
  /** The time of its batch, ms since the epoch; absent for one that came into none. */
  readonly batch?: number | undefined;
  /** The id of the operator that gave it up. */
  readonly operator: string;
  readonly code: string;
  /** For a person. */
  readonly reason: string;
  /** What was given up, as far as it is known. */
  readonly record: unknown;
}

export interface DeadLettersOptions {
  readonly folder: string;
  /** What all files may take together: bytes, 16 MiB by default. Beyond that the oldest file goes. */
  readonly limitBytes?: number;
}

interface LetterFile {
  readonly path: string;
  bytes: number;
  letters: number;
}

const DEFAULT_LIMIT = 16 * 1024 * 1024;
/** The limit is divided into so many files: that much is given up at a time when it is reached. */
const FILES = 8;
/** Bytes that may wait for the disk. */
const MAXIMUM_PENDING = 1024 * 1024;
const DAY = 24 * 60 * 60 * 1000;

/**
 * Records that could not be processed or delivered, for people to look at: files of JSON lines, named after the time of their first
 * letter, a new one every day. Nobody waits for them: they are written in groups, without fsync, and where the disk refuses them they
 * are counted and no more.
 */
export class DeadLetters {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #limitBytes: number;
  /** Oldest first. */
  readonly #files: LetterFile[] = [];
  #nextNumber = 1;
  #open: { readonly file: AppendFile; readonly entry: LetterFile; readonly day: number } | undefined;
  #pending: { readonly line: string; readonly time: number }[] = [];
  #pendingBytes = 0;
  #running: Promise<void> | undefined;
  #removed = 0;
  #refused = 0;
  #problem: string | undefined;
  #isClosed = false;

  private constructor(disk: Disk, { folder, limitBytes = DEFAULT_LIMIT }: DeadLettersOptions) {
    this.#disk = disk;
    this.#folder = folder;
    this.#limitBytes = limitBytes;
  }

  /** Counts what is there from earlier. Never rejects: what cannot be read is not counted, and `problem` says so. */
  static async open(disk: Disk, options: DeadLettersOptions): Promise<DeadLetters> {
    const letters = new DeadLetters(disk, options);
    try {
      await letters.#find();
    } catch (thrown) {
      letters.#problem = messageOf(thrown);
    }
    return letters;
  }

  /** Letters that are there, also those from earlier and those on their way to the disk. */
  get count(): number {
    return this.#files.reduce((sum, { letters }) => sum + letters, this.#pending.length);
  }

  /** Bytes of the files. */
  get bytes(): number {
    return this.#files.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Letters that went because of the limit, since the start. */
  get removed(): number {
    return this.#removed;
  }

  /** Letters that were never written, since the start: the disk refused them, or they were too many at once. */
  get refused(): number {
    return this.#refused;
  }

  /** What the disk said last where something failed. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Takes a letter. Never throws, and never waits. */
  add({ time, batch, operator, code, reason, record }: DeadLetter): void {
    const head = [isoTime(time), batch === undefined ? null : isoTime(batch), operator, code, reason];
    const [timeText, batchText, ...texts] = head.map((each) => JSON.stringify(each));
    const line =
      `{"time":${timeText ?? ''},"batch":${batchText ?? ''},"operator":${texts[0] ?? ''},"code":${texts[1] ?? ''},` +
      `"reason":${texts[2] ?? ''},"record":${readableText(record)}}\n`;
    if (this.#isClosed || this.#pendingBytes + line.length > MAXIMUM_PENDING) {
      this.#refused++;
      return;
    }
    this.#pending.push({ line, time });
    this.#pendingBytes += line.length;
    this.#running ??= this.#write();
  }

  /** Waits for what is on its way. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    while (this.#running !== undefined) await this.#running;
    await this.#closeFile();
  }

  async #find(): Promise<void> {
    await this.#disk.makeFolder(this.#folder);
    const found: { readonly number: number; readonly path: string }[] = [];
    for (const name of await filesIn(this.#disk, this.#folder)) {
      const number = /^(\d+)\.jsonl$/.exec(readTimedName(name)?.rest ?? '')?.[1];
      if (number !== undefined) found.push({ number: Number(number), path: `${this.#folder}/${name}` });
    }
    found.sort((left, right) => left.number - right.number);
    this.#nextNumber = (found.at(-1)?.number ?? 0) + 1;
    for (const { path } of found) this.#files.push({ path, ...(await measure(this.#disk, path)) });
    await this.#keepLimit(0);
  }

  async #write(): Promise<void> {
    // What is given up in this turn goes together.
    await Promise.resolve();
    while (this.#pending.length > 0) {
      const group = this.#pending;
      this.#pending = [];
      this.#pendingBytes = 0;
      try {
        await this.#writeGroup(group);
      } catch (thrown) {
        this.#refused += group.length;
        this.#problem = messageOf(thrown);
        await this.#closeFile();
      }
    }
    this.#running = undefined;
  }

  async #writeGroup(group: readonly { readonly line: string; readonly time: number }[]): Promise<void> {
    const bytes = Buffer.from(group.map(({ line }) => line).join(''), 'utf8');
    await this.#keepLimit(bytes.length);
    const { file, entry } = await this.#fileFor(group[0]?.time ?? 0, bytes.length);
    await file.append(bytes);
    entry.bytes += bytes.length;
    entry.letters += group.length;
  }

  async #fileFor(time: number, bytes: number): Promise<{ readonly file: AppendFile; readonly entry: LetterFile }> {
    const day = Math.floor(safeTime(time) / DAY);
    const open = this.#open;
    if (open?.day === day && open.entry.bytes + bytes <= this.#limitBytes / FILES) return open;
    await this.#closeFile();
    const path = `${this.#folder}/${timedName(safeTime(time), `${String(this.#nextNumber++).padStart(6, '0')}.jsonl`)}`;
    await this.#disk.makeFolder(this.#folder);
    const file = await this.#disk.create(path);
    const entry = { path, bytes: 0, letters: 0 };
    this.#files.push(entry);
    this.#open = { file, entry, day };
    return this.#open;
  }

  async #closeFile(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.file.close().catch(() => {});
  }

  /** Removes the oldest files until so many bytes more are within the limit; the one that is being written stays. */
  async #keepLimit(bytes: number): Promise<void> {
    for (;;) {
      const [oldest] = this.#files;
      if (oldest === undefined || oldest === this.#open?.entry || this.bytes + bytes <= this.#limitBytes) return;
      await this.#disk.remove(oldest.path);
      this.#files.shift();
      this.#removed += oldest.letters;
    }
  }
}

async function measure(disk: Disk, path: string): Promise<{ bytes: number; letters: number }> {
  const size = (await disk.size(path)) ?? 0;
  let letters = 0;
  for (let offset = 0; offset < size; offset += MAXIMUM_PENDING) {
    for (const byte of await disk.read(path, offset, MAXIMUM_PENDING)) if (byte === 0x0a) letters++;
  }
  return { bytes: size, letters };
}

/** A letter with a time that is none is better than no letter. */
function safeTime(time: number): number {
  return Number.isFinite(time) && Math.abs(time) < 100 * 365 * 366 * DAY ? time : 0;
}

function isoTime(time: number): string {
  return new Date(safeTime(time)).toISOString();
}
