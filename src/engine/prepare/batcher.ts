import type { BatcherOperator } from '../../plan/Plan';
import type { PreparedOperator } from '../BuildEnvironment';
import { passedOn } from './passedOn';

/** Passes records on, counting them: the batches themselves are made for the whole plan. */
export function prepareBatcher(operator: BatcherOperator): PreparedOperator {
  return passedOn(operator.id);
}
