import type { AggregateParameters, MapOperator, Operator, Plan, ReceiverOperator, ReduceByKeyOperator, SinkOperator } from '../../src/plan/Plan';
import type { RunOptions } from '../../src/engine/Engine';

/** Small plans for tests: a receiver `in`, and whatever the test puts behind it. */
export function planOf(operators: readonly Operator[], batchInterval = 1000): Plan {
  return { version: 1, graph: 'graph', batchInterval, operators };
}

export const OPTIONS: RunOptions = { secrets: {}, taps: [], environment: {} };

export function receiver(change: Partial<ReceiverOperator['parameters']> = {}, id = 'in'): ReceiverOperator {
  return {
    id,
    type: 'receiver',
    inputs: [],
    parameters: {
      source: { kind: 'wire' }, format: 'auto', key: { from: 'topic' }, bufferLimit: 100_000, maxRate: null, backpressure: null, ...change,
    },
  };
}

export function from(...ids: string[]): { id: string; port: number }[] {
  return ids.map((id) => ({ id, port: 0 }));
}

export function map(id: string, input: string, source: string, mode: MapOperator['parameters']['mode'] = 'map'): MapOperator {
  return { id, type: 'map', inputs: from(input), parameters: { mode, code: { lang: 'javascript', source } } };
}

export function window(id: string, input: string, length: number, slide: number): Operator {
  return { id, type: 'window', inputs: from(input), parameters: { length, slide } };
}

export function aggregate(name: string, property = 'payload.value', as = name): AggregateParameters {
  const own = name === 'reduce' ? { reduce: { lang: 'javascript', source: 'return b;' } as const } : {};
  return { aggregate: name, of: { from: 'property', property }, as, ...own };
}

export function reduceByKey(
  id: string,
  input: string,
  aggregates: readonly AggregateParameters[],
  change: Partial<ReduceByKeyOperator['parameters']> = {},
): ReduceByKeyOperator {
  return {
    id,
    type: 'reduceByKey',
    inputs: from(input),
    parameters: { key: { from: 'key' }, aggregates, emit: 'all', emitLeaving: false, keyLimit: 1_000_000, ...change },
  };
}

export function sink(id: string, input: string, mode: SinkOperator['parameters']['mode'] = 'batch', emptyBatches = false): SinkOperator {
  return { id, type: 'sink', inputs: from(input), parameters: { target: { kind: 'flow' }, mode, emptyBatches } };
}
