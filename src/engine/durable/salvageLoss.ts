import { type Loss, lossOf } from '../../durability';
import type { CheckpointOperator, Plan } from '../../plan/Plan';
import { folderOf } from './folderOf';
import { NODE_STORAGE, type Storage } from './Storage';

/**
 * What would be lost if the log of a graph were salvaged. Only reads; the graph must not be running.
 * @returns undefined where nothing is damaged
 * @throws DurabilityError where it cannot be salvaged; the disk's error
 */
export function salvageLoss(plan: Plan, checkpoint: CheckpointOperator, storage: Storage = NODE_STORAGE): Promise<Loss | undefined> {
  return lossOf(storage.disk(folderOf(plan, checkpoint)), plan.graph);
}
