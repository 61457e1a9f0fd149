import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, realpath, rename } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { OutputFile, OutputFiles } from '../OutputFiles';
import { fsyncFolder, withPatience } from './folders';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

// Windows has neither.
const noFollow = (constants as { readonly O_NOFOLLOW?: number }).O_NOFOLLOW ?? 0;
const noBlock = (constants as { readonly O_NONBLOCK?: number }).O_NONBLOCK ?? 0;

/** A folder of this machine's disks that files are written to. */
export class NodeOutputFiles implements OutputFiles {
  readonly location: string;
  /** Without links, so that one that is put in its place later leads nowhere. */
  #folder: string;

  /** @param location an absolute path; the folder need not exist yet */
  constructor(location: string) {
    this.location = resolve(location);
    this.#folder = this.location;
  }

  async prepare(): Promise<void> {
    const first = await mkdir(this.location, { recursive: true, mode: FOLDER_MODE });
    this.#folder = await realpath(this.location);
    if (first === undefined) return;
    // From the innermost out, each new folder's name is made to last in the folder above it.
    for (let made = this.location; ; made = dirname(made)) {
      await fsyncFolder(dirname(made));
      if (made === resolve(first) || made === dirname(made)) return;
    }
  }

  async size(name: string): Promise<number | undefined> {
    try {
      const stats = await lstat(this.#path(name));
      if (!stats.isFile()) throw noPlainFile(name);
      return stats.size;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw thrown;
    }
  }

  async read(name: string, limit: number): Promise<Uint8Array | undefined> {
    const size = await this.size(name);
    if (size === undefined) return undefined;
    const handle = await open(this.#path(name), constants.O_RDONLY | noFollow | noBlock);
    try {
      const content = Buffer.alloc(Math.min(size, limit) + 1);
      let length = 0;
      for (let read = -1; read !== 0 && length < content.length; length += read) {
        ({ bytesRead: read } = await handle.read(content, length, content.length - length, length));
      }
      if (length <= limit) return content.subarray(0, length);
    } finally {
      await handle.close();
    }
    throw Object.assign(new Error(`EFBIG: ${name} has more than ${String(limit)} bytes`), { code: 'EFBIG' });
  }

  async open(name: string): Promise<OutputFile> {
    const handle = await open(this.#path(name), constants.O_WRONLY | constants.O_CREAT | noFollow | noBlock, FILE_MODE);
    try {
      // Somebody may have put a pipe or a device there since it was last looked at.
      if (!(await handle.stat()).isFile()) throw noPlainFile(name);
    } catch (thrown) {
      await handle.close();
      throw thrown;
    }
    return new NodeOutputFile(handle);
  }

  rename(from: string, to: string): Promise<void> {
    return withPatience(() => rename(this.#path(from), this.#path(to)));
  }

  fsyncFolder(): Promise<void> {
    return fsyncFolder(this.#folder);
  }

  #path(name: string): string {
    if (name === '' || name === '.' || name === '..' || /[/\\:\0]/.test(name)) {
      throw new RangeError(`${JSON.stringify(name)} is no name of a file in ${this.location}: give a plain one, without separators.`);
    }
    return join(this.#folder, name);
  }
}

class NodeOutputFile implements OutputFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  truncate(size: number): Promise<void> {
    return this.#handle.truncate(size);
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    // A full disk lets a part of the bytes through and tells the reason only at the next attempt.
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, written, bytes.length - written, position + written);
      written += bytesWritten;
    }
  }

  fsync(): Promise<void> {
    return this.#handle.sync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

function noPlainFile(name: string): Error {
  return Object.assign(new Error(`EINVAL: ${name} is no plain file`), { code: 'EINVAL' });
}
