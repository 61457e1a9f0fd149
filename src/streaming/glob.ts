import type { FileSystem } from '../ports/FileSystem';

const SPECIAL = /[*?[{]/;

/**
 * The regular expression for one part of a path: `*` is any characters, `?` is one, `[abc]`, `[a-z]` and `[^a]` (or `[!a]`) one of
 * some, `{ab,cd}` one of several texts, and a backslash takes the meaning from what follows. What is not closed stands for itself.
 */
export function globPattern(part: string): RegExp {
  let source = '';
  let depth = 0;
  for (let index = 0; index < part.length; index++) {
    const character = part.charAt(index);
    const set = character === '[' ? /^\[([!^]?)((?:\\.|[^\]\\])+)\]/.exec(part.slice(index)) : null;
    if (set !== null) {
      const [whole, negation, members] = set;
      source += `[${negation === '' ? '' : '^'}${(members ?? '').replace(/[[^]/g, '\\$&')}]`;
      index += whole.length - 1;
    } else if (character === '*') source += '.*';
    else if (character === '?') source += '.';
    else if (character === '{' && part.includes('}', index)) {
      source += '(?:';
      depth++;
    } else if (character === '}' && depth > 0) {
      source += ')';
      depth--;
    } else if (character === ',' && depth > 0) source += '|';
    else if (character === '\\' && index + 1 < part.length) source += literal(part.charAt(++index));
    else source += literal(character);
  }
  return new RegExp(`^${source}$`, 'su');
}

function literal(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/**
 * The folders that a path stands for: itself, or where parts of it hold `*`, `?`, `[..]` or `{..}`, all folders that fit, in the
 * order of their names. Parts are separated by `/` on every system. A folder that vanishes meanwhile does not count.
 */
export async function matchingFolders(fileSystem: FileSystem, path: string): Promise<string[]> {
  if (!SPECIAL.test(path)) return [path];
  const parts = path.split('/');
  let found = [path.startsWith('/') ? '/' : ''];
  for (const [index, part] of parts.entries()) {
    if (part === '') continue;
    if (!SPECIAL.test(part)) {
      found = found.map((folder) => joined(folder, part));
      continue;
    }
    const pattern = globPattern(part);
    const isLast = parts.slice(index + 1).every((later) => later === '');
    const next = await Promise.all(found.map((folder) => foldersIn(fileSystem, folder, pattern)));
    found = next.flat();
    if (isLast) return found;
  }
  // What follows the last pattern may not be there in all of them.
  const present = await Promise.all(found.map((folder) => isFolder(fileSystem, folder)));
  return found.filter((_, index) => present[index]);
}

async function foldersIn(fileSystem: FileSystem, folder: string, pattern: RegExp): Promise<string[]> {
  const entries = await unlessGone(fileSystem.list(folder === '' ? '.' : folder), []);
  return entries.filter(({ kind, name }) => kind === 'folder' && pattern.test(name)).map(({ name }) => joined(folder, name));
}

async function isFolder(fileSystem: FileSystem, folder: string): Promise<boolean> {
  const listed = await unlessGone<unknown>(fileSystem.list(folder), undefined);
  return listed !== undefined;
}

/** @param gone what it is where there is no such folder */
export async function unlessGone<R>(work: Promise<R>, gone: R): Promise<R> {
  try {
    return await work;
  } catch (thrown) {
    const { code } = thrown as { readonly code?: unknown };
    if (code === 'ENOENT' || code === 'ENOTDIR') return gone;
    throw thrown;
  }
}

/** A path with a name behind it. */
export function joined(folder: string, name: string): string {
  return folder === '' || folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}
