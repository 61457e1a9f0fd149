import type { Reset } from '../engine/Engine';
import type { OperatorType, Plan } from '../plan/Plan';

/** The operators that remember something from batch to batch. */
export const WITH_STATE: ReadonlySet<OperatorType> = new Set(['window', 'reduceByKey', 'state']);

/** What is asked for, or why it is not done: the request is wrong, or, where `isUnknown`, names what is not there. */
export type ResetScope = { readonly scope: Reset['scope'] } | { readonly problem: string; readonly isUnknown?: boolean };

/** More than a drawing can have, and few enough to look at. */
const MOST_IDS = 1000;
const LONGEST_ID = 200;

/**
 * The scope that a request for a reset asks for, or why it is none.
 * @param body the request's body, of which nothing is known
 * @param plans what runs, and the drawing that was deployed last, where that one was refused
 * @param nameOf what a node is called
 */
export function resetScope(body: unknown, plans: readonly Plan[], nameOf: (id: string) => string): ResetScope {
  const wanted = 'The body must be {"scope": "all"}, or {"scope": [...]} with the ids of the nodes that are to begin without their state';
  if (typeof body !== 'object' || body === null || !('scope' in body)) return { problem: `${wanted}.` };
  const { scope } = body;
  if (scope === 'all') return { scope };
  if (!Array.isArray(scope)) return { problem: `${wanted}; scope is neither.` };
  const ids: string[] = [];
  for (const id of scope as readonly unknown[]) {
    if (typeof id !== 'string' || id === '' || id.length > LONGEST_ID) {
      return { problem: `${wanted}; an id is a text of 1 to ${String(LONGEST_ID)} characters.` };
    }
    ids.push(id);
  }
  if (ids.length === 0) return { problem: `${wanted}; there is no id in it.` };
  if (ids.length > MOST_IDS) return { problem: `${wanted}; there are ${String(ids.length)} ids, more than ${String(MOST_IDS)}.` };
  const operators = plans.flatMap((plan) => plan.operators);
  const unknown = ids.find((id) => !operators.some((operator) => operator.id === id));
  if (unknown !== undefined) {
    return {
      problem: `There is no node ${JSON.stringify(unknown)} in this graph. Name nodes that are drawn in it, by their ids, or "all".`,
      isUnknown: true,
    };
  }
  const without = operators.find(({ id, type }) => ids.includes(id) && !WITH_STATE.has(type));
  if (without !== undefined) {
    return { problem: `The node ${nameOf(without.id)} has no state: it is a ${without.type}. Name nodes that have, or "all".` };
  }
  return { scope: [...new Set(ids)] };
}
