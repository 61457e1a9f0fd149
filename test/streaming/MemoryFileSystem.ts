import type { FileEntry, FileSystem } from '../../src/streaming';

/** Files that exist in memory only, and a list of everything that was done to them. Folders need not be made. */
export class MemoryFileSystem implements FileSystem {
  readonly files = new Map<string, string>();
  readonly done: string[] = [];
  readonly #modified = new Map<string, number>();
  /** Paths that cannot be written. */
  readonly broken = new Set<string>();

  /** A file that somebody else writes. @param modified ms since the epoch */
  put(path: string, content: string, modified: number): void {
    this.files.set(path, content);
    this.#modified.set(path, modified);
  }

  list(folder: string): Promise<readonly FileEntry[]> {
    const start = `${folder}/`;
    const names = [...this.files.keys()].filter((path) => path.startsWith(start)).map((path) => path.slice(start.length));
    return Promise.resolve(
      names.sort().map((name) => ({ name, kind: 'file', size: this.files.get(start + name)?.length ?? 0, modified: this.#modified.get(start + name) ?? 0 })),
    );
  }

  read(path: string): Promise<Uint8Array> {
    const content = this.files.get(path);
    return content === undefined
      ? Promise.reject(Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' }))
      : Promise.resolve(Buffer.from(content));
  }

  write(path: string, content: Uint8Array | string): Promise<void> {
    if (this.broken.has(path)) return Promise.reject(new Error(`ENOSPC: ${path}`));
    this.done.push(`write ${path}`);
    this.files.set(path, typeof content === 'string' ? content : Buffer.from(content).toString());
    return Promise.resolve();
  }

  makeFolder(path: string): Promise<void> {
    this.done.push(`makeFolder ${path}`);
    return Promise.resolve();
  }

  rename(from: string, to: string): Promise<void> {
    this.files.set(to, this.files.get(from) ?? '');
    this.files.delete(from);
    return Promise.resolve();
  }

  remove(path: string): Promise<void> {
    this.done.push(`remove ${path}`);
    this.files.delete(path);
    return Promise.resolve();
  }
}
