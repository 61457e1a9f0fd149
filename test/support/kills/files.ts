import { createReadStream, existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The lines of a text file, one by one; none where there is no file. Empty lines are left out. Only a line feed ends a line:
 * Node's readline would also break at U+2028, which JSON may hold.
 */
export async function* linesOf(file: string): AsyncGenerator<string> {
  if (!existsSync(file)) return;
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield line;
  }
  if (rest !== '') yield rest;
}

/** The lines of all files of a sink, in the order of their names, which begin the same and go on with the time. */
export async function* linesIn(folder: string): AsyncGenerator<string> {
  for (const name of await outputFiles(folder)) yield* linesOf(join(folder, name));
}

/** The files of a sink: not its manifest, nor what it had not finished. */
export async function outputFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.jsonl') && !name.endsWith('.batches.jsonl')).sort();
}

const TIME = /-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})\.(\d{3})Z\.jsonl$/;

/** The time of the batch that a file of a sink with one file a batch says in its name: ms since the epoch. */
export function batchTimeOf(name: string): number | undefined {
  const found = TIME.exec(name);
  if (found === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, millisecond = 0] = found.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
}

/** Bytes of all files in a folder and in those below it. Files that go while it looks count nothing. */
export async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
  }
  return bytes;
}
