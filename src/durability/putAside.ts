import type { Disk } from '../ports/Disk';
import { filesIn, foldersIn } from './filesIn';
import { DurabilityError } from './errors';
import { QUARANTINE } from './quarantine';
import { readTimedName, timedName } from './timedName';

/**
 * The folders of what a graph keeps, in the order in which they are emptied: should that never come to its end, what is left is
 * refused or gives back all there was; it never looks like less than there was. Damaged files that were put away by themselves go along:
 * as long as they lie there, a graph without anything else is refused.
 */
const STATE_FOLDERS = ['ckpt', 'log', 'plans', QUARANTINE];
const DONE = 'done';

/**
 * Moves all that a graph has kept into the quarantine, so that it begins from nothing. To be called before the journal is opened.
 * What a crash interrupted goes on with the next call of the same id; a call after the end does nothing.
 * @param id names the wish: letters, digits and hyphens
 * @param now ms since the epoch: what is put aside now is removed by `removeOld` by this time
 * @param folders what is to be moved; all there is, unless said otherwise
 * @returns false: this was carried out before
 * @throws the disk's error
 */
export async function putAside(disk: Disk, id: string, now: number, folders: readonly string[] = STATE_FOLDERS): Promise<boolean> {
  if (!/^[A-Za-z0-9-]{1,100}$/.test(id)) {
    throw new DurabilityError(`A reset may be named by up to 100 letters, digits and hyphens, and "${id}" is no such name.`);
  }
  const known = await folderOf(disk, id);
  const target = `${QUARANTINE}/${known ?? timedName(now, id)}`;
  await disk.makeFolder(target);
  if ((await disk.size(`${target}/${DONE}`)) !== undefined) return false;
  for (const folder of folders) await moveFiles(disk, folder, `${target}/${folder}`);
  await (await disk.create(`${target}/${DONE}`)).close();
  await disk.fsyncFolder(target);
  return true;
}

/** Whether `putAside` was carried out for this wish. */
export async function isPutAside(disk: Disk, id: string): Promise<boolean> {
  const known = await folderOf(disk, id);
  return known !== undefined && (await disk.size(`${QUARANTINE}/${known}/${DONE}`)) !== undefined;
}

async function folderOf(disk: Disk, id: string): Promise<string | undefined> {
  return (await foldersIn(disk, QUARANTINE)).find((name) => readTimedName(name)?.rest === id);
}

/**
 * Removes what was put aside by `putAside`, and dead letters, from before a time. Damaged files that were put away by themselves stay:
 * somebody may want to see why. That a reset was carried out stays known.
 * @param before ms since the epoch
 * @param deadLetters their folder
 * @returns how many files were removed
 */
export async function removeOld(disk: Disk, before: number, deadLetters = 'dead'): Promise<number> {
  let count = 0;
  for (const name of await foldersIn(disk, QUARANTINE)) {
    if ((readTimedName(name)?.time ?? Infinity) >= before) continue;
    for (const folder of STATE_FOLDERS) {
      const path = `${QUARANTINE}/${name}/${folder}`;
      const files = await filesIn(disk, path);
      for (const file of files) await disk.remove(`${path}/${file}`);
      await disk.removeFolder(path);
      count += files.length;
    }
  }
  for (const name of await filesIn(disk, deadLetters)) {
    if ((readTimedName(name)?.time ?? Infinity) >= before) continue;
    await disk.remove(`${deadLetters}/${name}`);
    count++;
  }
  return count;
}

/** Moves the files of one folder into another, which may have some already. Both are as they are then after a power cut, too. */
export async function moveFiles(disk: Disk, from: string, to: string): Promise<void> {
  const names = await filesIn(disk, from);
  if (names.length === 0) return;
  await disk.makeFolder(to);
  const taken = new Set(await filesIn(disk, to));
  for (const name of names) {
    let free = name;
    // An earlier attempt may have moved files, after which the graph was started without the wish and made new ones.
    for (let count = 2; taken.has(free); count++) free = `${name}.${count}`;
    taken.add(free);
    await disk.rename(`${from}/${name}`, `${to}/${free}`);
  }
  await disk.fsyncFolder(to);
  await disk.fsyncFolder(from);
}
