import type { SourceLog } from '../Source';

/** A state in which a file was seen. Another file of its name, another size or time makes it another file. */
export interface Seen {
  /** The number of the file on its disk. */
  readonly inode: number;
  /** bytes */
  readonly size: number;
  /** When its content was last changed, ms since the epoch. */
  readonly modified: number;
}

/** How far a file was read. */
export interface Begun extends Seen {
  /** Bytes; everything in front of them was stored. */
  readonly offset: number;
}

/** The place under which it is kept that the folder was looked into for the first time: no file has this name. */
const FIRST_LOOK = '/';

export function isSame(one: Seen | undefined, other: Seen): boolean {
  return one?.inode === other.inode && one.size === other.size && one.modified === other.modified;
}

/** The mark of a file that was read up to an offset; up to its size it was read to its end. */
export function fileMark({ inode, size, modified }: Seen, offset: number): unknown {
  return [inode, size, modified, offset];
}

/** The mark that files of this folder without a mark are new. */
export function firstLookMark(path: string): readonly [place: string, mark: unknown] {
  return [FIRST_LOOK, path];
}

/**
 * What a log knows of a folder.
 * @returns files that were read to their ends, those that were not, and whether the folder was looked into before
 */
export function readMarks(log: SourceLog | undefined, path: string): {
  readonly done: ReadonlyMap<string, Seen>;
  readonly begun: ReadonlyMap<string, Begun>;
  readonly known: boolean;
} {
  const done = new Map<string, Seen>();
  const begun = new Map<string, Begun>();
  for (const [name, mark] of log?.marks ?? []) {
    if (name === FIRST_LOOK || !Array.isArray(mark)) continue;
    const [inode, size, modified, offset] = mark as readonly unknown[];
    if (typeof inode !== 'number' || typeof size !== 'number' || typeof modified !== 'number' || typeof offset !== 'number') continue;
    if (offset >= size) done.set(name, { inode, size, modified });
    else begun.set(name, { inode, size, modified, offset });
  }
  return { done, begun, known: log?.marks.get(FIRST_LOOK) === path };
}
