import { operatorFingerprint } from '../plan/fingerprint';
import type { Plan } from '../plan/Plan';
import type { UpdateReport } from './Engine';
import { operatorOf } from './StateStore';

/**
 * What a new plan means for each operator of the old one.
 * @param fresh the names of states that began afresh, though their operators may look unchanged themselves
 */
export function comparePlans(before: Plan | undefined, after: Plan, fresh: ReadonlySet<string>): UpdateReport {
  const fingerprints = (plan: Plan | undefined): Map<string, string> =>
    new Map((plan?.operators ?? []).map((operator) => [operator.id, operatorFingerprint(operator, plan?.batchInterval ?? 0)]));
  const begun = new Set([...fresh].map(operatorOf));
  const old = fingerprints(before);
  const now = fingerprints(after);
  const kept: string[] = [];
  const restarted: string[] = [];
  const dropped: string[] = [];
  for (const [id, fingerprint] of old) {
    const present = now.get(id);
    (present === undefined ? dropped : present === fingerprint && !begun.has(id) ? kept : restarted).push(id);
  }
  return { kept, restarted, dropped };
}
