import type { GraphMonitor, OperatorMonitor, PlannedOperator } from '../../../src/flow/monitor/snapshot';

/** An operator of a plan, by what matters to a test: `planned('b', ['a'])`, a map on the canvas as node `b`. */
export function planned(id: string, inputs: readonly string[] = [], more: Partial<PlannedOperator> = {}): PlannedOperator {
  return { id, type: inputs.length === 0 ? 'receiver' : 'map', inputs, node: id, ...more };
}

/** An operator that has nothing to do. */
export function monitored(more: Partial<OperatorMonitor> = {}): OperatorMonitor {
  return {
    recordsIn: 0, recordsOut: 0, inPerSecond: 0, outPerSecond: 0, failed: 0, skipped: 0, refused: 0, waiting: 0, keys: 0,
    ...more,
  };
}

/** A graph that runs once a second and has just begun. */
export function graphMonitor(more: Partial<GraphMonitor> = {}): GraphMonitor {
  return {
    id: 'graph',
    state: 'running',
    batchInterval: 1000,
    startedAt: 1_700_000_000_000,
    completedBatches: 0,
    totalRecords: 0,
    sequence: 0,
    batches: { times: [], records: [], schedulingDelays: [], processingDelays: [], intervals: [], failed: [] },
    active: [],
    activeCount: 0,
    operators: {},
    revision: 1,
    problems: [],
    paused: false,
    ...more,
  };
}
