import type { CheckpointOperator, Plan } from '../../plan/Plan';

/** Each graph has a folder of its own; what an id may hold that a folder's name may not is written as in addresses. */
export function folderOf(plan: Plan, checkpoint: CheckpointOperator): string {
  return `${checkpoint.parameters.path}/${encodeURIComponent(plan.graph).replaceAll('*', '%2A')}`;
}
