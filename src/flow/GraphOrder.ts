import { isDeepStrictEqual } from 'node:util';
import type { RunOptions } from '../engine/Engine';
import { planFingerprint } from '../plan/fingerprint';
import type { Plan } from '../plan/Plan';

/** A graph that is to run: its plan and what goes with it. */
export interface GraphOrder {
  readonly plan: Plan;
  readonly options: RunOptions;
  /** Names the engine; a graph that changes its engine is started afresh. */
  readonly engine: string;
}

/** Whether two orders say the same. Secrets are compared by value, in memory. */
export function isSameOrder(one: GraphOrder, other: GraphOrder): boolean {
  return planFingerprint(one.plan) === planFingerprint(other.plan) && isDeepStrictEqual(one.options, other.options);
}
