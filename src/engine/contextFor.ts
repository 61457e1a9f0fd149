import type { Plan } from '../plan/Plan';
import type { Clock } from '../ports/Clock';
import '../streaming/operations';
import type { BatchJournal, ReplayedBatches } from '../streaming/scheduler/BatchJournal';
import { StreamingContext } from '../streaming/StreamingContext';

/** How many more times a batch is tried that failed. */
export const BATCH_RETRIES = 2;

/** How many batches may wait while outputs do not get on; what arrives meanwhile waits in its receiver, within its limit. */
const PENDING_BATCHES = 100;

/**
 * The context that the streams of a plan are built on.
 * @param lastBatch the batch to go on after, if there was one, ms since the epoch
 * @param hooks what a graph with a checkpoint has to say about its batches
 * @param warn told of a listener of ours that failed
 */
export function contextFor(
  plan: Plan,
  clock: Clock,
  lastBatch: number | undefined,
  hooks: { readonly journal?: BatchJournal; readonly replay?: ReplayedBatches },
  warn: (text: string) => void,
): StreamingContext {
  return new StreamingContext({
    batchInterval: plan.batchInterval,
    clock,
    // Errors of batches come by `awaitTermination` or with their batch; what is left is a listener of ours that failed.
    log: { warn: () => undefined, error: warn },
    retries: BATCH_RETRIES,
    pendingBatchesLimit: PENDING_BATCHES,
    ...(lastBatch === undefined ? {} : { startAfter: lastBatch }),
    ...hooks,
  });
}
