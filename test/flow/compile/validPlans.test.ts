import { expect } from 'chai';
import fc from 'fast-check';
import { compile } from '../../../src/flow/compile';
import type { StreamType } from '../../../src/flow/StreamNode';
import { validatePlan } from '../../../src/plan/validatePlan';

const NODES: Readonly<Record<string, StreamType>> = {
  r: 'receiver', b: 'batcher', m: 'map', w: 'window', k: 'reduceByKey', t: 'state', c: 'checkpoint', s: 'sink',
};

/** Choices of dialogs, numbers and texts, right and wrong. */
const VALUES = fc.constantFrom<unknown>(
  '', '0', '1', '-1', '2.5', 5, 'abc', true, false, null, ' ', 'x/y', '127.0.0.1', '{key}', '#', 'http://h/x', '*.csv', 'payload.x', '70000',
  'mqtt', 'http', 'tcp', 'folder', 'simulated', 'level', 'msg', 'jsonata', 'connect', 'whole', 'update', 'record', 'keyBy', 'changed', 'batch', 'key', 'timer',
);
const NAMES = fc.constantFrom(
  'source', 'broker', 'topic', 'qos', 'format', 'keyType', 'key', 'sensors', 'rate', 'seed', 'httpPath', 'bodyLimit', 'tcpRole', 'host', 'port',
  'folder', 'pattern', 'split', 'existing', 'interval', 'bufferLimit', 'maxRate', 'backpressure', 'initialRate', 'minRate', 'mode', 'lang', 'func',
  'length', 'slide', 'timeout', 'emit', 'keyLimit', 'target', 'retain', 'url', 'header', 'emptyBatches', 'emitLeaving', 'path', 'sync', 'syncInterval',
  'logLimit', 'retention',
);

const DIALOGS = fc.dictionary(NAMES, VALUES, { maxKeys: 8 });
const KINDS = fc.constantFrom('tcp', 'folder', 'http', 'mqtt', '');

describe('a drawing without problems', () => {
  it('gives a plan that is valid, whatever stands in its dialogs', () => {
    let plans = 0;
    const ids = Object.keys(NODES);
    const edges = ids.slice(1).map((to, index) => ({ from: ids[index] ?? '', to, port: 0 }));
    fc.assert(
      fc.property(fc.constantFrom(...ids), DIALOGS, KINDS, (id, properties, kind) => {
        const own: Readonly<Record<string, unknown>> = { source: kind, target: kind === 'mqtt' ? kind : '', ...properties };
        const graph = { nodes: ids, edges, tapped: [], deadEnds: new Map<string, readonly string[]>(), problems: [] };
        const { plan } = compile(graph, (node) => ({
          type: NODES[node] ?? 'map',
          properties: node === id ? own : node === 'w' ? { length: 2 } : {},
        }));
        if (plan === undefined) return;
        plans++;
        expect(validatePlan(JSON.parse(JSON.stringify(plan)))).to.deep.equal(plan);
      }),
      { numRuns: 2000 },
    );
    expect(plans).to.be.above(100);
  });
});
