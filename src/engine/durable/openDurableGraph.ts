import { checkDisk, DeadLetters, DurabilityError, Journal, Lease, type LeaseOwner, removeOld } from '../../durability';
import type { CheckpointOperator } from '../../plan/Plan';
import type { CheckpointData } from './CheckpointMaker';
import { DurableGraph, type DurableOptions } from './DurableGraph';
import { planOf } from './InterruptedBatches';
import { resetFolder } from './resetFolder';

/** The largest segment of a log, bytes, and how many of them are to fit into its limit: what is dropped is dropped segment by segment. */
const MOST_SEGMENT = 64 * 1024 * 1024;
const SEGMENTS_IN_LIMIT = 8;

/**
 * Waits until no other process owns the folder, and reads what is there.
 * @param isWanted asked while it waits
 * @param onWaiting told who owns it
 * @returns undefined when nobody wants it any more
 * @throws DurabilityError and errors of the disk: nothing was given up
 */
export async function openDurableGraph(
  options: DurableOptions, isWanted: () => boolean, onWaiting: (owner: LeaseOwner | undefined) => void,
): Promise<DurableGraph | undefined> {
  const { checkpoint, clock, events, folder, plan, reset, storage } = options;
  const disk = storage.disk(folder);
  const lease = await Lease.acquire(disk, {
    folder: 'lease',
    owner: storage.owner(),
    clock,
    isGone: (owner) => storage.isGone(owner),
    onWaiting,
    onLost: (error) => {
      if (isFinal(error)) events.failed(error);
      else events.warn(error.message);
    },
  }, isWanted);
  if (lease === undefined) return undefined;
  const begun = clock.monotonic();
  const made: { graph?: DurableGraph; journal?: Journal } = {};
  try {
    await checkDisk(disk);
    await removeOld(disk, clock.now() - checkpoint.parameters.retention);
    const owner = { graph: plan.graph, epoch: lease.epoch, segmentBytes: segmentBytesOf(checkpoint) };
    await resetFolder(disk, owner, reset, clock.now(), (text) => {
      events.warn(text);
    });
    const { journal, recovery } = await Journal.open(disk, {
      ...owner,
      clock,
      policy: checkpoint.parameters.sync,
      checkOwnership: () => lease.check(),
      listener: {
        full: (error) => made.graph?.room.full(error),
        resumed: () => made.graph?.room.resumed(),
        failed: (error) => {
          events.failed(error);
        },
      },
    });
    made.journal = journal;
    for (const file of recovery.quarantined) {
      events.warn(
        `A damaged checkpoint was put away as ${disk.location}/${file}. The one before is used, and nothing is lost. Look at the ` +
          'disk: bits do not turn by themselves.',
      );
    }
    const letters = await DeadLetters.open(disk, { folder: 'dead' });
    const opened = new DurableGraph(options, { disk, lease, journal, recovery, letters }, begun);
    made.graph = opened;
    // Where the newest checkpoint cannot be read at the next start, the batches in it run again as well.
    const { plans = [] } = (recovery.checkpoint?.data ?? {}) as Partial<CheckpointData>;
    await opened.forgetPlansBut(new Set([...plans, ...recovery.batches.map(planOf)]));
    return opened;
  } catch (thrown) {
    await made.journal?.close().catch(() => undefined);
    await lease.release().catch(() => undefined);
    throw thrown;
  }
}

/** Small enough that checkpoints make room in a log that has reached its limit. */
export function segmentBytesOf({ parameters }: CheckpointOperator): number {
  return Math.min(MOST_SEGMENT, Math.ceil(parameters.logLimit / SEGMENTS_IN_LIMIT));
}

function isFinal(error: Error): boolean {
  return error instanceof DurabilityError;
}
