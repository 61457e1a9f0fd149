import { finishGoingBack, goBack, putAside, Savepoints } from '../../durability';
import type { Disk } from '../../ports/Disk';
import type { Reset } from '../Engine';

/**
 * Gives up all that a folder has where that is wished and was not done yet; also ends what a crash interrupted. Before the journal is opened.
 * @param now ms since the epoch
 * @throws DurabilityError for a savepoint that cannot be read: nothing was changed; the disk's errors
 */
export async function resetFolder(
  disk: Disk, graph: string, reset: Reset | undefined, now: number, warn: (text: string) => void,
): Promise<void> {
  const wentBack = await finishGoingBack(disk, now);
  if (wentBack) warn('The graph went back to a savepoint, which a crash had interrupted. What it had kept since was put aside.');
  if (reset?.scope !== 'all') return;
  const { id, savepoint } = reset;
  if (savepoint === undefined) {
    if (await putAside(disk, id, now)) warn('The graph was reset: what it had kept was put aside, and it begins from nothing.');
  } else if (await goBack(disk, new Savepoints(disk, graph), savepoint, id, now)) {
    warn(`The graph went back to the savepoint "${savepoint}": what it had kept since was put aside.`);
  }
}
