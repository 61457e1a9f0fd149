import type { Disk } from '../ports/Disk';

export const QUARANTINE = 'quarantine';

/**
 * Puts a file away that failed a check. Nothing in the quarantine is ever read, or removed, without being asked to.
 * @returns where it is now
 */
export async function quarantine(disk: Disk, path: string): Promise<string> {
  await disk.makeFolder(QUARANTINE);
  const names = path.split('/');
  const taken = new Set((await disk.list(QUARANTINE)).map(({ name }) => name));
  const base = names.join('-');
  let name = base;
  for (let count = 2; taken.has(name); count++) name = `${base}.${count}`;
  const target = `${QUARANTINE}/${name}`;
  await disk.rename(path, target);
  await disk.fsyncFolder(QUARANTINE);
  await disk.fsyncFolder(names.slice(0, -1).join('/'));
  return target;
}
