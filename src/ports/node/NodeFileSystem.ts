import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileEntry, FileSystem } from '../FileSystem';

/** The files of this machine. */
export class NodeFileSystem implements FileSystem {
  async list(folder: string): Promise<readonly FileEntry[]> {
    const names = (await readdir(folder)).sort();
    const entries = await Promise.all(names.map((name) => entryOf(folder, name)));
    return entries.flatMap((entry) => entry ?? []);
  }

  read(path: string): Promise<Uint8Array> {
    return readFile(path);
  }

  write(path: string, content: Uint8Array | string): Promise<void> {
    return writeFile(path, content);
  }

  async makeFolder(path: string): Promise<void> {
    await mkdir(path, { recursive: true });
  }

  rename(from: string, to: string): Promise<void> {
    return rename(from, to);
  }

  remove(path: string): Promise<void> {
    return rm(path, { recursive: true, force: true });
  }
}

async function entryOf(folder: string, name: string): Promise<FileEntry | undefined> {
  try {
    const found = await stat(join(folder, name));
    const kind = found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
    return { name, kind, size: found.size, modified: found.mtimeMs };
  } catch (thrown) {
    // ELOOP: a link that leads round in a circle, to nothing.
    if (['ENOENT', 'ELOOP'].includes((thrown as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw thrown;
  }
}
