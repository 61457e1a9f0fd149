import type { AppendFile, Disk } from '../ports/Disk';
import { checksum } from './checksum';
import { decode, encode } from './encoding';
import { DamagedFileError, NewerFormatError } from './errors';
import { readFileHeader, writeFileHeader, type FileKind } from './fileHeader';
import { FRAME_OVERHEAD, frameContent, segmentSeed, writeFrame } from './frame';
import { quarantine } from './quarantine';
import { scanFrames } from './scanFrames';

export const CHECKPOINT_FORMAT = 1;

const CHECKPOINT: FileKind = { magic: 'DSTREAMC', format: CHECKPOINT_FORMAT };

/** Types of the frames in a checkpoint. In files: never change one. */
const SECTION = 1;
const PIECE = 2;
const FOOTER = 3;

/** How much of a section is written, or read, at a time: bytes. */
const PIECE_BYTES = 1024 * 1024;

/** The largest header in bytes. */
const MAXIMUM_HEADER = 16 * 1024 * 1024;

const FILE_NAME = /^(\d{15})\.ck$/;

/** What every checkpoint says beside the state. */
export interface CheckpointHead {
  /** The time of the last batch that is in it, ms since the epoch. */
  readonly batch: number;
  /** The first frame of the log that a start from this checkpoint needs. */
  readonly from: number;
  /** Plain data of whoever made it. */
  readonly data: unknown;
}

export interface StoredCheckpoint {
  readonly path: string;
  readonly head: CheckpointHead;
  /** bytes */
  readonly size: number;
}

/** State in parts, each named after the operator whose it is. */
export type Sections = Iterable<readonly [string, Uint8Array]>;

export interface CheckpointStoreOptions {
  readonly folder: string;
  readonly graph: string;
  /** Asked before a checkpoint gets its name. */
  readonly checkOwnership?: () => Promise<void>;
}

/**
 * The checkpoints of a graph, one file each: header, frames with the sections, footer. A file gets its name when it is whole and
 * durable, and is never changed. The two newest that can be read are kept; what cannot be read goes to the quarantine.
 */
export class CheckpointStore {
  readonly #disk: Disk;
  readonly #options: CheckpointStoreOptions;
  /** Oldest first. */
  #paths: string[];
  #newest: StoredCheckpoint | undefined;
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
    const sections = new Map<string, Uint8Array[]>();
    let pieces: Uint8Array[] = [];
    await this.#scan(checkpoint.path, (type, payload) => {
      if (type === SECTION) sections.set(decode(payload) as string, (pieces = []));
      else if (type === PIECE) pieces.push(Uint8Array.from(payload));
    });
    return new Map([...sections].map(([name, parts]) => [name, Buffer.concat(parts)]));
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
      const path = `${folder}/${String(head.batch).padStart(15, '0')}.ck`;
      const temporary = `${path}.tmp`;
      await this.#disk.remove(temporary);
      let size: number;
      try {
        size = await this.#writeFile(await this.#disk.create(temporary), graph, head, sections);
        await checkOwnership?.();
        await this.#disk.rename(temporary, path);
      } catch (thrown) {
        await this.#disk.remove(temporary).catch(() => {});
        throw thrown;
      }
      await this.#disk.fsyncFolder(folder);
      this.#newest = { path, head, size };
      this.#paths = [...this.#paths.filter((other) => other !== path), path];
    }
    return this.#keepTwo(this.#newest);
  }

  async #writeFile(file: AppendFile, graph: string, head: CheckpointHead, sections: Sections): Promise<number> {
    const { batch, from, data } = head;
    const seed = segmentSeed(graph, batch);
    let size = 0;
    let frames = 0;
    let sum = 0;
    const append = async (bytes: Uint8Array): Promise<void> => {
      await file.append(bytes);
      size += bytes.length;
    };
    const appendFrame = async (type: number, payload: Uint8Array): Promise<void> => {
      const content = frameContent(type, payload);
      const bytes = Buffer.allocUnsafe(content.payload.length + FRAME_OVERHEAD);
      writeFrame(bytes, 0, content, seed, size, 0);
      frames++;
      sum = checksum(payload, sum);
      await append(bytes);
    };
    try {
      await append(writeFileHeader(CHECKPOINT, { graph, batch, from, data }));
      for (const [name, bytes] of sections) {
        await appendFrame(SECTION, encode(name));
        for (let begin = 0; begin < bytes.length; begin += PIECE_BYTES) {
          await appendFrame(PIECE, bytes.subarray(begin, begin + PIECE_BYTES));
        }
      }
      await appendFrame(FOOTER, encode({ frames, sum }));
      await file.fsync();
    } finally {
      await file.close();
    }
    return size;
  }

  /** Removes all but the two newest that can be read; says which the older of them is. */
  async #keepTwo(newest: StoredCheckpoint): Promise<StoredCheckpoint | undefined> {
    const older = await this.#newestReadable(newest.head.batch);
    if (older === undefined) return undefined;
    const dropped = this.#paths.filter((path) => path < older.path);
    for (const path of dropped) await this.#disk.remove(path);
    if (dropped.length > 0) await this.#disk.fsyncFolder(this.#options.folder);
    this.#paths = this.#paths.filter((path) => path >= older.path);
    return older;
  }

  /** The newest in front of a batch that can be read as a whole; those that cannot are put away. */
  async #newestReadable(before: number): Promise<StoredCheckpoint | undefined> {
    for (const path of [...this.#paths].reverse()) {
      if (batchOf(path) >= before) continue;
      try {
        return await this.#scan(path, () => {});
      } catch (thrown) {
        if (!(thrown instanceof DamagedFileError)) throw thrown;
        this.quarantined.push(await quarantine(this.#disk, path));
        this.#paths = this.#paths.filter((other) => other !== path);
      }
    }
    return undefined;
  }

  async #scan(path: string, visit: (type: number, payload: Uint8Array) => void): Promise<StoredCheckpoint> {
    const disk = this.#disk;
    const { graph } = this.#options;
    const size = (await disk.size(path)) ?? 0;
    const damaged = (offset: number, what: string): DamagedFileError => new DamagedFileError(disk.location, path, offset, what);
    // Most headers are small; only one that says it is larger is read again.
    let found = readFileHeader(CHECKPOINT, await disk.read(path, 0, 64 * 1024));
    if ('problem' in found && size > 64 * 1024) found = readFileHeader(CHECKPOINT, await disk.read(path, 0, MAXIMUM_HEADER));
    if ('newerFormat' in found) throw new NewerFormatError(disk.location, path, found.newerFormat, CHECKPOINT_FORMAT);
    if ('problem' in found) throw damaged(0, found.problem);
    const head = found.body as CheckpointHead & { readonly graph: string };
    if (head.graph !== graph || head.batch !== batchOf(path)) throw damaged(0, `it is of graph "${head.graph}", batch ${head.batch}`);
    let frames = 0;
    let sum = 0;
    let footer: unknown;
    const range = { path, seed: segmentSeed(graph, head.batch), begin: found.size, end: size };
    const { end, problem } = await scanFrames(disk, range, ({ type, payload }) => {
      if (footer !== undefined) throw damaged(range.begin, 'it goes on after its end');
      if (type === FOOTER) {
        footer = decode(payload);
        return;
      }
      frames++;
      sum = checksum(payload, sum);
      visit(type, payload);
    });
    if (problem !== undefined) throw damaged(problem.offset, problem.what);
    const said = footer as { readonly frames: number; readonly sum: number } | undefined;
    if (said?.frames !== frames || said.sum !== sum) throw damaged(end, 'it does not end as it was written');
    return { path, head: { batch: head.batch, from: head.from, data: head.data }, size };
  }
}

function batchOf(path: string): number {
  return Number(FILE_NAME.exec(path.split('/').at(-1) ?? '')?.[1]);
}
