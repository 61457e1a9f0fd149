import type { Plan } from '../plan/Plan';
import { WITH_STATE } from './resetScope';

/** Whether a plan's graph is recoverable. */
export function hasCheckpoint(plan: Plan): boolean {
  return plan.operators.some(({ type }) => type === 'checkpoint');
}

/**
 * Whether a plan can run on under another drawing: where a receiver is gone, another graph may want it; where a sink is gone,
 * nobody would take what the plan gives it.
 */
export function canGoOn(running: Plan, drawn: Plan): boolean {
  const ids = new Set(drawn.operators.map(({ id }) => id));
  return running.operators.every(({ id, type }) => (type !== 'receiver' && type !== 'sink' && type !== 'checkpoint') || ids.has(id));
}

/** Ids of the operators of some plans that remember something from batch to batch, each once. */
export function statesOf(...plans: readonly Plan[]): string[] {
  return [...new Set(plans.flatMap(({ operators }) => operators.filter(({ type }) => WITH_STATE.has(type)).map(({ id }) => id)))];
}

/** Ids of what only one query can have open: receivers, and the folder of a checkpoint. */
export function holdsOf(plan: Plan): string[] {
  return plan.operators.filter(({ type }) => type === 'receiver' || type === 'checkpoint').map(({ id }) => id);
}

/** Ids of a plan's receivers. */
export function receiversOf(plan: Plan): string[] {
  return plan.operators.filter(({ type }) => type === 'receiver').map(({ id }) => id);
}

/** Ids of a plan's batchers. */
export function batchersOf(plan: Plan): string[] {
  return plan.operators.filter(({ type }) => type === 'batcher').map(({ id }) => id);
}
