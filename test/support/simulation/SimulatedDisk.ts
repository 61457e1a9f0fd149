import type { AppendFile, Disk, DiskEntry } from '../../../src/ports/Disk';
import type { SeededRandom } from './SeededRandom';

/** kill: the process ends, the system's memory stays. power: only what was synced stays for certain. */
export type CrashKind = 'kill' | 'power';

const SECTOR = 512;

/** A file, with or without a name. */
class Inode {
  bytes = Buffer.alloc(1024);
  size = 0;
  /** So much survives a power cut. */
  synced = 0;
  /** So much was synced when something was written after it that was synced as well. */
  proven = 0;
  /** Where the writes since then ended. */
  writes: number[] = [];
  /** What an fsync that failed was to write: shown as long as there is power, and never written. */
  lost: { readonly begin: number; readonly end: number }[] = [];

  append(bytes: Uint8Array): void {
    if (this.size + bytes.length > this.bytes.length) {
      const larger = Buffer.alloc(2 * (this.size + bytes.length));
      larger.set(this.bytes.subarray(0, this.size));
      this.bytes = larger;
    }
    this.bytes.set(bytes, this.size);
    this.size += bytes.length;
    this.writes.push(this.size);
  }

  losePower(random: SeededRandom): void {
    const { synced } = this;
    // What was written last may be gone.
    if (this.size > synced || this.lost.length > 0) this.proven = 0;
    if (this.size > synced) {
      const fate = random.below(5);
      if (fate === 1) this.size = synced;
      if (fate >= 2) this.size = synced + random.below(this.size - synced + 1);
      if (fate >= 3) this.#loseSectors(random, synced, fate === 3 ? 0.3 : 0.8);
    }
    for (const { begin, end } of this.lost) this.bytes.fill(0, begin, Math.min(end, this.size));
    this.lost = [];
    this.synced = this.size;
    this.writes = [];
  }

  /** Sectors are written whole and in any order; one may be there as an earlier write left it. */
  #loseSectors(random: SeededRandom, synced: number, probability: number): void {
    for (let sector = synced - (synced % SECTOR); sector < this.size; sector += SECTOR) {
      if (!random.chance(probability)) continue;
      const end = Math.min(sector + SECTOR, this.size);
      const versions = [Math.max(sector, synced), ...this.writes.filter((written) => written > sector && written < end)];
      this.bytes.fill(0, random.pick(versions), end);
    }
  }
}

/** A change of names that a power cut may take back, each by itself. */
type NameChange =
  | { readonly kind: 'create'; readonly path: string; readonly inode: Inode }
  | { readonly kind: 'rename'; readonly path: string; readonly to: string; readonly inode: Inode }
  | { readonly kind: 'remove'; readonly path: string; readonly inode: Inode };

/**
 * A disk in memory that crashes. What is written is there for the process at once, and survives a power cut only after fsync;
 * names survive one only after the fsync of their folder. Everything that happens follows from the seed.
 */
export class SimulatedDisk {
  readonly #random: SeededRandom;
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #changes: NameChange[] = [];
  #folders = new Set(['']);
  #life = 0;
  #operationsLeft = Infinity;
  #crashKind: CrashKind = 'kill';
  #whenCrashed: () => void = () => {};
  /** Bytes that all files may have together. */
  capacity = Infinity;
  /** How likely an fsync fails. */
  fsyncFailure = 0;
  /** Operations that were asked for. */
  operations = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** The disk as a new process sees it. After a crash, what it asked for never ends. */
  connect(): Disk {
    const life = this.#life;
    const operate = <T>(work: () => T, half?: () => void): Promise<T> => this.#operate(life, work, half);
    return {
      location: 'disk',
      makeFolder: (folder) => operate(() => {
        const names = folder.split('/');
        for (let count = 1; count <= names.length; count++) this.#folders.add(names.slice(0, count).join('/'));
      }),
      list: (folder) => operate(() => this.#list(folder)),
      size: (path) => operate(() => this.#names.get(path)?.size),
      read: (path, offset, length) => operate(() => {
        const inode = this.#inode(path);
        return Uint8Array.from(inode.bytes.subarray(offset, Math.min(offset + length, inode.size)));
      }),
      create: (path) => operate(() => this.#create(path, operate)),
      fsyncFolder: (folder) => operate(() => this.#fsyncFolder(folder)),
      rename: (from, to) => operate(() => {
        const inode = this.#inode(from);
        this.#names.delete(from);
        this.#names.set(to, inode);
        this.#changes.push({ kind: 'rename', path: from, to, inode });
      }),
      remove: (path) => operate(() => {
        const inode = this.#names.get(path);
        if (inode === undefined) return;
        this.#names.delete(path);
        this.#changes.push({ kind: 'remove', path, inode });
      }),
      removeFolder: (folder) => operate(() => {
        if (this.#folders.has(folder) && this.#list(folder).length > 0) throw systemError('ENOTEMPTY', folder);
        this.#folders.delete(folder);
      }),
    };
  }

  /** How many processes there were before this one. */
  get life(): number {
    return this.#life;
  }

  /** Crashes at the n-th operation from now on; resolves then. */
  crashAfter(operations: number, kind: CrashKind): Promise<void> {
    this.#operationsLeft = operations;
    this.#crashKind = kind;
    return new Promise((resolve) => {
      this.#whenCrashed = resolve;
    });
  }

  /** Ends the process now, between two operations. */
  crash(kind: CrashKind): void {
    this.#life++;
    this.#operationsLeft = Infinity;
    if (kind === 'power') this.#losePower();
  }

  /**
   * Changes a byte in any of these files, or loses a sector; the latter only where something was written after it was synced, and was synced too:
   * nothing tells a disk that lost what it had confirmed last from one that never wrote it. Returns where, or undefined where
   * there is none to damage.
   */
  damage(isChosen: (path: string) => boolean): { readonly path: string; readonly offset: number } | undefined {
    const random = this.#random;
    const files = [...this.#names].filter(([path, { size }]) => size > 0 && isChosen(path));
    if (files.length === 0) return undefined;
    const [path, inode] = random.pick(files);
    const offset = random.below(inode.size);
    const sector = offset - (offset % SECTOR);
    if (sector + SECTOR <= inode.proven && random.chance(0.2)) inode.bytes.fill(0, sector, sector + SECTOR);
    else inode.bytes[offset] = inode.bytes[offset]! ^ (1 + random.below(255));
    return { path, offset };
  }

  /** The files there are, and how large. */
  files(): ReadonlyMap<string, number> {
    return new Map([...this.#names].map(([path, { size }]) => [path, size]));
  }

  async #operate<T>(life: number, work: () => T, half?: () => void): Promise<T> {
    // Others get their turn, as they do with a real disk.
    for (let turns = this.#random.below(3); turns >= 0; turns--) await Promise.resolve();
    if (life !== this.#life) return new Promise<T>(() => {});
    this.operations++;
    if (--this.#operationsLeft > 0) return work();
    this.#operationsLeft = Infinity;
    const done = this.#random.below(3);
    if (done === 1) half?.();
    if (done === 2) ignoreErrors(work);
    this.crash(this.#crashKind);
    this.#whenCrashed();
    return new Promise<T>(() => {});
  }

  #list(folder: string): DiskEntry[] {
    if (!this.#folders.has(folder)) throw systemError('ENOENT', folder);
    const inside = (path: string): string[] => {
      const name = folder === '' ? path : path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : '';
      return name === '' || name.includes('/') ? [] : [name];
    };
    const files = [...this.#names.keys()].flatMap(inside).map((name): DiskEntry => ({ name, kind: 'file' }));
    const folders = [...this.#folders].flatMap(inside).map((name): DiskEntry => ({ name, kind: 'folder' }));
    return [...files, ...folders].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  #inode(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw systemError('ENOENT', path);
    return inode;
  }

  #create(path: string, operate: <T>(work: () => T, half?: () => void) => Promise<T>): AppendFile {
    if (!this.#folders.has(path.split('/').slice(0, -1).join('/'))) throw systemError('ENOENT', path);
    if (this.#names.has(path)) throw systemError('EEXIST', path);
    const inode = new Inode();
    this.#names.set(path, inode);
    this.#changes.push({ kind: 'create', path, inode });
    return {
      append: (bytes) => operate(
        () => {
          const room = this.capacity === Infinity ? Infinity : this.capacity - this.#used();
          if (bytes.length <= room) {
            inode.append(bytes);
            return;
          }
          inode.append(bytes.subarray(0, Math.max(0, room)));
          throw systemError('ENOSPC', path);
        },
        () => inode.append(bytes.subarray(0, this.#random.below(bytes.length + 1))),
      ),
      fsync: () => operate(() => {
        if (this.fsyncFailure > 0 && this.#random.chance(this.fsyncFailure)) {
          inode.lost.push({ begin: inode.synced, end: inode.size });
          inode.synced = inode.size;
          throw systemError('EIO', path);
        }
        if (inode.size > inode.synced) inode.proven = inode.synced;
        inode.synced = inode.size;
        inode.writes = [];
      }),
      close: () => operate(() => {}),
    };
  }

  #fsyncFolder(folder: string): void {
    const isInside = (path: string): boolean => path.split('/').slice(0, -1).join('/') === folder;
    for (const change of this.#changes) if (isInside(change.path)) applyTo(this.#durableNames, change);
    this.#changes = this.#changes.filter(({ path }) => !isInside(path));
  }

  #losePower(): void {
    const probability = this.#random.pick([0, 0.5, 0.5, 1]);
    for (const change of this.#changes) if (this.#random.chance(probability)) applyTo(this.#durableNames, change);
    this.#changes = [];
    this.#names = new Map(this.#durableNames);
    for (const inode of new Set(this.#names.values())) inode.losePower(this.#random);
  }

  #used(): number {
    let used = 0;
    for (const { size } of this.#names.values()) used += size;
    return used;
  }
}

function applyTo(names: Map<string, Inode>, change: NameChange): void {
  if (change.kind === 'create') {
    names.set(change.path, change.inode);
    return;
  }
  if (names.get(change.path) === change.inode) names.delete(change.path);
  if (change.kind === 'rename') names.set(change.to, change.inode);
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

function ignoreErrors(work: () => unknown): void {
  try {
    work();
  } catch {
    // The process that would have heard of it is gone.
  }
}
