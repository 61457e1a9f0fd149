import { crc32 } from 'node:zlib';
import type { PlanDescription } from '../../engine/Engine';
import { type Guarantee, guaranteesOf, guaranteeText } from '../../plan/guarantees';
import type { Plan } from '../../plan/Plan';
import { WITH_STATE } from '../resetScope';
import type { PlanMonitor, PlannedOperator } from './snapshot';

/**
 * A plan as it is shown.
 * @param description how the engine runs it, once it has said so
 * @param node the node to reveal for an operator; undefined for one that nobody drew
 */
export function planMonitor(
  plan: Plan,
  description: PlanDescription | undefined,
  node: (id: string) => string | undefined,
): PlanMonitor {
  const guarantees = guaranteesOf(plan);
  const operators = plan.operators.map(({ id, type, inputs }): PlannedOperator => {
    const drawn = node(id);
    const guarantee = guarantees.get(id);
    return {
      id,
      type,
      inputs: inputs.map((input) => input.id),
      ...(drawn === undefined ? {} : { node: drawn }),
      ...description?.operators[id],
      ...(guarantee === undefined ? {} : { guarantee: { level: guarantee.level, text: explained(guarantee) } }),
      ...(WITH_STATE.has(type) ? { hasState: true } : {}),
    };
  });
  return { operators };
}

/** What a sink promises, and why it is not more. */
function explained(guarantee: Guarantee): string {
  return [`${guaranteeText(guarantee)}.`, ...guarantee.reasons.map(({ text }) => text)].join(' ');
}

/** Tells one plan from another, also from those before a restart of Node-RED: a whole number. */
export function revisionOf(plan: PlanMonitor): number {
  return crc32(JSON.stringify(plan));
}
