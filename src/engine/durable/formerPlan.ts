import type { Plan } from '../../plan/Plan';
import type { RunOptions } from '../Engine';
import { type PreparedPlan, preparePlan } from '../preparePlan';
import type { DurableGraph } from './DurableGraph';
import { partialReset } from './partialReset';

/** A plan that is ready to run, and what it runs with. */
export interface FormerPlan {
  readonly prepared: PreparedPlan;
  readonly options: RunOptions;
}

/**
 * The plan, and the reset before it, that the next interrupted batches are to run with by themselves; undefined where those that are
 * left are to run with the plan and the options that are given.
 * @param warn told why they run with the given plan though they began with another
 */
export async function formerPlan(
  durable: DurableGraph, plan: Plan, options: RunOptions, warn: (text: string) => void,
): Promise<FormerPlan | undefined> {
  const stretch = durable.interrupted.nextStretch;
  if (stretch === undefined) return undefined;
  const own = await durable.keepPlan(plan);
  const isOwn = stretch.plan === own && stretch.reset?.id === partialReset(options.reset)?.id;
  if (isOwn && stretch.times.length === durable.interrupted.size) return undefined;
  const former = stretch.plan === own ? plan : await durable.readPlan(stretch.plan);
  if (former === undefined) {
    warn('Interrupted batches run with the new drawing, because the one that they began with cannot be read any more.');
    return undefined;
  }
  const { reset: _reset, ...others } = options;
  const formerOptions: RunOptions = stretch.reset === undefined ? others : { ...others, reset: stretch.reset };
  try {
    return { prepared: preparePlan(former, formerOptions), options: formerOptions };
  } catch (thrown) {
    warn(`Interrupted batches run with the new drawing, because the one that they began with cannot be made again: ${String(thrown)}`);
    return undefined;
  }
}
