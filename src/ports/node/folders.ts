import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const IS_WINDOWS = process.platform === 'win32';
/** Windows refuses to rename or remove a file that a virus scanner looks at; it lets go within moments. */
const WINDOWS_ATTEMPTS = 10;
const WINDOWS_PAUSE = 20;

/** Makes the names in a folder last. */
export async function fsyncFolder(path: string): Promise<void> {
  // Windows writes names through by itself, and cannot open a folder.
  if (IS_WINDOWS) return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Tries again where Windows will let a file be renamed or removed in a moment. */
export async function withPatience(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (thrown) {
      const isTransient = IS_WINDOWS && ['EPERM', 'EBUSY', 'EACCES'].includes((thrown as NodeJS.ErrnoException).code ?? '');
      if (!isTransient || attempt === WINDOWS_ATTEMPTS) throw thrown;
      await delay(attempt * WINDOWS_PAUSE);
    }
  }
}
