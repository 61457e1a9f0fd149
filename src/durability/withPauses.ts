import type { Disk } from '../ports/Disk';

/** A disk that is read with a pause before each piece, so that whoever has work to do need not wait long. */
export function withPauses(disk: Disk, pause: () => Promise<void>): Disk {
  const paused: Pick<Disk, 'read'> = {
    read: async (path, offset, length) => {
      await pause();
      return disk.read(path, offset, length);
    },
  };
  return Object.assign(Object.create(disk) as Disk, paused);
}
