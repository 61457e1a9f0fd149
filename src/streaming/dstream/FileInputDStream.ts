import type { FileSystem } from '../../ports/FileSystem';
import { LineSplitter } from '../../ports/LineSplitter';
import { checkDuration } from '../duration';
import { asError, IllegalArgumentError, StreamingError } from '../errors';
import { joined, matchingFolders, unlessGone } from '../glob';
import { FilesRDD } from '../rdd/FilesRDD';
import type { RDD } from '../rdd/RDD';
import type { StreamingContext } from '../StreamingContext';
import { InputDStream } from './InputDStream';

/** Which files of a folder are read. */
export interface FileSelection {
  /** Whether a file is read, by its whole path. When left out: files whose name does not begin with a dot. */
  readonly filter?: (path: string) => boolean;
  /** Whether files last changed before the stream was made are left alone; true when left out. */
  readonly newFilesOnly?: boolean;
  /** ms for which a file is still found although nobody saw it in time, rounded up to whole batches; 60,000 when left out. */
  readonly minRememberDuration?: number;
}

/** What a batch reads, and how far the folder has been looked at. */
interface SelectedFiles {
  /** null where the folder could not be looked at */
  readonly paths: readonly string[] | null;
  readonly threshold: number;
  readonly previous: number;
}

/** Gives the records of a file. An error that it throws fails the batch. */
export type FileReader<T> = (content: Uint8Array, path: string) => Iterable<T> | Promise<Iterable<T>>;

/** Spark's spark.streaming.fileStream.minRememberDuration, ms. */
const REMEMBER_DURATION = 60_000;

/**
 * Reads files that appear in a folder (or in all folders that fit a pattern), each once, one partition a file.
 *
 * A batch T gets the files last changed after max(threshold, T - W) and not after T that pass the filter and that none of the
 * batches after T - W got, where W is the remember duration. The time of the last change decides, not when the folder is looked
 * at: a file moved in is read only if it was changed within W. After a pause, or while the folder could not be looked at, W
 * reaches back to the last batch for which it was, so that nothing is left out (Spark makes up for every batch of a pause, and
 * forgets what it could not list within W).
 *
 * Folders are looked at before the jobs of the batch are made, batch after batch; what was chosen belongs to the batch from then
 * on, so that whoever computes it again reads the same files. A folder that cannot be looked at gives a warning and a batch
 * without files; they are found later. A chosen file that cannot be read fails the batch.
 */
export class FileInputDStream<T> extends InputDStream<T> {
  readonly #fileSystem: FileSystem;
  readonly #folder: string;
  readonly #filter: (path: string) => boolean;
  readonly #read: FileReader<T>;
  /** Files changed at this time (ms since the epoch) or before are old. */
  #threshold: number;
  readonly #rememberWindow: number;
  /** The files of recent batches. */
  readonly #selected = new Map<number, readonly string[]>();
  /** What batches of an earlier run are to read again. */
  readonly #assigned = new Map<number, SelectedFiles>();
  /** Files changed until then (ms since the epoch) have been looked for. */
  #previous: number | undefined;
  #selecting: Promise<void> = Promise.resolve();
  #warned: string | undefined;
  #stopped = false;

  /**
   * @throws IllegalArgumentError when the folder is no text, the reader no function, or the duration not above 0
   * @throws IllegalStateError where the context has no files to read
   */
  constructor(context: StreamingContext, folder: string, read: FileReader<T>, selection: FileSelection = {}) {
    const { filter = isVisible, newFilesOnly = true, minRememberDuration = REMEMBER_DURATION } = selection;
    if (typeof (folder as unknown) !== 'string' || folder === '') {
      throw new IllegalArgumentError(`A stream of files needs the path of a folder, and got ${JSON.stringify(folder)}.`);
    }
    if (typeof (read as unknown) !== 'function' || typeof (filter as unknown) !== 'function') {
      throw new IllegalArgumentError(`The read and the filter of the files in ${folder} must be functions.`);
    }
    checkDuration('minRememberDuration', minRememberDuration);
    const { fileSystem } = context;
    super(context);
    this.#fileSystem = fileSystem;
    this.#folder = folder;
    this.#filter = filter;
    this.#read = read;
    this.#threshold = newFilesOnly ? context.clock.now() : 0;
    this.#rememberWindow = Math.ceil(minRememberDuration / context.batchInterval) * context.batchInterval;
  }

  get description(): string {
    return `files in ${this.#folder}`;
  }

  start(): void {
    // Files wait by themselves.
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return Promise.resolve();
  }

  override prepare(time: number): Promise<void> {
    this.#selecting = this.#selecting.then(() => this.#select(time));
    return this.#selecting;
  }

  async #select(time: number): Promise<void> {
    const assigned = this.#assigned.get(time);
    if (assigned !== undefined) {
      this.#assigned.delete(time);
      this.#threshold = assigned.threshold;
      this.#previous = assigned.previous;
      if (assigned.paths !== null) this.#selected.set(time, assigned.paths);
      return;
    }
    const oldest = time - this.#rememberWindow;
    this.#previous ??= oldest;
    const ignored = Math.max(this.#threshold, Math.min(oldest, this.#previous));
    // What these batches read was last changed too long ago to be found again.
    for (const selectedTime of this.#selected.keys()) if (selectedTime <= ignored) this.#selected.delete(selectedTime);
    const recent = new Set<string>();
    for (const paths of this.#selected.values()) for (const path of paths) recent.add(path);
    try {
      this.#selected.set(time, (await this.#found(ignored, time)).filter((path) => !recent.has(path)));
      this.#previous = time;
      this.#warned = undefined;
    } catch (thrown) {
      this.#warn(asError(thrown));
    }
  }

  /** What a batch reads, as plain data. */
  selectionOf(time: number): SelectedFiles {
    return { paths: this.#selected.get(time) ?? null, threshold: this.#threshold, previous: Math.min(time, this.#previous ?? time) };
  }

  /** Says what a batch of an earlier run reads: what `selectionOf` gave for it. */
  assign(time: number, selection: unknown): void {
    if (selection !== undefined) this.#assigned.set(time, selection as SelectedFiles);
  }

  override get recoveredFrom(): 'origin' {
    return 'origin';
  }

  override get savedKind(): string {
    return 'files';
  }

  protected override saveOwn(time: number): unknown {
    const selected = [...this.#selected].filter(([selectedTime]) => selectedTime <= time);
    return { selected, threshold: this.#threshold, previous: Math.min(time, this.#previous ?? time) };
  }

  protected override restoreOwn(saved: unknown): void {
    const { selected, threshold, previous } = saved as {
      readonly selected: readonly (readonly [number, readonly string[]])[];
      readonly threshold: number;
      readonly previous: number;
    };
    for (const [time, paths] of selected) this.#selected.set(time, paths);
    this.#threshold = threshold;
    this.#previous = previous;
  }

  /** The files changed after one time and not after another, ms since the epoch, folder by folder, in the order of their names. */
  async #found(after: number, until: number): Promise<string[]> {
    const fileSystem = this.#fileSystem;
    const folders = await matchingFolders(fileSystem, this.#folder);
    const paths: string[] = [];
    for (const folder of folders) {
      // Of several folders, one may have been moved away since.
      const entries = folder === this.#folder ? await fileSystem.list(folder) : await unlessGone(fileSystem.list(folder), []);
      for (const { name, kind, modified } of entries) {
        if (kind !== 'file' || modified <= after || modified > until) continue;
        const path = joined(folder, name);
        if (this.#filter(path)) paths.push(path);
      }
    }
    return paths;
  }

  /** Once for each cause, until all is well again. */
  #warn(error: Error): void {
    const text =
      `The files in ${this.#folder} cannot be looked for, so the batch has none: ${error.message}. ` +
      'See that the folder is there and readable; its files are found as soon as it is.';
    if (text === this.#warned || this.#stopped) return;
    this.#warned = text;
    this.context.log.warn(text);
  }

  override takeBack(time: number): void {
    for (const selectedTime of this.#selected.keys()) if (selectedTime >= time) this.#selected.delete(selectedTime);
  }

  protected override compute(time: number): RDD<T> {
    return new FilesRDD<T>(this.context, this.#selected.get(time) ?? [], async (path) => {
      return Array.from(await this.#read(await this.#fileSystem.read(path), path));
    });
  }
}

function isVisible(path: string): boolean {
  return !path.slice(path.lastIndexOf('/') + 1).startsWith('.');
}

/** The lines of a text in UTF-8: a line feed, with or without a carriage return in front, ends each; the last may do without. */
export function readLines(content: Uint8Array): string[] {
  const lines: string[] = [];
  const decoder = new TextDecoder();
  const splitter = new LineSplitter();
  const keep = (line: Uint8Array): void => {
    lines.push(decoder.decode(line));
  };
  splitter.push(content, keep);
  const last = splitter.end();
  if (last !== undefined) keep(last);
  return lines;
}

/**
 * Cuts a file into records of the same length.
 * @param length bytes
 * @throws IllegalArgumentError unless the length is a whole number above 0
 */
export function recordsOfLength(length: number): FileReader<Uint8Array> {
  if (!Number.isSafeInteger(length) || length <= 0) {
    throw new IllegalArgumentError(`The record length is ${String(length)}; it must be a whole number of bytes above 0.`);
  }
  return (content) => {
    if (content.length % length !== 0) {
      throw new StreamingError(
        `it has ${String(content.length)} bytes, which is not a whole number of records of ${String(length)} bytes`,
      );
    }
    return Array.from({ length: content.length / length }, (_, index) => content.subarray(index * length, (index + 1) * length));
  };
}
