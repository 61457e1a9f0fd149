import type { GraphMonitor, OperatorMonitor, PlannedOperator } from '../../../src/flow/monitor/snapshot';
import type { FlowNode } from '../../support/NodeRed';
import { graphMonitor, monitored, planned } from './snapshots';

/** What a name may hold at worst. */
export const HOSTILE = '<img src=x onerror="window.hacked=1">';

/** A drawing with a pass, a tap, a join, a subflow instance and a hostile name: its plan. */
export const PLAN: readonly PlannedOperator[] = [
  planned('sensors', [], { pass: 1 }),
  planned('every', ['sensors'], { type: 'batcher', pass: 1 }),
  planned('degrees', ['every'], { pass: 1, code: 'jsonata compiled', threads: 2 }),
  planned('raw', ['degrees'], { type: 'sink', guarantee: { level: 'at least once', text: 'A message may come twice.' } }),
  planned('clean-first', ['degrees'], { node: 'clean' }),
  planned('clean-second', ['clean-first'], { node: 'clean', code: 'jsonata interpreted' }),
  planned('means', ['clean-second'], { type: 'reduceByKey', window: 'subtracting', partitions: 4, hasState: true }),
  planned('orders'),
  planned('with order', ['means', 'orders'], { type: 'join' }),
  planned('results', ['with order'], { type: 'sink' }),
];

/** The nodes of that drawing, on a tab. No wires: nothing of it is to run. */
export const FLOWS: readonly FlowNode[] = [
  { id: 'tab', type: 'tab', label: 'Sensors', disabled: true },
  { id: 'clean-definition', type: 'subflow', name: 'clean', in: [], out: [] },
  { id: 'comment', type: 'comment', z: 'tab', name: 'no stream node', x: 600, y: 60, wires: [] },
  ...[...new Set(PLAN.map(({ node = '' }) => node))].map((id, index): FlowNode => {
    const type = id === 'clean' ? 'subflow:clean-definition' : `dstream-${PLAN.find(({ node }) => node === id)?.type ?? ''}`;
    return { id, type, z: 'tab', name: id === 'degrees' ? HOSTILE : id, x: 200, y: 60 + 50 * index, wires: [[]] };
  }),
];

/** That drawing as it runs, with nothing to do but what is said. */
export function running(
  operators: Readonly<Record<string, Partial<OperatorMonitor>>> = {},
  more: Partial<GraphMonitor> = {},
): GraphMonitor {
  const monitors = Object.fromEntries(PLAN.map(({ id }) => [id, monitored(operators[id])]));
  return graphMonitor({ operators: monitors, plan: { operators: PLAN }, ...more });
}
