import type { Plan } from '../../src/plan/Plan';

/** A plan with every type of operator and every kind of source, for the tests of this folder. */
export const examplePlan: Plan = {
  version: 1,
  graph: 'b1',
  batchInterval: 1000,
  operators: [
    {
      id: 'r1',
      type: 'receiver',
      inputs: [],
      parameters: {
        source: { kind: 'mqtt', connection: 'broker', topic: 'sensors/#', qos: 1 },
        format: 'auto',
        key: { from: 'level', level: -1 },
        bufferLimit: 100_000,
        maxRate: null,
        backpressure: null,
      },
    },
    {
      id: 'r2',
      type: 'receiver',
      inputs: [],
      parameters: {
        source: { kind: 'simulated', sensors: 10, rate: 0.5, seed: 42 },
        format: 'json',
        key: { from: 'property', property: 'payload.sensor' },
        bufferLimit: 10,
        maxRate: 500,
        backpressure: { initialRate: 200, minRate: 50 },
      },
    },
    { id: 'b1', type: 'batcher', inputs: [{ id: 'r1', port: 0 }, { id: 'r2', port: 0 }], parameters: {} },
    {
      id: 'm1',
      type: 'map',
      inputs: [{ id: 'b1', port: 0 }],
      parameters: { mode: 'filter', code: { lang: 'javascript', source: 'return msg.payload > 3;' } },
    },
    { id: 'w1', type: 'window', inputs: [{ id: 'm1', port: 0 }], parameters: { length: 10_000, slide: 2000 } },
    {
      id: 'k1',
      type: 'reduceByKey',
      inputs: [{ id: 'w1', port: 0 }],
      parameters: {
        key: { from: 'key' },
        aggregates: [
          { aggregate: 'mean', of: { from: 'property', property: 'payload' }, as: 'mean' },
          { aggregate: 'max', of: { from: 'code', code: { lang: 'jsonata', source: 'payload.value' } }, as: 'peak' },
        ],
        emit: 'all',
        emitLeaving: false,
        keyLimit: 1_000_000,
      },
    },
    { id: 's1', type: 'sink', inputs: [{ id: 'k1', port: 0 }], parameters: { target: { kind: 'flow' }, mode: 'batch', emptyBatches: false } },
  ],
};
