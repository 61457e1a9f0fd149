import type { Plan } from '../../plan/Plan';
import { operatorOf, type StateStore } from '../StateStore';
import { stateWouldBeLost } from './durabilityProblems';
import { lostOutputs } from './lostOutputs';

/**
 * Looks, while a plan is being built, whether it fits the states that are kept; warns of what goes with something that was removed.
 * @param node is told
 * @param before the plan before, as far as it is known
 * @param savepoint the name of the savepoint that the states are from, if the graph has just gone back to one: what does not fit is given up
 * @throws EngineProblem where state would be lost unasked
 */
export function checkStates(states: StateStore, node: string, before: Plan | undefined, plan: Plan, warn: (text: string) => void, savepoint?: string): void {
  const conflicts = states.conflicts();
  const changed = conflicts.filter(({ kind }) => kind === 'changed');
  if (changed.length > 0 && savepoint === undefined) throw stateWouldBeLost(node, changed);
  for (const operator of new Set(changed.map(({ name }) => operatorOf(name)))) {
    warn(`The node "${operator}" begins afresh: it has changed since the savepoint "${savepoint ?? ''}", and what it remembered then does not fit it.`);
  }
  for (const { name, kind } of conflicts) {
    if (kind === 'gone' && operatorOf(name) === name) warn(`The node "${name}" was removed, and its state with it.`);
  }
  if (before === undefined) return;
  for (const { operator, outputs } of lostOutputs(before, plan)) {
    warn(`The node "${operator}" has changed: what it had gathered for ${outputs.join(', ')} is given up, and its other outputs go on.`);
  }
}
