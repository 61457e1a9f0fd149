import type { Plan } from '../plan/Plan';
import type { GraphSavepoints } from './durable/GraphSavepoints';
import { loadLater } from './loadLater';

export type { GraphSavepoints, KeptSavepoint } from './durable/GraphSavepoints';

/** The savepoints of the graph that a plan draws; undefined where it has no checkpoint, and so none. */
export function savepointsOf(plan: Plan): GraphSavepoints | undefined {
  const checkpoint = plan.operators.find((operator) => operator.type === 'checkpoint');
  if (checkpoint === undefined) return undefined;
  const durable = loadLater('./durable/GraphSavepoints') as typeof import('./durable/GraphSavepoints');
  return new durable.GraphSavepoints(plan, checkpoint);
}
