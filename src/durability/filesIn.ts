import type { Disk } from '../ports/Disk';
import { codeOf } from './errors';

/** The names of the files in a folder, in order; none where there is no such folder. */
export function filesIn(disk: Disk, folder: string): Promise<readonly string[]> {
  return entriesOf(disk, folder, 'file');
}

/** The names of the folders in a folder. */
export function foldersIn(disk: Disk, folder: string): Promise<readonly string[]> {
  return entriesOf(disk, folder, 'folder');
}

async function entriesOf(disk: Disk, folder: string, wanted: 'file' | 'folder'): Promise<readonly string[]> {
  try {
    return (await disk.list(folder)).filter(({ kind }) => kind === wanted).map(({ name }) => name);
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return [];
    throw thrown;
  }
}
