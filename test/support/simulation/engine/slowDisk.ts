import type { AppendFile, Disk } from '../../../../src/ports/Disk';
import type { SeededRandom } from '../SeededRandom';
import type { Clock } from '../../../../src/ports/Clock';

/** How often, and how long, an operation takes time. */
export interface Slowness {
  readonly chance: number;
  /** The longest, ms. */
  readonly longest: number;
}

/** A disk whose operations take their time now and then, so that things happen between them. */
export function slowDisk(disk: Disk, slowness: Slowness, random: SeededRandom, time: Pick<Clock, 'schedule'>): Disk {
  const late = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (random.chance(slowness.chance)) {
      await new Promise<void>((resolve) => time.schedule(1 + random.below(slowness.longest), resolve));
    }
    return work();
  };
  const slowFile = (file: AppendFile): AppendFile => ({
    append: (bytes) => late(() => file.append(bytes)),
    fsync: () => late(() => file.fsync()),
    close: () => file.close(),
  });
  return {
    location: disk.location,
    makeFolder: (folder) => disk.makeFolder(folder),
    list: (folder) => late(() => disk.list(folder)),
    size: (path) => disk.size(path),
    read: (path, offset, length) => late(() => disk.read(path, offset, length)),
    create: (path) => late(() => disk.create(path)).then(slowFile),
    fsyncFolder: (folder) => late(() => disk.fsyncFolder(folder)),
    rename: (from, to) => late(() => disk.rename(from, to)),
    remove: (path) => late(() => disk.remove(path)),
    removeFolder: (folder) => disk.removeFolder(folder),
  };
}
