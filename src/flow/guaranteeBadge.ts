import { guaranteesOf, guaranteeText } from '../plan/guarantees';
import type { Plan } from '../plan/Plan';
import type { NodeStatus } from './StreamNode';

/** By plan, then by the sink's id; statuses are made each second, plans at a deploy. */
const badges = new WeakMap<Plan, ReadonlyMap<string, string>>();

/** The status of an operator; a sink that works well says in it what it promises: `12 rec/s · exactly once`. */
export function withGuarantee(status: NodeStatus, id: string, plan: Plan): NodeStatus {
  if (status.fill !== 'blue' || status.shape !== 'dot' || status.text === undefined) return status;
  let known = badges.get(plan);
  if (known === undefined) {
    known = new Map([...guaranteesOf(plan)].map(([sink, guarantee]) => [sink, guaranteeText(guarantee)]));
    badges.set(plan, known);
  }
  const badge = known.get(id);
  return badge === undefined ? status : { ...status, text: `${status.text} · ${badge}` };
}
