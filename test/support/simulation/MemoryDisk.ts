import type { AppendFile, Disk, DiskEntry } from '../../../src/ports/Disk';

/** Files in memory that never fail: for looking at the same folder thousands of times, each time with another file in it. */
export class MemoryDisk implements Disk {
  readonly location = 'disk';
  readonly #files: Map<string, Uint8Array>;
  readonly #folders: Set<string>;

  constructor(files: Iterable<readonly [string, Uint8Array]> = []) {
    this.#files = new Map(files);
    this.#folders = new Set(['', ...[...this.#files.keys()].map(folderOf)]);
  }

  get files(): ReadonlyMap<string, Uint8Array> {
    return this.#files;
  }

  makeFolder(folder: string): Promise<void> {
    this.#folders.add(folder);
    return Promise.resolve();
  }

  list(folder: string): Promise<readonly DiskEntry[]> {
    if (!this.#folders.has(folder)) return Promise.reject(systemError('ENOENT', folder));
    const inside = (path: string): boolean => path !== '' && folderOf(path) === folder;
    const names = (paths: Iterable<string>): string[] => [...paths].filter(inside).map((path) => path.slice(folder === '' ? 0 : folder.length + 1));
    return Promise.resolve([
      ...names(this.#files.keys()).map((name): DiskEntry => ({ name, kind: 'file' })),
      ...names(this.#folders).map((name): DiskEntry => ({ name, kind: 'folder' })),
    ].sort((left, right) => (left.name < right.name ? -1 : 1)));
  }

  size(path: string): Promise<number | undefined> {
    return Promise.resolve(this.#files.get(path)?.length);
  }

  read(path: string, offset: number, length: number): Promise<Uint8Array> {
    const bytes = this.#files.get(path);
    if (bytes === undefined) return Promise.reject(systemError('ENOENT', path));
    return Promise.resolve(bytes.subarray(offset, offset + length));
  }

  create(path: string): Promise<AppendFile> {
    if (this.#files.has(path)) return Promise.reject(systemError('EEXIST', path));
    this.#files.set(path, Buffer.alloc(0));
    return Promise.resolve({
      append: (bytes) => {
        this.#files.set(path, Buffer.concat([this.#files.get(path) ?? Buffer.alloc(0), bytes]));
        return Promise.resolve();
      },
      fsync: () => Promise.resolve(),
      close: () => Promise.resolve(),
    });
  }

  fsyncFolder(): Promise<void> {
    return Promise.resolve();
  }

  rename(from: string, to: string): Promise<void> {
    const bytes = this.#files.get(from);
    if (bytes === undefined) return Promise.reject(systemError('ENOENT', from));
    this.#files.delete(from);
    this.#files.set(to, bytes);
    return Promise.resolve();
  }

  remove(path: string): Promise<void> {
    this.#files.delete(path);
    return Promise.resolve();
  }

  removeFolder(folder: string): Promise<void> {
    this.#folders.delete(folder);
    return Promise.resolve();
  }
}

function folderOf(path: string): string {
  return path.split('/').slice(0, -1).join('/');
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
