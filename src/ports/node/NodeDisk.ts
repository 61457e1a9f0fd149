import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm, rmdir, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { AppendFile, Disk, DiskEntry } from '../Disk';
import { fsyncFolder, withPatience } from './folders';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const IS_WINDOWS = process.platform === 'win32';

/** A folder of this machine's disks. */
export class NodeDisk implements Disk {
  readonly location: string;

  /** @param location the folder in which all paths begin; it need not exist yet */
  constructor(location: string) {
    this.location = resolve(location);
  }

  async makeFolder(folder: string): Promise<void> {
    const path = folder === '' ? this.location : this.#path(folder);
    await this.#makeFolder(path, true);
  }

  /** Folder by folder: where the system refuses the first of several, Node.js's own way of making them all never ends (/proc). */
  async #makeFolder(path: string, mayMakeParent: boolean): Promise<void> {
    try {
      await mkdir(path, { mode: FOLDER_MODE });
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
      if (code !== 'ENOENT' || !mayMakeParent || dirname(path) === path) throw thrown;
      await this.#makeFolder(dirname(path), true);
      await this.#makeFolder(path, false);
      return;
    }
    await withHandle(path, constants.O_RDONLY, (handle) => handle.chmod(FOLDER_MODE));
    await fsyncFolder(dirname(path));
  }

  async list(folder: string): Promise<readonly DiskEntry[]> {
    const entries = await readdir(folder === '' ? this.location : this.#path(folder), { withFileTypes: true });
    return entries
      .map((entry): DiskEntry => ({ name: entry.name, kind: entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other' }))
      .sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  async size(path: string): Promise<number | undefined> {
    try {
      return (await lstat(this.#path(path))).size;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw thrown;
    }
  }

  read(path: string, offset: number, length: number): Promise<Uint8Array> {
    return withHandle(this.#path(path), constants.O_RDONLY | noFollow, async (handle) => {
      const available = Math.max(0, Math.min(length, (await handle.stat()).size - offset));
      const bytes = Buffer.allocUnsafe(available);
      let filled = 0;
      while (filled < available) {
        const { bytesRead } = await handle.read(bytes, filled, available - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    });
  }

  async create(path: string): Promise<AppendFile> {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noFollow;
    const handle = await open(this.#path(path), flags, FILE_MODE);
    try {
      // Whatever the process's umask took away or left.
      await handle.chmod(FILE_MODE);
    } catch (thrown) {
      await handle.close();
      throw thrown;
    }
    return new NodeAppendFile(handle);
  }

  fsyncFolder(folder: string): Promise<void> {
    return fsyncFolder(folder === '' ? this.location : this.#path(folder));
  }

  rename(from: string, to: string): Promise<void> {
    return withPatience(() => rename(this.#path(from), this.#path(to)));
  }

  remove(path: string): Promise<void> {
    return withPatience(() => rm(this.#path(path), { force: true }));
  }

  async removeFolder(folder: string): Promise<void> {
    try {
      await withPatience(() => rmdir(this.#path(folder)));
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
    }
  }

  #path(path: string): string {
    const isOutside = path.split('/').some((name) => name === '' || name === '.' || name === '..' || /[\\\0:]/.test(name));
    if (isOutside) {
      throw new RangeError(`"${path}" is no path inside ${this.location}: give plain names, separated by "/".`);
    }
    return join(this.location, path);
  }
}

class NodeAppendFile implements AppendFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async append(bytes: Uint8Array): Promise<void> {
    // A full disk, or a limit, lets a part of the bytes through and tells the reason only at the next attempt.
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, written, bytes.length - written);
      written += bytesWritten;
    }
  }

  fsync(): Promise<void> {
    // Makes the size last as well: without it the bytes could not be read back.
    return this.#handle.datasync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** Windows has no such flag, and needs rights to make a link. */
const noFollow = IS_WINDOWS ? 0 : constants.O_NOFOLLOW;

async function withHandle<Result>(path: string, flags: number, work: (handle: FileHandle) => Promise<Result>): Promise<Result> {
  const handle = await open(path, flags);
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}
