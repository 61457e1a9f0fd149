import type { Disk } from '../ports/Disk';
import { filesIn } from './filesIn';
import { isPutAside, putAside } from './putAside';
import { removeTemporary, type Savepoints } from './Savepoints';

/** Where the checkpoint lies that a graph is going back to: as long as it is there, going back has begun and has not come to its end. */
const FOLDER = 'restoring';
const CHECKPOINTS = 'ckpt';
const FILE_NAME = /^(\d{15})-([A-Za-z0-9-]{1,100})\.ck$/;

/**
 * Puts aside all that a graph has kept and gives it the state of a savepoint instead. To be called before the journal is opened. A copy of
 * the savepoint, named after the wish, says that it has begun: from then on a crash does not undo it, and `finishGoingBack` ends it.
 * Before that nothing has happened.
 * @param id names the wish: letters, digits and hyphens
 * @param now ms since the epoch
 * @returns false: this was carried out before
 * @throws DamagedFileError and NewerFormatError for a savepoint that cannot be read, and the disk's errors: nothing was changed
 */
export async function goBack(disk: Disk, savepoints: Savepoints, name: string, id: string, now: number): Promise<boolean> {
  if (await isPutAside(disk, id)) return false;
  const { batch } = await savepoints.check(name);
  await savepoints.copy(name, FOLDER, `${String(batch).padStart(15, '0')}-${id}.ck`);
  return finishGoingBack(disk, now);
}

/**
 * Ends what a crash interrupted, whether or not anybody still wishes it.
 * @returns whether there was anything to be ended
 * @throws the disk's error: it goes on with the next call
 */
export async function finishGoingBack(disk: Disk, now: number): Promise<boolean> {
  const [file] = (await filesIn(disk, FOLDER)).filter((name) => FILE_NAME.test(name));
  const [, batch = '', id = ''] = FILE_NAME.exec(file ?? '') ?? [];
  if (file === undefined) return false;
  await removeTemporary(disk, FOLDER);
  // A process that was killed may have given a name that a power cut would still take back, and what follows builds on it.
  await disk.fsyncFolder(FOLDER);
  const isFirst = await putAside(disk, id, now);
  const isThere = !isFirst && (await filesIn(disk, CHECKPOINTS)).length > 0;
  // It was done, and a power cut gave the file its old name back.
  if (isThere) await disk.remove(`${FOLDER}/${file}`);
  else await moveToCheckpoints(disk, file, `${batch}.ck`);
  await disk.fsyncFolder(FOLDER);
  return !isThere;
}

async function moveToCheckpoints(disk: Disk, file: string, name: string): Promise<void> {
  await disk.makeFolder(CHECKPOINTS);
  await disk.rename(`${FOLDER}/${file}`, `${CHECKPOINTS}/${name}`);
  await disk.fsyncFolder(CHECKPOINTS);
}
