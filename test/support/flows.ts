import type { FlowNode } from './NodeRed';

/** Short ways to write flow files in tests. Every node stands on the tab `tab` unless its properties say otherwise. */
export function node(id: string, type: string, wires: readonly (readonly string[])[], properties: Record<string, unknown> = {}): FlowNode {
  return { id, type, z: 'tab', name: '', x: 100, y: 100, wires, ...properties };
}

export function tab(id = 'tab', properties: Record<string, unknown> = {}): FlowNode {
  return { id, type: 'tab', label: id, disabled: false, ...properties };
}

/** A receiver that takes what is wired into it. */
export function receiver(id: string, to: readonly string[], properties: Record<string, unknown> = {}): FlowNode {
  return node(id, 'dstream-receiver', [to], { source: 'wire', format: 'auto', keyType: 'topic', key: '', ...properties });
}

/** A batcher of 100 ms, so that tests need not wait. */
export function batcher(id: string, to: readonly string[], properties: Record<string, unknown> = {}): FlowNode {
  return node(id, 'dstream-batcher', [to], { interval: '100', intervalUnits: 'ms', bufferLimit: '100000', maxRate: '', engine: '', ...properties });
}

export function map(id: string, to: readonly string[], func: string, properties: Record<string, unknown> = {}): FlowNode {
  return node(id, 'dstream-map', [to], { mode: 'map', lang: 'javascript', func, ...properties });
}

/** Counts and sums the payloads of each key. */
export function sums(id: string, to: readonly string[], properties: Record<string, unknown> = {}): FlowNode {
  return node(id, 'dstream-reduceByKey', [to], {
    keyType: 'key', key: '', emit: 'all', emitLeaving: false,
    aggregates: [
      { aggregate: 'count', of: 'payload', ofType: 'msg', as: 'count' },
      { aggregate: 'sum', of: 'payload', ofType: 'msg', as: 'sum' },
    ],
    ...properties,
  });
}

/** Brings two streams together by key. */
export function join(id: string, to: readonly string[], properties: Record<string, unknown> = {}): FlowNode {
  return node(id, 'dstream-join', [to], { mode: 'inner', left: '', ...properties });
}

/** The running total of the payloads of each key. */
export function total(id: string, to: readonly string[], properties: Record<string, unknown> = {}): FlowNode {
  return node(id, 'dstream-state', [to], {
    keyType: 'key', key: '', mode: 'update', func: 'return (state ?? 0) + values.reduce((a, b) => a + b, 0);',
    timeout: '', timeoutUnits: 'min', emit: 'changed', keyLimit: 1000000, ...properties,
  });
}

export function sink(id: string, to: readonly string[], properties: Record<string, unknown> = {}): FlowNode {
  return node(id, 'dstream-sink', [to], { mode: 'batch', emptyBatches: false, ...properties });
}
