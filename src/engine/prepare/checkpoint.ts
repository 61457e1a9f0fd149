import type { CheckpointOperator } from '../../plan/Plan';
import type { PreparedOperator } from '../BuildEnvironment';
import { passedOn } from './passedOn';

/** Passes records on, counting them: what a checkpoint node asks for concerns the whole graph, wherever it stands in it. */
export function prepareCheckpoint(operator: CheckpointOperator): PreparedOperator {
  return passedOn(operator.id);
}
