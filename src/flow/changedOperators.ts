import { canonicalJson } from '../plan/canonical';
import type { Plan } from '../plan/Plan';

/** Ids of the operators of a plan that are new in it or say something else than in another; with another batch interval, the batchers too. */
export function changedOperators(before: Plan, after: Plan): string[] {
  const earlier = new Map(before.operators.map((operator) => [operator.id, canonicalJson(operator)]));
  const otherInterval = before.batchInterval !== after.batchInterval;
  return after.operators
    .filter((operator) => (otherInterval && operator.type === 'batcher') || earlier.get(operator.id) !== canonicalJson(operator))
    .map(({ id }) => id);
}
