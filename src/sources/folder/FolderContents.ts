import type { Dirent, Stats } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileNamePattern } from './FileNamePattern';
import type { Seen } from './FolderMarks';

/** Files of one folder that are watched; further ones are told as a problem. */
export const MOST_FILES = 100_000;

/** Files asked about at the same time. */
const ASKED_AT_ONCE = 32;

/** A file that may be read. */
export interface Candidate extends Seen {
  readonly name: string;
}

/** The names in a folder that fit, and how many others would have. */
export interface FolderNames {
  readonly names: readonly string[];
  /** Symbolic links, which are never followed. */
  readonly links: number;
  /** Names beyond the most that are watched. */
  readonly left: number;
}

/** What lies in a folder: the plain files whose names fit a pattern. Names that begin with a dot are not there. */
export class FolderContents {
  readonly #path: string;
  readonly #pattern: FileNamePattern;

  constructor(path: string, pattern: FileNamePattern) {
    this.#path = path;
    this.#pattern = pattern;
  }

  /** Rejects where the folder cannot be read. @param goesOn asked again and again, since a folder may be large */
  async names(goesOn: () => boolean): Promise<FolderNames> {
    const names: string[] = [];
    let links = 0;
    let left = 0;
    for await (const entry of await opendir(this.#path, { bufferSize: 256 })) {
      if (!goesOn()) break;
      if (!this.#fits(entry)) continue;
      if (entry.isSymbolicLink()) links++;
      else if (names.length < MOST_FILES) names.push(entry.name);
      else left++;
    }
    return { names, links, left };
  }

  /** The plain files among these names, with sizes and times. */
  async look(names: readonly string[], goesOn: () => boolean): Promise<readonly Candidate[]> {
    const found: Candidate[] = [];
    for (let from = 0; from < names.length && goesOn(); from += ASKED_AT_ONCE) {
      const seen = await Promise.all(names.slice(from, from + ASKED_AT_ONCE).map((name) => this.#see(name)));
      found.push(...seen.flatMap((file) => file ?? []));
    }
    return found;
  }

  #fits(entry: Dirent): boolean {
    // Some file systems do not tell the kind of an entry here; `#see` finds it out.
    const special = entry.isDirectory() || entry.isFIFO() || entry.isSocket() || entry.isCharacterDevice() || entry.isBlockDevice();
    return !special && !entry.name.startsWith('.') && this.#pattern.matches(entry.name);
  }

  async #see(name: string): Promise<Candidate | undefined> {
    try {
      const stats = await lstat(join(this.#path, name));
      return stats.isFile() ? { name, ...seenOf(stats) } : undefined;
    } catch {
      // It went away, or may not be looked at: then it is not there for us.
      return undefined;
    }
  }
}

/** What tells a file from another one of its name. */
export function seenOf({ ino, size, mtimeMs }: Stats): Seen {
  return { inode: ino, size, modified: mtimeMs };
}
