import type { AppendFile, Disk } from '../ports/Disk';
import { codeOf, DurabilityError, messageOf } from './errors';

const CONTENT = Buffer.from('This file was made to see whether the disk keeps what it is given, and may be removed.\n');

/** Another process may be looking at the same folder at the same moment. */
const ATTEMPTS = 5;

/**
 * Tries out all that the durability of a graph rests on, with a small file: make, write, fsync, rename, fsync of the folder, read,
 * remove. To be called before anything else is written; the folder need not be there.
 * @throws DurabilityError that says what does not work there, and what to do about it
 */
export async function checkDisk(disk: Disk): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await tryOut(disk, `probe-${attempt}`);
      return;
    } catch (thrown) {
      const isTaken = thrown instanceof DurabilityError && ['EEXIST', 'ENOENT'].includes(codeOf(thrown.cause) ?? '');
      if (!isTaken || attempt === ATTEMPTS) throw thrown;
    }
  }
}

async function tryOut(disk: Disk, name: string): Promise<void> {
  const first = `${name}.tmp`;
  await step(disk, 'the folder could not be made', () => disk.makeFolder(''));
  await step(disk, 'a file could not be removed', async () => {
    await disk.remove(first);
    await disk.remove(name);
  });
  const file = await step(disk, 'a file could not be made', () => disk.create(first));
  try {
    await writeTo(disk, file);
    await step(disk, 'a file could not be given another name', () => disk.rename(first, name));
    await step(disk, 'the names of files could not be made to survive a power cut', () => disk.fsyncFolder(''));
    const bytes = await step(disk, 'a file could not be read', () => disk.read(name, 0, CONTENT.length + 1));
    if (Buffer.compare(bytes, CONTENT) !== 0) {
      throw new DurabilityError(
        `Nothing can be kept in ${disk.location}: ${CONTENT.length} bytes were written to a file, and other ${bytes.length} were read. ` +
          'The disk or its file system is broken: choose another folder, on a disk of this machine.',
      );
    }
  } catch (thrown) {
    await disk.remove(first).catch(() => {});
    await disk.remove(name).catch(() => {});
    throw thrown;
  }
  await step(disk, 'a file could not be removed', () => disk.remove(name));
}

async function writeTo(disk: Disk, file: AppendFile): Promise<void> {
  try {
    await step(disk, 'a file could not be written to', () => file.append(CONTENT));
    await step(disk, 'what was written could not be made to survive a power cut', () => file.fsync());
  } finally {
    await file.close();
  }
}

async function step<Result>(disk: Disk, what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    const message = `Nothing can be kept in ${disk.location}: ${what} (${messageOf(thrown)}). ${adviceFor(codeOf(thrown))}`;
    throw new DurabilityError(message, { cause: thrown });
  }
}

function adviceFor(code: string | undefined): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'Node-RED may not write there: give its user the right to, or choose another folder.';
    case 'EROFS':
      return 'It can only be read: make it writable, or choose another folder.';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'There is no room: make some, or choose a folder on another disk.';
    case 'EINVAL':
    case 'ENOTSUP':
    case 'EOPNOTSUPP':
    case 'ENOSYS':
      return 'Its file system cannot do that, as some network file systems cannot: choose a folder on a disk of this machine.';
    case 'ENOTDIR':
      return 'A part of its path is a file: choose another folder.';
    default:
      return 'Choose a folder on a disk of this machine that Node-RED may write to.';
  }
}
