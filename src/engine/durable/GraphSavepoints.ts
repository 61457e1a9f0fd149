import { filesIn, readCheckpointHead, type SavepointFile, Savepoints } from '../../durability';
import type { CheckpointOperator, Plan } from '../../plan/Plan';
import type { Disk } from '../../ports/Disk';
import { operatorOf } from '../StateStore';
import type { CheckpointData } from './CheckpointMaker';
import { folderOf } from './folderOf';
import { NODE_STORAGE, type Storage } from './Storage';

/** A savepoint of a graph, as somebody who chooses one wants to know it. */
export interface KeptSavepoint {
  readonly name: string;
  readonly bytes: number;
  /** The last batch in it, ms since the epoch; absent, as all that follows, where its file cannot be read. */
  readonly batchTime?: number;
  /** When it was made, ms since the epoch. */
  readonly made?: number;
  /** The operators of which the newest checkpoint has state that this one has not, or that was made with other settings: they begin afresh. */
  readonly afresh?: readonly string[];
}

/** What a file of a checkpoint or savepoint says of itself, as far as it is wanted here. */
interface StateHead {
  readonly savepoint?: { readonly made: number };
  readonly data: CheckpointData;
}

/**
 * Reads and removes the savepoints of a graph, from wherever, whether the graph runs or not: their files never change, and the graph itself
 * reads none of them unless it goes back to one.
 */
export class GraphSavepoints {
  readonly #disk: Disk;
  readonly #graph: string;
  readonly #files: Savepoints;

  constructor(plan: Plan, checkpoint: CheckpointOperator, storage: Storage = NODE_STORAGE) {
    this.#disk = storage.disk(folderOf(plan, checkpoint));
    this.#graph = plan.graph;
    this.#files = new Savepoints(this.#disk, this.#graph);
  }

  /** All there are, newest first. @throws the disk's error */
  async list(): Promise<readonly KeptSavepoint[]> {
    const now = await this.#fingerprintsNow();
    const kept = (await this.#files.list()).map((file) => described(file, now));
    return kept.sort((left, right) => (right.made ?? 0) - (left.made ?? 0));
  }

  /** Reads one as a whole. @throws DurabilityError where it cannot be gone back to, also where there is none of that name */
  async check(name: string): Promise<void> {
    await this.#files.check(name);
  }

  /** Removes one for good. @returns whether there was one of that name */
  remove(name: string): Promise<boolean> {
    return this.#files.remove(name);
  }

  /** What the states are made with, as the newest checkpoint says; undefined where there is none that can be read. */
  async #fingerprintsNow(): Promise<ReadonlyMap<string, string> | undefined> {
    const newest = (await filesIn(this.#disk, 'ckpt')).filter((name) => name.endsWith('.ck')).at(-1);
    if (newest === undefined) return undefined;
    try {
      const { data } = await readCheckpointHead(this.#disk, `ckpt/${newest}`);
      return (data as StateHead).data.fingerprints;
    } catch {
      // It may have made place for a newer one just now.
      return undefined;
    }
  }
}

function described({ name, bytes, head }: SavepointFile, now: ReadonlyMap<string, string> | undefined): KeptSavepoint {
  if (head === undefined) return { name, bytes };
  const { savepoint, data: { fingerprints } } = head.data as StateHead;
  const unfit = [...now ?? []].filter(([state, fingerprint]) => fingerprints.get(state) !== fingerprint);
  return {
    name, bytes, batchTime: head.batch,
    ...(savepoint === undefined ? {} : { made: savepoint.made }),
    afresh: [...new Set(unfit.map(([state]) => operatorOf(state)))],
  };
}
