import { finishGoingBack, finishSalvage, goBack, putAside, salvage, Savepoints } from '../../durability';
import type { Disk } from '../../ports/Disk';
import type { Reset } from '../Engine';

/** Whose folder it is, and what its log is like. */
export interface FolderOwner {
  readonly graph: string;
  readonly epoch: number;
  readonly segmentBytes: number;
}

/**
 * Gives up all that a folder has, or salvages it, where that is wished and was not done yet; also ends what a crash interrupted. Before
 * the journal is opened.
 * @param now ms since the epoch
 * @throws DurabilityError for a savepoint that cannot be read, and for what cannot be salvaged: nothing was changed; the disk's errors
 */
export async function resetFolder(
  disk: Disk, owner: FolderOwner, reset: Reset | undefined, now: number, warn: (text: string) => void,
): Promise<void> {
  if (await finishSalvage(disk, now)) warn('The log of the graph was salvaged, which a crash had interrupted.');
  const wentBack = await finishGoingBack(disk, now);
  if (wentBack) warn('The graph went back to a savepoint, which a crash had interrupted. What it had kept since was put aside.');
  if (reset?.scope !== 'all') return;
  const { id, savepoint } = reset;
  if (reset.salvage === true) {
    // What was lost is told with what the log says of it.
    await salvage(disk, owner, id, now);
  } else if (savepoint === undefined) {
    if (await putAside(disk, id, now)) warn('The graph was reset: what it had kept was put aside, and it begins from nothing.');
  } else if (await goBack(disk, new Savepoints(disk, owner.graph), savepoint, id, now)) {
    warn(`The graph went back to the savepoint "${savepoint}": what it had kept since was put aside.`);
  }
}
