import type { GraphMonitor, PlanMonitor, PlannedOperator } from '../../../../src/flow/monitor/snapshot';
import type { Translate } from '../../../shared/editor/translate';
import { formatCount, formatRate } from '../formats';

/** What stands on a node of the canvas. */
export interface Badge {
  readonly text: string;
  readonly tooltip: string;
}

/**
 * The badges of a graph's nodes, by node: records a second that come into it, and how many wait there. A subflow instance stands
 * for all operators inside of it: what waits is added up, while of the records only those count that come in from outside.
 */
export function badgesOf(plan: PlanMonitor, { operators, batchInterval }: GraphMonitor, text: Translate): Map<string, Badge> {
  const nodes = new Map(plan.operators.map(({ id, node }) => [id, node]));
  const comesFromOutside = ({ inputs, node }: PlannedOperator): boolean => !inputs.some((input) => nodes.get(input) === node);

  const sums = new Map<string, { rate: number; waiting: number }>();
  for (const operator of plan.operators) {
    const monitor = operators[operator.id];
    if (operator.node === undefined || monitor === undefined) continue;
    const sum = sums.get(operator.node) ?? { rate: 0, waiting: 0 };
    sums.set(operator.node, {
      rate: sum.rate + (comesFromOutside(operator) ? monitor.inPerSecond : 0),
      waiting: sum.waiting + monitor.waiting,
    });
  }
  return new Map(
    [...sums].map(([node, { rate, waiting }]) => {
      // The records of the next batch always wait for it: that is no backlog yet.
      const isBacklog = waiting > (1.5 * rate * batchInterval) / 1000;
      return [node, badge(formatRate(rate), isBacklog ? formatCount(waiting) : undefined, text)];
    }),
  );
}

function badge(rate: string, waiting: string | undefined, text: Translate): Badge {
  if (waiting === undefined) return { text: rate, tooltip: text('canvas.rateTip', { rate }) };
  return { text: text('canvas.backlog', { rate, waiting }), tooltip: text('canvas.backlogTip', { rate, waiting }) };
}
