import type { Disk } from '../../ports/Disk';
import { codeOf } from '../errors';

/** A disk of which one finds out what would be done, without doing it: it is read, and what would change it is left out. */
export function withoutChanges(disk: Disk): Disk {
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    location: disk.location,
    list: (folder) => disk.list(folder).catch((thrown: unknown) => {
      if (codeOf(thrown) === 'ENOENT') return [];
      throw thrown;
    }),
    size: (path) => disk.size(path),
    read: (path, offset, length) => disk.read(path, offset, length),
    create: () => Promise.reject(new Error('Nothing is written to a disk that is only looked at.')),
    makeFolder: nothing,
    fsyncFolder: nothing,
    rename: nothing,
    remove: nothing,
    removeFolder: nothing,
  };
}
