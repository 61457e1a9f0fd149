import type { BatchColumns, GraphLine, GraphMonitor, MonitorSnapshot, PlanMonitor } from '../../../src/flow/monitor/snapshot';
import { graphMonitor, planned } from './snapshots';

/** Finished batches with these numbers, one a second from the epoch on: batch n has n records, waited n ms and ran 2n ms. */
export function batches(...numbers: readonly number[]): BatchColumns {
  return {
    times: numbers.map((n) => n * 1000),
    records: numbers,
    schedulingDelays: numbers,
    processingDelays: numbers.map((n) => 2 * n),
    intervals: 1000,
    failed: numbers.map(() => 0),
  };
}

export const plan: PlanMonitor = { operators: [planned('r')] };

/** A graph that has run the batches with these numbers since the question before. */
export function monitor(id: string, numbers: readonly number[], more: Partial<GraphMonitor> = {}): GraphMonitor {
  return graphMonitor({ id, startedAt: 0, sequence: numbers.at(-1) ?? 0, batches: batches(...numbers), ...more });
}

export function line(id: string, more: Partial<GraphLine> = {}): GraphLine {
  return { id, state: 'running', recordsPerSecond: 0, isBehind: false, problems: 0, node: id, ...more };
}

export function snapshot(lines: readonly GraphLine[], graph?: GraphMonitor): MonitorSnapshot {
  return { time: 0, graphs: lines, graphCount: lines.length, ...(graph === undefined ? {} : { graph }) };
}
