import type { Disk } from '../ports/Disk';
import {
  readCheckpointFile, writeCheckpointFile, type CheckpointFileContent, type CheckpointHead, type CheckpointSection, type SectionPlace,
} from './checkpointFile';
import { DamagedFileError } from './errors';
import { quarantine } from './quarantine';
import { withPauses } from './withPauses';

const FILE_NAME = /^(\d{15})\.ck$/;

/** So many files one checkpoint may consist of. */
const MAXIMUM_FILES = 10;

/** A file is referred to only if at least so much of it is still the state: else it would be kept for little. */
const SMALLEST_USE = 0.3;

export interface StoredCheckpoint {
  readonly path: string;
  readonly head: CheckpointHead;
  /** Bytes of its own file, and of the sections in others. */
  readonly size: number;
  /** All files that it consists of: its own, and those of earlier checkpoints that have sections of it. */
  readonly files: ReadonlySet<string>;
}

/** Gets a section in pieces, in order. */
type SectionVisitor = (name: string, pieces: readonly Uint8Array[]) => void;

/**
 * State in parts, each named after the operator whose it is. Bytes that were written before, the very same object, are not written
 * again where that can be spared: they must not change.
 */
export type Sections = Iterable<readonly [string, Uint8Array]>;

export interface CheckpointStoreOptions {
  readonly folder: string;
  readonly graph: string;
  /** Asked before a checkpoint gets its name. */
  readonly checkOwnership?: () => Promise<void>;
}

/**
 * The checkpoints of a graph, one file each. A file gets its name when it is whole and durable, and is never changed. The two newest
 * that can be read are kept; what cannot be read goes to the quarantine.
 *
 * A section that did not change is referred to where an earlier checkpoint wrote it. So that no damage can take both of the two
 * that are kept, they never have a file in common: a checkpoint refers to the files of the one before the one in front of it. What
 * changes is thus written twice, whatever stays is not written at all, and every tenth checkpoint of either line is a full one.
 */
export class CheckpointStore {
  readonly #disk: Disk;
  readonly #options: CheckpointStoreOptions;
  /** Oldest first; also files that are kept only because newer checkpoints have sections there. */
  #paths: string[];
  #newest: StoredCheckpoint | undefined;
  #older: StoredCheckpoint | undefined;
  /** Bytes of files. */
  readonly #sizes = new Map<string, number>();
  /** Where bytes were written, by this process. */
  readonly #places = new WeakMap<Uint8Array, readonly SectionPlace[]>();
  /** Files that could not be read and were put away, where they are now. */
  readonly quarantined: string[] = [];

  private constructor(disk: Disk, options: CheckpointStoreOptions, paths: string[]) {
    this.#disk = disk;
    this.#options = options;
    this.#paths = paths;
  }

  /**
   * Finds the newest checkpoint that can be read, and puts away those newer than it.
   * @throws NewerFormatError for one that a newer version wrote: it is not put away
   */
  static async open(disk: Disk, options: CheckpointStoreOptions): Promise<CheckpointStore> {
    const { folder } = options;
    await disk.makeFolder(folder);
    const names = (await disk.list(folder)).filter(({ kind }) => kind === 'file').map(({ name }) => name);
    for (const name of names) if (name.endsWith('.ck.tmp')) await disk.remove(`${folder}/${name}`);
    // A process that was killed may have given a name that a power cut would still take back, and what follows builds on it.
    await disk.fsyncFolder(folder);
    const paths = names.filter((name) => FILE_NAME.test(name)).map((name) => `${folder}/${name}`);
    const store = new CheckpointStore(disk, options, paths);
    store.#newest = await store.#newestReadable(Infinity);
    return store;
  }

  get newest(): StoredCheckpoint | undefined {
    return this.#newest;
  }

  /** The parts of the state. @throws DamagedFileError */
  async read(checkpoint: StoredCheckpoint): Promise<ReadonlyMap<string, Uint8Array>> {
    const sections = new Map<string, Uint8Array>();
    await this.#readAll(checkpoint.path, (name, pieces) => sections.set(name, Buffer.concat(pieces)));
    return sections;
  }

  /** Reads all files of checkpoints again. What is damaged is not built upon any more. @returns where they are not as they were written */
  async check(pause: () => Promise<void>): Promise<readonly DamagedFileError[]> {
    const disk = withPauses(this.#disk, pause);
    const damaged: DamagedFileError[] = [];
    for (const path of [...this.#paths]) {
      try {
        // It may have made place for newer ones meanwhile, before or while it is read.
        if (this.#paths.includes(path)) await readCheckpointFile(disk, this.#options.graph, path, batchOf(path), () => {});
      } catch (thrown) {
        if (!this.#paths.includes(path)) continue;
        if (!(thrown instanceof DamagedFileError)) throw thrown;
        damaged.push(thrown);
        // Without files to refer to, the next checkpoint is whole by itself.
        if (this.#older?.files.has(path) === true) this.#older = undefined;
      }
    }
    return damaged;
  }

  /**
   * Writes a checkpoint, unless there is one of this batch or a later one: writing an unchanged one again would push
   * the one that differs, and that one may be needed, out of the two that are kept.
   * @returns the older of the two that are kept now: what the log has in front of its `from` is not needed by either;
   *   undefined as long as there are no two
   */
  async write(head: CheckpointHead, sections: Sections): Promise<StoredCheckpoint | undefined> {
    const { folder, graph, checkOwnership } = this.#options;
    if (this.#newest === undefined || head.batch > this.#newest.head.batch) {
      const path = this.#pathOf(head.batch);
      const temporary = `${path}.tmp`;
      const wanted = this.#withReferences([...sections]);
      const written: [Uint8Array, SectionPlace][] = [];
      await this.#disk.remove(temporary);
      let size: number;
      try {
        const file = await this.#disk.create(temporary);
        size = await writeCheckpointFile(file, graph, head, wanted, (bytes, place) => written.push([bytes, place]));
        await checkOwnership?.();
        await this.#disk.rename(temporary, path);
      } catch (thrown) {
        await this.#disk.remove(temporary).catch(() => {});
        throw thrown;
      }
      await this.#disk.fsyncFolder(folder);
      this.#sizes.set(path, size);
      const places = wanted.flatMap(({ content }) => (ArrayBuffer.isView(content) ? [] : [content]));
      this.#newest = this.#described(path, head, size, places);
      this.#paths = [...this.#paths.filter((other) => other !== path), path];
      for (const [bytes, place] of written) this.#places.set(bytes, [place, ...(this.#places.get(bytes) ?? [])].slice(0, 2));
    }
    return this.#keepTwo(this.#newest);
  }

  /** Refers to sections where they are, as far as that is allowed and spares enough. */
  #withReferences(sections: readonly (readonly [string, Uint8Array])[]): readonly CheckpointSection[] {
    const allowed = this.#allowedFiles();
    const placed = sections.map(([name, bytes]) => {
      const place = this.#places.get(bytes)?.find(({ batch }) => allowed.has(this.#pathOf(batch)));
      return { name, bytes, place };
    });
    const used = new Map<string, number>();
    for (const { place } of placed) {
      if (place !== undefined) used.set(this.#pathOf(place.batch), (used.get(this.#pathOf(place.batch)) ?? 0) + place.size);
    }
    const isWorthIt = (path: string): boolean => (used.get(path) ?? 0) >= SMALLEST_USE * (this.#sizes.get(path) ?? Infinity);
    return placed.map(({ name, bytes, place }) => {
      const content = place !== undefined && isWorthIt(this.#pathOf(place.batch)) ? place : bytes;
      return { name, content };
    });
  }

  /** The files that the next checkpoint may refer to: none that the newest needs, which will be the older of the two then. */
  #allowedFiles(): ReadonlySet<string> {
    const own = this.#newest?.files ?? new Set<string>();
    const files = this.#older?.files ?? new Set<string>();
    return files.size >= MAXIMUM_FILES || [...files].some((path) => own.has(path)) ? new Set() : files;
  }

  /** Removes all that the two newest that can be read do not consist of; says which the older of them is. */
  async #keepTwo(newest: StoredCheckpoint): Promise<StoredCheckpoint | undefined> {
    const older = await this.#newestReadable(newest.head.batch);
    this.#older = older;
    if (older === undefined) return undefined;
    const dropped = this.#paths.filter((path) => path < older.path && !older.files.has(path) && !newest.files.has(path));
    // From here on nobody misses them, `check` neither.
    this.#paths = this.#paths.filter((path) => !dropped.includes(path));
    try {
      for (const path of dropped) {
        await this.#disk.remove(path);
        this.#sizes.delete(path);
      }
      if (dropped.length > 0) await this.#disk.fsyncFolder(this.#options.folder);
    } catch (thrown) {
      this.#paths = [...dropped, ...this.#paths].sort();
      throw thrown;
    }
    return older;
  }

  /** The newest in front of a batch that can be read as a whole; those that cannot are put away. */
  async #newestReadable(before: number): Promise<StoredCheckpoint | undefined> {
    for (const path of [...this.#paths].reverse()) {
      if (batchOf(path) >= before) continue;
      try {
        return await this.#readAll(path);
      } catch (thrown) {
        if (!(thrown instanceof DamagedFileError)) throw thrown;
        // It may be whole by itself, and a file that it refers to is not.
        await this.#putAway(path);
        if (thrown.file !== path && this.#paths.includes(thrown.file)) await this.#putAway(thrown.file);
      }
    }
    return undefined;
  }

  async #putAway(path: string): Promise<void> {
    if (!this.#paths.includes(path)) return;
    this.quarantined.push(await quarantine(this.#disk, path));
    this.#paths = this.#paths.filter((other) => other !== path);
  }

  /** Reads a checkpoint with all files that it consists of, and checks all of them. @param visit absent: only checks */
  async #readAll(path: string, visit?: SectionVisitor): Promise<StoredCheckpoint> {
    const own = await this.#readFile(path, visit);
    const byBatch = new Map<number, Map<number, string>>();
    for (const { name, place } of own.references) {
      const wanted = byBatch.get(place.batch) ?? new Map<number, string>();
      byBatch.set(place.batch, wanted.set(place.index, name));
    }
    for (const [batch, wanted] of byBatch) {
      const other = this.#pathOf(batch);
      const found = await this.#readFile(other, visit, wanted);
      for (const { name, place } of own.references) {
        const section = place.batch === batch ? found.sections[place.index] : place;
        if (section?.size === place.size && section.sum === place.sum) continue;
        throw new DamagedFileError(this.#disk.location, other, 0, `${path} has section "${name}" there, and it is another`);
      }
    }
    return this.#described(path, own.head, own.size, own.references.map(({ place }) => place));
  }

  /** @param wanted the names of sections by their number in the file; absent: all, with the names that the file says */
  async #readFile(path: string, visit?: SectionVisitor, wanted?: ReadonlyMap<number, string>): Promise<CheckpointFileContent> {
    const pieces = new Map<number, Uint8Array[]>();
    const content = await readCheckpointFile(this.#disk, this.#options.graph, path, batchOf(path), (index, piece) => {
      if (visit === undefined || wanted?.has(index) === false) return;
      const before = pieces.get(index) ?? [];
      before.push(Uint8Array.from(piece));
      pieces.set(index, before);
    });
    this.#sizes.set(path, content.size);
    for (const [index, { name }] of content.sections.entries()) {
      const wantedName = wanted === undefined ? name : wanted.get(index);
      if (wantedName !== undefined) visit?.(wantedName, pieces.get(index) ?? []);
    }
    return content;
  }

  #described(path: string, head: CheckpointHead, size: number, places: readonly SectionPlace[]): StoredCheckpoint {
    return {
      path, head, size: places.reduce((sum, place) => sum + place.size, size),
      files: new Set([path, ...places.map(({ batch }) => this.#pathOf(batch))]),
    };
  }

  #pathOf(batch: number): string {
    return `${this.#options.folder}/${String(batch).padStart(15, '0')}.ck`;
  }
}

function batchOf(path: string): number {
  return Number(FILE_NAME.exec(path.split('/').at(-1) ?? '')?.[1]);
}
