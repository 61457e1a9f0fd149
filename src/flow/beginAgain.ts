import { canonicalJson } from '../plan/canonical';
import type { Operator, Plan, StateOperator, WindowOperator } from '../plan/Plan';

/**
 * Ids of the operators that lose what they remembered when a running plan is replaced by another. A window loses it with
 * any change. reduceByKey loses it with another key or batch interval, or another window in front of it, because that window is
 * computed where the keys are; not with other aggregates, which are kept one by one. State loses it with another key, mode or function.
 * @param restarted ids that the engine made anew
 */
export function beginAgain(before: Plan, after: Plan, restarted: readonly string[]): string[] {
  const earlier = new Map(before.operators.map((operator) => [operator.id, operator]));
  return after.operators
    .filter((operator) => {
      const old = earlier.get(operator.id);
      if (old === undefined) return false;
      const isNew = restarted.includes(operator.id);
      if (operator.type === 'window') return isNew;
      if (operator.type === 'state') return isNew && (old.type !== 'state' || !isSameState(old, operator));
      if (operator.type !== 'reduceByKey') return false;
      const was = windowBefore(old, before);
      const is = windowBefore(operator, after);
      // What the window spans is part of the state, so the engine cannot have kept it whatever it reports.
      if (canonicalJson(was?.parameters ?? null) !== canonicalJson(is?.parameters ?? null)) return true;
      return (
        isNew &&
        (old.type !== 'reduceByKey' ||
          was?.id !== is?.id ||
          before.batchInterval !== after.batchInterval ||
          canonicalJson(old.parameters.key) !== canonicalJson(operator.parameters.key))
      );
    })
    .map(({ id }) => id);
}

/** Whether the states of two plans mean the same: the same function over the same keys. What is done with them does not count. */
function isSameState(one: StateOperator, other: StateOperator): boolean {
  const meaning = ({ key, mode, code }: StateOperator['parameters']): string => canonicalJson({ key, mode, code });
  return meaning(one.parameters) === meaning(other.parameters);
}

/** The window that an operator reads from, where it reads from nothing else. */
function windowBefore(operator: Operator, plan: Plan): WindowOperator | undefined {
  const [input, ...others] = operator.inputs;
  if (input === undefined || others.length > 0) return undefined;
  const parent = plan.operators.find(({ id }) => id === input.id);
  return parent?.type === 'window' ? parent : undefined;
}
