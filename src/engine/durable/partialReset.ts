import type { Plan } from '../../plan/Plan';
import type { Reset } from '../Engine';

/** A reset of some operators. */
export type PartialReset = Reset & { readonly scope: readonly string[] };

/** A reset of some operators; that of everything is done when the folder is opened. */
export function partialReset(reset: Reset | undefined): PartialReset | undefined {
  return reset === undefined || reset.scope === 'all' ? undefined : { id: reset.id, scope: reset.scope };
}

/** The operators that begin anew: those of the scope, and those that compute its windows, for they have the panes. */
export function withComputing(plan: Plan, scope: readonly string[]): ReadonlySet<string> {
  const behind = plan.operators.filter(({ type, inputs }) => type === 'reduceByKey' && inputs.some(({ id }) => scope.includes(id)));
  return new Set([...scope, ...behind.filter(({ inputs }) => isWindow(plan, inputs[0]?.id)).map(({ id }) => id)]);
}

/** Whether an operator is a window. */
export function isWindow(plan: Plan, id: string | undefined): boolean {
  return plan.operators.some((operator) => operator.id === id && operator.type === 'window');
}
