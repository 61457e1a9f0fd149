import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Timer } from '../../ports/Clock';
import type { Source, SourceHost, SourceMessage, SourceProblem } from '../Source';
import { FileNamePattern } from './FileNamePattern';
import { type Candidate, FolderContents, MOST_FILES, seenOf } from './FolderContents';
import { type Begun, fileMark, firstLookMark, isSame, readMarks, type Seen } from './FolderMarks';
import { LineCutter, LONGEST_LINE } from './LineCutter';

export interface FolderParameters {
  /** The folder; an absolute path. Folders in it are not looked into. */
  readonly path: string;
  /** A glob for the names of files. */
  readonly pattern: string;
  /** A record for each line, or one for each file. */
  readonly split: 'lines' | 'whole';
  /** Whether files that are there at the start are read too. */
  readonly existing: boolean;
}

/** ms between two looks into the folder. */
export const LOOK_INTERVAL = 1000;

/** A look that took long is followed by a pause this many times as long, so that a huge folder does not take all the time. */
const PAUSE_FACTOR = 4;

/** The largest file that becomes one record, in bytes: larger records than this are refused everywhere. */
export const LARGEST_WHOLE_FILE = 1024 * 1024;

/** Bytes read at once, and the records handed over at once: what is read of a file and not stored yet is no more than this. */
const PIECE = 64 * 1024;

/** A folder that is not there is a problem once so many looks in a row did not find it. */
const MISSED_LOOKS = 5;

/** Opens a file for reading. */
export type OpenFile = (path: string, flags: number) => Promise<FileHandle>;

/** Files whose marks are stored at once. */
const MARKS_AT_ONCE = 1000;

type Marks = ReadonlyMap<string, unknown>;

/**
 * Reads the files that appear in a folder, each once: a record for each line, or one for the whole file, with the file's name
 * as topic.
 *
 * A file is taken when two looks, a second apart, found it with the same size and time of change, so that one that is still
 * being written is left alone; best is to write elsewhere on the same disk and move the file in. Names that begin with a dot
 * are ignored (as Spark does), and so are folders, devices, and symbolic links: whoever may put files into the folder shall
 * not make Node-RED read others. A file that is changed after it was read counts as new and is read again from its beginning.
 *
 * What was read is remembered while the source runs, by name, inode, size and time of change. When it is started anew it begins
 * again: with the files that come from then on, or with all that are there (`existing`). Where its graph keeps a log, how far each
 * file was read is stored there together with the records, and it goes on from there: each line once, and files that came
 * while it did not run are new.
 */
export class FolderSource implements Source {
  readonly #parameters: FolderParameters;
  readonly #contents: FolderContents;
  readonly #host: SourceHost;
  readonly #clock: Clock;
  readonly #open: OpenFile;
  /** What was read, or is to be left alone, by name. */
  readonly #done = new Map<string, Seen>();
  /** What was there at the last look and has not been read. */
  #waiting = new Map<string, Seen>();
  /** How far files were read that were not read to their ends. */
  readonly #begun = new Map<string, Begun>();
  /** Files that are gone for long, to be forgotten in the log too. */
  readonly #forgotten = new Set<string>();
  /** Problems that are told once, until what they tell of is over. */
  readonly #told = new Set<string>();
  #timer: Timer | undefined;
  #look: Promise<void> | undefined;
  #running = false;
  #first = true;
  /** How many looks in a row found no folder. */
  #missed = 0;

  /** @throws RangeError for a pattern that stands for too many others */
  constructor(parameters: FolderParameters, host: SourceHost, clock: Clock, openFile: OpenFile = open) {
    this.#parameters = parameters;
    this.#contents = new FolderContents(parameters.path, new FileNamePattern(parameters.pattern));
    this.#host = host;
    this.#clock = clock;
    this.#open = openFile;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    const { done, begun, known } = readMarks(this.#host.log, this.#parameters.path);
    for (const [name, seen] of done) this.#done.set(name, seen);
    for (const [name, progress] of begun) this.#begun.set(name, progress);
    if (known) this.#first = false;
    this.#host.status({ state: 'connecting', text: 'looks into the folder' });
    this.#schedule(0);
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#look;
  }

  #schedule(delay: number): void {
    if (!this.#running) return;
    this.#timer = this.#clock.schedule(delay, () => {
      this.#timer = undefined;
      const begun = this.#clock.monotonic();
      this.#look = this.#lookOnce().then(() => {
        this.#schedule(Math.max(LOOK_INTERVAL, PAUSE_FACTOR * (this.#clock.monotonic() - begun)));
      });
    });
  }

  /** Never rejects. */
  async #lookOnce(): Promise<void> {
    let files: readonly Candidate[];
    try {
      files = await this.#io(this.#list());
    } catch (thrown) {
      if (!this.#isRunning()) return;
      this.#folderFailed(thrown);
      await this.#keepFirstLook();
      return;
    }
    if (!this.#isRunning()) return;
    this.#told.delete('folder-unreadable');
    this.#missed = 0;
    this.#host.status({ state: 'running', text: 'watches the folder' });
    const steady = this.#steady(files);
    if (!(await this.#keepFirstLook())) return;
    for (const candidate of steady) {
      if (!this.#isRunning()) return;
      await this.#read(candidate);
    }
  }

  /** The files that fit and have not been read, with sizes and times. */
  async #list(): Promise<readonly Candidate[]> {
    const { names, links, left } = await this.#contents.names(() => this.#running);
    this.#tellOnce(links > 0, 'folder-links', () => ({
      what: `${String(links)} symbolic links in the folder ${this.#parameters.path} are left out.`,
      why: 'Whoever may put a link into the folder could otherwise have any file read.',
      fix: 'Put the files themselves into the folder.',
    }));
    this.#tellOnce(left > 0, 'folder-too-full', () => ({
      what: `${String(left)} files in the folder ${this.#parameters.path} are left out.`,
      why: `At most ${String(MOST_FILES)} files of a folder are watched.`,
      fix: 'Move files away that have been read, or choose a pattern that fewer names fit.',
    }));
    const files = await this.#contents.look(names, () => this.#running);
    this.#forgetGone(names);
    return files.filter((file) => !isSame(this.#done.get(file.name), file));
  }

  /**
   * Forgets files that are gone, when there are too many. As long as there is room they are remembered: a disk that was away
   * for a moment does not make its files new.
   */
  #forgetGone(names: readonly string[]): void {
    if (this.#done.size <= 2 * MOST_FILES) return;
    const there = new Set(names);
    for (const name of this.#done.keys()) {
      if (there.has(name)) continue;
      this.#done.delete(name);
      if (this.#host.log !== undefined) this.#forgotten.add(name);
    }
  }

  /** Those that are as they were at the last look, oldest first. */
  #steady(files: readonly Candidate[]): Candidate[] {
    const before = this.#waiting;
    this.#waiting = new Map(files.map(({ name, inode, size, modified }) => [name, { inode, size, modified }]));
    // With a log nothing is read twice, also where a disk was away for a moment.
    if (this.#host.log === undefined) for (const name of this.#begun.keys()) if (!this.#waiting.has(name)) this.#begun.delete(name);
    if (this.#first) {
      this.#first = false;
      if (!this.#parameters.existing) {
        for (const [name, seen] of this.#waiting) this.#done.set(name, seen);
        this.#waiting.clear();
      }
      return [];
    }
    return files
      .filter((file) => isSame(before.get(file.name), file))
      .sort((a, b) => a.modified - b.modified || (a.name < b.name ? -1 : 1));
  }

  /** Reads a file to its end. Never rejects: what could not be read is tried again at the next look. */
  async #read(file: Candidate): Promise<void> {
    const key = `folder-file-unreadable ${file.name}`;
    let handle: FileHandle | undefined;
    try {
      // Without waiting, should somebody have put a pipe in its place meanwhile.
      const flags = constants.O_RDONLY | noBlock | noFollow;
      handle = await this.#io(this.#open(join(this.#parameters.path, file.name), flags));
      if (!(await this.#isUnchanged(handle, file))) return;
      const done = this.#parameters.split === 'lines' ? await this.#readLines(handle, file) : await this.#readWhole(handle, file);
      if (!done) return;
      await this.#checkUnchanged(handle, file);
      this.#finished(file);
      this.#told.delete(key);
    } catch (thrown) {
      // A file that was taken away before it was begun is nobody's loss.
      if (!this.#isRunning() || (codeOf(thrown) === 'ENOENT' && !this.#begun.has(file.name))) return;
      this.#tellOnce(true, key, () => ({
        code: 'folder-file-unreadable',
        what: `The file ${file.name} in the folder ${this.#parameters.path} could not be read.`,
        why: reasonOf(thrown),
        fix: 'Let the user that runs Node-RED read it, or take it away. It is tried again every second.',
      }));
    } finally {
      if (handle !== undefined) await this.#io(handle.close().catch(() => undefined));
    }
  }

  #finished({ name, inode, size, modified }: Candidate): void {
    this.#done.delete(name);
    this.#done.set(name, { inode, size, modified });
    this.#waiting.delete(name);
    this.#begun.delete(name);
  }

  async #isUnchanged(handle: FileHandle, file: Candidate): Promise<boolean> {
    const stats = await this.#io(handle.stat());
    return stats.isFile() && isSame(seenOf(stats), file);
  }

  async #checkUnchanged(handle: FileHandle, file: Candidate): Promise<void> {
    if (await this.#isUnchanged(handle, file)) return;
    this.#problem({
      code: 'folder-file-changed',
      what: `The file ${file.name} in the folder ${this.#parameters.path} was changed while it was read.`,
      why: 'It will be read again as a new file, so some of its records come twice.',
      fix: 'Write files in another folder of the same disk, and move them in when they are complete.',
    });
  }

  /** @returns whether the file was read to its end, and all its records were taken */
  async #readLines(handle: FileHandle, file: Candidate): Promise<boolean> {
    const begun = this.#begun.get(file.name);
    let offset = begun !== undefined && isSame(begun, file) ? begun.offset : 0;
    const lines = new LineCutter(offset === 0);
    while (offset < file.size) {
      const length = Math.min(PIECE, file.size - offset);
      // New memory for each piece: the records are parts of it.
      const { bytesRead, buffer } = await this.#io(handle.read(Buffer.allocUnsafeSlow(length), 0, length, offset));
      if (bytesRead === 0) break;
      offset += bytesRead;
      const stored = lines.take(buffer.subarray(0, bytesRead));
      if (!(await this.#store(file, stored, offset - lines.pending))) return false;
      const { inode, size, modified } = file;
      this.#begun.set(file.name, { inode, size, modified, offset: offset - lines.pending });
    }
    // What is left is no line, or the last one.
    if (!(await this.#store(file, lines.end(), file.size))) return false;
    if (lines.tooLong > 0) {
      this.#problem({
        code: 'folder-line-too-long',
        what: `${String(lines.tooLong)} lines of the file ${file.name} were left out.`,
        why: `A line may have ${String(LONGEST_LINE)} bytes at most.`,
        fix: 'Choose a pattern that only text files with shorter lines fit, or let whole files become records.',
      });
    }
    return true;
  }

  async #readWhole(handle: FileHandle, file: Candidate): Promise<boolean> {
    if (file.size > LARGEST_WHOLE_FILE) {
      this.#problem({
        code: 'folder-file-too-large',
        what: `The file ${file.name} has ${String(file.size)} bytes, and was left out.`,
        why: `A file that becomes one record may have ${String(LARGEST_WHOLE_FILE)} bytes at most.`,
        fix: 'Read it line by line, or split it.',
      });
      return true;
    }
    const content = Buffer.allocUnsafeSlow(file.size);
    let length = 0;
    while (length < file.size) {
      const { bytesRead } = await this.#io(handle.read(content, length, file.size - length, length));
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    // Half a file is no record.
    if (length < file.size || !(await this.#isUnchanged(handle, file))) return false;
    return length === 0 || this.#store(file, [content], length);
  }

  /**
   * Remembers that the folder was looked into, and which files were left alone then; nothing is read before.
   * @returns false where that could not be stored
   */
  async #keepFirstLook(): Promise<boolean> {
    const { log } = this.#host;
    const [place, mark] = firstLookMark(this.#parameters.path);
    if (log === undefined || this.#first || log.marks.get(place) === mark) return true;
    const marks = [...this.#done].map(([name, seen]) => [name, fileMark(seen, seen.size)] as const);
    for (let from = 0; from < marks.length; from += MARKS_AT_ONCE) {
      if (!(await this.#handOver([], new Map(marks.slice(from, from + MARKS_AT_ONCE)), 'the folder'))) return false;
    }
    // Last: until it is there, it is the first look.
    return this.#handOver([], new Map([[place, mark]]), 'the folder');
  }

  /**
   * Stores the records of a file, and up to which byte it was read.
   * @returns false where they were not taken, or the source stops
   */
  #store(file: Candidate, payloads: readonly Buffer[], offset: number): Promise<boolean> {
    if (payloads.length === 0) return Promise.resolve(this.#isRunning());
    const messages = payloads.map((payload): SourceMessage => ({ payload, topic: file.name }));
    if (this.#host.log === undefined) return this.#handOver(messages, undefined, `the file ${file.name}`);
    const forgotten = [...this.#forgotten].filter((name) => !this.#done.has(name)).map((name) => [name, undefined] as const);
    this.#forgotten.clear();
    return this.#handOver(messages, new Map([...forgotten, [file.name, fileMark(file, offset)]]), `the file ${file.name}`);
  }

  /** Waits until the records are taken: a busy graph is not flooded. @param of for a message */
  async #handOver(messages: readonly SourceMessage[], marks: Marks | undefined, of: string): Promise<boolean> {
    if (!this.#isRunning()) return false;
    try {
      await (marks === undefined ? this.#host.store(messages) : this.#host.store(messages, { marks }));
      this.#told.delete('folder-refused');
      return true;
    } catch (thrown) {
      this.#tellOnce(this.#isRunning(), 'folder-refused', () => ({
        what: `Records of ${of} were not taken.`,
        why: reasonOf(thrown),
        fix: 'They are read again in a second.',
      }));
      return false;
    }
  }

  #folderFailed(thrown: unknown): void {
    const missing = codeOf(thrown) === 'ENOENT';
    // Whatever a folder holds that did not exist has come since.
    if (missing) this.#first = false;
    // Whoever fills the folder may be about to make it.
    if (missing && ++this.#missed < MISSED_LOOKS) {
      this.#host.status({ state: 'waiting', text: 'waits for the folder' });
      return;
    }
    this.#host.status({ state: 'failed', text: missing ? 'there is no such folder' : 'the folder cannot be read' });
    this.#tellOnce(true, 'folder-unreadable', () => ({
      what: `The folder ${this.#parameters.path} cannot be read.`,
      why: missing ? 'There is no such folder.' : reasonOf(thrown),
      fix: 'Make the folder, or let the user that runs Node-RED read it. It is tried again every second.',
    }));
  }

  /** Tells a problem unless it is known; once it is over it can be told again. */
  #tellOnce(isSo: boolean, key: string, problem: () => Omit<SourceProblem, 'code'> & { readonly code?: string }): void {
    if (!isSo) {
      this.#told.delete(key);
    } else if (!this.#told.has(key)) {
      // Names come from others, so what is kept of them is bounded.
      if (this.#told.size >= 1000) this.#told.clear();
      this.#told.add(key);
      this.#problem({ code: key, ...problem() });
    }
  }

  #problem(problem: SourceProblem): void {
    this.#host.problem(problem);
  }

  /** Work with the disk, which is no reason for the clock to go on. */
  #io<Value>(work: Promise<Value>): Promise<Value> {
    this.#clock.track(work);
    return work;
  }

  #isRunning(): boolean {
    return this.#running;
  }
}

// Windows has neither.
const noBlock = (constants as { readonly O_NONBLOCK?: number }).O_NONBLOCK ?? 0;
const noFollow = (constants as { readonly O_NOFOLLOW?: number }).O_NOFOLLOW ?? 0;

function codeOf(thrown: unknown): string | undefined {
  return (thrown as NodeJS.ErrnoException | undefined)?.code;
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
