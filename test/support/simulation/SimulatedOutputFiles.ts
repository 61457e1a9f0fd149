import type { OutputFile, OutputFiles } from '../../../src/ports/OutputFiles';
import type { SeededRandom } from './SeededRandom';
import type { CrashKind } from './SimulatedDisk';

/** A change of a file's content; the bytes of a write may be there in part. */
type Change =
  | { readonly kind: 'truncate'; readonly size: number }
  | { readonly kind: 'write'; readonly bytes: Buffer; readonly position: number };

/** A file, with or without a name. */
class Inode {
  content: Buffer = Buffer.alloc(0);
  durable: Buffer = Buffer.alloc(0);
  /** Since the last fsync. */
  changes: Change[] = [];

  apply(change: Change): void {
    this.content = applied(this.content, change);
    this.changes.push(change);
  }

  fsync(): void {
    this.durable = this.content;
    this.changes = [];
  }

  /** Each change that was not synced is there, in part, or not at all, by itself: systems write in any order. */
  losePower(random: SeededRandom): void {
    let content = this.durable;
    for (const change of this.changes) {
      const fate = random.below(3);
      if (fate === 0) continue;
      content = applied(content, change.kind === 'write' && fate === 1 ? torn(change, random) : change);
    }
    this.content = content;
    this.fsync();
  }
}

type NameChange = { readonly kind: 'create' | 'rename'; readonly from: string; readonly to: string; readonly inode: Inode };

/**
 * A folder in memory whose machine crashes. What is written is there for the process at once, and survives a power cut only after
 * fsync; names survive one only after the fsync of the folder. Everything that happens follows from the seed.
 */
export class SimulatedOutputFiles {
  readonly #random: SeededRandom;
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #changes: NameChange[] = [];
  #life = 0;
  #operationsLeft = Infinity;
  #crashKind: CrashKind = 'kill';
  #whenCrashed: () => void = () => {};
  /** Operations that were asked for. */
  operations = 0;
  /** What an operation fails with, by its name and file; undefined for not at all. */
  failure: (operation: string, name: string) => string | undefined = () => undefined;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** The folder as a new process sees it. After a crash, what it asked for never ends. */
  connect(): OutputFiles {
    const life = this.#life;
    const operate = <T>(operation: string, name: string, work: () => T, half?: () => void): Promise<T> =>
      this.#operate(life, operation, name, work, half);
    return {
      location: 'folder',
      prepare: () => operate('prepare', '', () => {}),
      size: (name) => operate('size', name, () => this.#names.get(name)?.content.length),
      read: (name) => operate('read', name, () => this.#names.get(name)?.content),
      open: (name) => operate('open', name, () => this.#open(name, operate)),
      rename: (from, to) => operate('rename', from, () => {
        const inode = this.#names.get(from);
        if (inode === undefined) throw systemError('ENOENT', from);
        this.#names.delete(from);
        this.#names.set(to, inode);
        this.#changes.push({ kind: 'rename', from, to, inode });
      }),
      fsyncFolder: () => operate('fsyncFolder', '', () => {
        this.#durableNames = new Map(this.#names);
        this.#changes = [];
      }),
    };
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
    if (kind === 'kill') return;
    for (const change of this.#changes) if (this.#random.chance(0.5)) applyName(this.#durableNames, change);
    this.#changes = [];
    this.#names = new Map(this.#durableNames);
    for (const inode of new Set(this.#names.values())) inode.losePower(this.#random);
  }

  /** The content of a file; undefined where there is none. */
  content(name: string): string | undefined {
    return this.#names.get(name)?.content.toString('utf8');
  }

  /** Somebody else makes a file, changes it, or takes it away. */
  put(name: string, content: string | undefined): void {
    if (content === undefined) this.#names.delete(name);
    else {
      const inode = new Inode();
      inode.content = Buffer.from(content);
      inode.fsync();
      this.#names.set(name, inode);
    }
    this.#durableNames = new Map(this.#names);
  }

  get names(): string[] {
    return [...this.#names.keys()].sort();
  }

  #open(name: string, operate: <T>(operation: string, name: string, work: () => T, half?: () => void) => Promise<T>): OutputFile {
    let inode = this.#names.get(name);
    if (inode === undefined) {
      inode = new Inode();
      this.#names.set(name, inode);
      this.#changes.push({ kind: 'create', from: name, to: name, inode });
    }
    const file = inode;
    return {
      size: () => operate('stat', name, () => file.content.length),
      truncate: (size) => operate('truncate', name, () => {
        file.apply({ kind: 'truncate', size });
      }),
      write: (bytes, position) => {
        const change = { kind: 'write', bytes: Buffer.from(bytes), position } as const;
        return operate('write', name, () => {
          file.apply(change);
        }, () => {
          file.apply(torn(change, this.#random));
        });
      },
      fsync: () => operate('fsync', name, () => {
        file.fsync();
      }),
      close: () => operate('close', name, () => {}),
    };
  }

  async #operate<T>(life: number, operation: string, name: string, work: () => T, half?: () => void): Promise<T> {
    await Promise.resolve();
    if (life !== this.#life) return new Promise<T>(() => {});
    this.operations++;
    if (--this.#operationsLeft > 0) {
      const code = this.failure(operation, name);
      if (code === undefined) return work();
      half?.();
      throw systemError(code, name);
    }
    const done = this.#random.below(3);
    if (done === 1) half?.();
    if (done === 2) work();
    this.crash(this.#crashKind);
    this.#whenCrashed();
    return new Promise<T>(() => {});
  }
}

function applied(content: Buffer, change: Change): Buffer {
  const end = change.kind === 'truncate' ? change.size : Math.max(content.length, change.position + change.bytes.length);
  const next = Buffer.alloc(end);
  content.copy(next, 0, 0, Math.min(content.length, end));
  if (change.kind === 'write') change.bytes.copy(next, change.position);
  return next;
}

function torn(change: Extract<Change, { kind: 'write' }>, random: SeededRandom): Change {
  return { ...change, bytes: change.bytes.subarray(0, random.below(change.bytes.length + 1)) };
}

function applyName(names: Map<string, Inode>, { kind, from, to, inode }: NameChange): void {
  if (kind === 'rename' && names.get(from) === inode) names.delete(from);
  names.set(to, inode);
}

function systemError(code: string, name: string): Error {
  return Object.assign(new Error(`${code}: ${name}`), { code });
}
