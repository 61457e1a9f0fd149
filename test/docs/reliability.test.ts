import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { guaranteesOf, guaranteeText } from '../../src/plan/guarantees';
import type { Plan, SinkOperator, SourceParameters } from '../../src/plan/Plan';
import { packageRoot } from '../support/packageRoot';

const text = readFileSync(join(packageRoot, 'docs/reliability.md'), 'utf8');

const mqtt = (qos: 0 | 1 | 2): SourceParameters => ({ kind: 'mqtt', connection: 'c', topic: 'a', qos });

const SOURCES: Readonly<Record<string, SourceParameters>> = {
  wires: { kind: 'wire' },
  'MQTT, QoS 0': mqtt(0),
  'MQTT, QoS 1': mqtt(1),
  'MQTT, QoS 2': mqtt(2),
  'HTTP endpoint': { kind: 'http', path: 'p', bodyLimit: 1 },
  'TCP lines': { kind: 'tcp', role: 'connect', host: 'h', port: 1 },
  'files in a folder': { kind: 'folder', path: '/in', pattern: '*', split: 'lines', existing: true },
  'simulated sensors': { kind: 'simulated', sensors: 1, rate: 1, seed: 1 },
};

const TARGETS: Readonly<Record<string, SinkOperator['parameters']['target']>> = {
  'the flow (wires)': { kind: 'flow' },
  'MQTT, QoS 0': { kind: 'mqtt', connection: 'c', topic: 't', qos: 0, retain: false },
  'MQTT, QoS 1': { kind: 'mqtt', connection: 'c', topic: 't', qos: 1, retain: false },
  HTTP: { kind: 'http', connection: 'c', timeout: 1 },
  files: { kind: 'file', path: '/out', name: 'n', format: 'json', roll: 'day', columns: [] },
};

function promise(source: SourceParameters, target: SinkOperator['parameters']['target']): string {
  const receiver = { source, format: 'auto', key: { from: 'topic' }, bufferLimit: 1, maxRate: null, backpressure: null } as const;
  const checkpoint = { path: '/d', interval: 1, sync: { kind: 'group' }, logLimit: 1, retention: 1 } as const;
  const plan: Plan = {
    version: 1,
    graph: 'c',
    batchInterval: 1000,
    operators: [
      { id: 'r', type: 'receiver', inputs: [], parameters: receiver },
      { id: 'c', type: 'checkpoint', inputs: [{ id: 'r', port: 0 }], parameters: checkpoint },
      { id: 's', type: 'sink', inputs: [{ id: 'c', port: 0 }], parameters: { target, mode: 'record', emptyBatches: false } },
    ],
  };
  const guarantee = guaranteesOf(plan).get('s');
  return guarantee === undefined ? 'none' : guaranteeText(guarantee);
}

const cellsOf = (line: string): string[] => line.split('|').slice(1, -1).map((cell) => cell.trim().replaceAll('**', ''));

describe('docs/reliability.md', () => {
  it('names tests that exist', () => {
    const named = [...text.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path ?? '');
    expect(named.length).to.be.above(10);
    expect(named.filter((path) => !existsSync(join(packageRoot, path)))).to.deep.equal([]);
  });

  it('promises what the sinks show, in every cell', () => {
    const lines = text.split('\n');
    const head = lines.findIndex((line) => line.startsWith('| from ↓ to → |'));
    const [, ...targets] = cellsOf(lines[head] ?? '');
    expect(targets).to.deep.equal(Object.keys(TARGETS));
    const rows = lines.slice(head + 2, head + 2 + Object.keys(SOURCES).length).map(cellsOf);
    expect(rows.map(([source]) => source)).to.deep.equal(Object.keys(SOURCES));
    for (const [source = '', ...cells] of rows) {
      for (const [place, cell] of cells.entries()) {
        const from = SOURCES[source];
        const to = TARGETS[targets[place] ?? ''];
        if (from === undefined || to === undefined) throw new Error(`There is no ${source} or no ${targets[place] ?? 'target'}.`);
        expect(cell, `${source} to ${targets[place] ?? ''}`).to.equal(promise(from, to));
      }
    }
  });
});
