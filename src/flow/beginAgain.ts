import { canonicalJson } from '../plan/canonical';
import type { Plan } from '../plan/Plan';

/**
 * Ids of the operators that lose what they remembered when a running plan is replaced by another. A window loses it with
 * any change; reduceByKey only with another key or batch interval, because its aggregates are kept one by one.
 * @param restarted ids that the engine made anew
 */
export function beginAgain(before: Plan, after: Plan, restarted: readonly string[]): string[] {
  const earlier = new Map(before.operators.map((operator) => [operator.id, operator]));
  return after.operators
    .filter((operator) => {
      const old = earlier.get(operator.id);
      if (old === undefined || !restarted.includes(operator.id)) return false;
      if (operator.type === 'window') return true;
      if (operator.type !== 'reduceByKey') return false;
      return (
        old.type !== 'reduceByKey' ||
        before.batchInterval !== after.batchInterval ||
        canonicalJson(old.parameters.key) !== canonicalJson(operator.parameters.key)
      );
    })
    .map(({ id }) => id);
}
