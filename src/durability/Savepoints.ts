import type { AppendFile, Disk } from '../ports/Disk';
import { readCheckpointFile, readCheckpointHead, writeCheckpointFile, type CheckpointHead } from './checkpointFile';
import type { Sections } from './CheckpointStore';
import { DurabilityError } from './errors';
import { filesIn } from './filesIn';

const FOLDER = 'savepoints';
const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const END = '.ck';
const TEMPORARY = '.tmp';

/** So many savepoints a graph may have: each is a whole copy of its state. */
export const MOST_SAVEPOINTS = 100;

/** How much of a file is copied at a time: bytes. */
const PIECE_BYTES = 1024 * 1024;

/** What a savepoint says about itself. */
export interface SavepointMark {
  readonly name: string;
  /** ms since the epoch */
  readonly made: number;
}

/** A checkpoint that is whole by itself: a graph that has nothing else can start from it. */
export interface WholeCheckpoint {
  readonly head: CheckpointHead;
  readonly sections: Sections;
}

/** What is known of a savepoint without reading all of it. */
export interface SavepointFile {
  readonly name: string;
  readonly bytes: number;
  /** Absent where not even that can be read. */
  readonly head?: CheckpointHead;
}

/** Whether something may be the name of a savepoint: it becomes the name of a file. */
export function isSavepointName(name: unknown): name is string {
  return typeof name === 'string' && NAME.test(name);
}

/**
 * Copies of a graph's state that somebody gave a name, one file each: a checkpoint that refers to no other file. A file gets its name
 * when it is whole and durable, is never changed, and is removed only by name.
 */
export class Savepoints {
  readonly #disk: Disk;
  readonly #graph: string;

  constructor(disk: Disk, graph: string) {
    this.#disk = disk;
    this.#graph = graph;
  }

  /** All there are, in the order of their names. @throws the disk's error */
  async list(): Promise<readonly SavepointFile[]> {
    const found: SavepointFile[] = [];
    for (const name of await this.#names()) {
      const path = pathOf(name);
      const bytes = await this.#disk.size(path);
      // It may have been removed meanwhile.
      if (bytes === undefined) continue;
      const head = await this.#head(path);
      found.push({ name, bytes, ...(head === undefined ? {} : { head }) });
    }
    return found;
  }

  /**
   * Keeps a checkpoint under a name.
   * @param checkOwnership asked before the file gets its name
   * @throws DurabilityError where it may not have that name, or there are too many; the disk's error
   */
  async keep(name: string, { head, sections }: WholeCheckpoint, checkOwnership: () => Promise<void>): Promise<void> {
    if (!NAME.test(name)) {
      throw new DurabilityError(`A savepoint may be named by up to 64 letters, digits, hyphens and underscores, and "${name}" is no such name.`);
    }
    await this.#disk.makeFolder(FOLDER);
    await removeTemporary(this.#disk, FOLDER);
    const names = await this.#names();
    // Some disks take names for the same that differ only in their case.
    if (names.some((other) => other.toLowerCase() === name.toLowerCase())) {
      throw new DurabilityError(`There is a savepoint "${name}" already. Choose another name, or delete that one first.`);
    }
    if (names.length >= MOST_SAVEPOINTS) {
      throw new DurabilityError(`There are ${MOST_SAVEPOINTS} savepoints already, and a graph may have no more. Delete one first.`);
    }
    await makeFile(this.#disk, FOLDER, `${name}${END}`, async (file) => {
      await writeCheckpointFile(file, this.#graph, head, [...sections].map(([section, content]) => ({ name: section, content })), () => {});
    }, checkOwnership);
  }

  /**
   * Reads a savepoint as a whole and checks all of it.
   * @throws DamagedFileError, also where there is none of that name; NewerFormatError
   */
  async check(name: string): Promise<CheckpointHead> {
    return (await readCheckpointFile(this.#disk, this.#graph, pathOf(name), undefined, () => {})).head;
  }

  /** Copies a savepoint into a file of another folder, which gets its name when it is whole and durable, and checks the copy. */
  async copy(name: string, folder: string, target: string): Promise<void> {
    await this.#disk.makeFolder(folder);
    await removeTemporary(this.#disk, folder);
    await makeFile(this.#disk, folder, target, async (file) => {
      try {
        await this.#copyInto(file, pathOf(name));
        await file.fsync();
      } finally {
        await file.close();
      }
    }, async (path) => {
      await readCheckpointFile(this.#disk, this.#graph, path, undefined, () => {});
    });
  }

  async #copyInto(file: AppendFile, path: string): Promise<void> {
    for (let offset = 0; ; offset += PIECE_BYTES) {
      const piece = await this.#disk.read(path, offset, PIECE_BYTES);
      await file.append(piece);
      if (piece.length < PIECE_BYTES) return;
    }
  }

  /** Removes a savepoint for good. @returns whether there was one of that name */
  async remove(name: string): Promise<boolean> {
    if (!(await this.#names()).includes(name)) return false;
    await this.#disk.remove(pathOf(name));
    await this.#disk.fsyncFolder(FOLDER);
    return true;
  }

  async #names(): Promise<readonly string[]> {
    const files = await filesIn(this.#disk, FOLDER);
    return files.filter((file) => file.endsWith(END)).map((file) => file.slice(0, -END.length)).filter(isSavepointName);
  }

  async #head(path: string): Promise<CheckpointHead | undefined> {
    try {
      return await readCheckpointHead(this.#disk, path);
    } catch (thrown) {
      if (thrown instanceof DurabilityError) return undefined;
      throw thrown;
    }
  }
}

/** Removes what a crash has left half written. */
export async function removeTemporary(disk: Disk, folder: string): Promise<void> {
  for (const file of await filesIn(disk, folder)) if (file.endsWith(TEMPORARY)) await disk.remove(`${folder}/${file}`);
}

/**
 * Makes a file that gets its name when it is whole and durable.
 * @param write also has it on the disk, and closes it
 * @param check asked, with the path of the temporary file, before the file gets its name
 */
export async function makeFile(
  disk: Disk, folder: string, name: string, write: (file: AppendFile) => Promise<void>, check: (path: string) => Promise<void>,
): Promise<void> {
  const path = `${folder}/${name}`;
  const temporary = `${path}${TEMPORARY}`;
  try {
    await write(await disk.create(temporary));
    await check(temporary);
    await disk.rename(temporary, path);
  } catch (thrown) {
    await disk.remove(temporary).catch(() => {});
    throw thrown;
  }
  await disk.fsyncFolder(folder);
}

function pathOf(name: string): string {
  return `${FOLDER}/${name}${END}`;
}
