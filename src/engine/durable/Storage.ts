import type { LeaseOwner } from '../../durability';
import type { Disk } from '../../ports/Disk';
import { NodeDisk } from '../../ports/node/NodeDisk';
import { isGone, ownIdentity } from '../../ports/node/processIdentity';

/** Where graphs keep what they must not lose, and who they are there. */
export interface Storage {
  /** The disk that begins at this folder; the folder need not be there yet. */
  disk(folder: string): Disk;
  /** Different for every start. */
  owner(): LeaseOwner;
  isGone(owner: LeaseOwner): boolean;
  /** Lets everything else have a turn, in the middle of long work. */
  turn(): Promise<void>;
}

/** The machine's files. */
export const NODE_STORAGE: Storage = {
  disk: (folder) => new NodeDisk(folder),
  owner: ownIdentity,
  isGone,
  turn: () => new Promise((resolve) => setImmediate(resolve)),
};
