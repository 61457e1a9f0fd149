import { expect } from 'chai';
import { checkRows, readRows } from '../../../nodes/shared/editor/aggregates';
import { SETS, defaults, listFiles, readText } from './palette';

interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly z?: string;
  readonly x?: number;
  readonly y?: number;
  readonly wires?: readonly (readonly string[])[];
  readonly [property: string]: unknown;
}

const ONE_AT_A_TIME = '02 - One node at a time/';
const SCENARIOS = '03 - IoT scenarios/';
const FIRST = '01 - Start here/Averages of simulated sensors.json';
const MQTT = `${SCENARIOS}Averages of MQTT sensors.json`;
const CORE_TYPES = [
  'tab', 'group', 'comment', 'inject', 'debug', 'function', 'split', 'link in', 'link out', 'http request', 'tcp request',
];
/** The sources of a receiver that have an example of their own. */
const RECEIVERS = ['HTTP', 'TCP', 'folder'].map((source) => `${ONE_AT_A_TIME}receiver ${source}.json`);
/** The targets of a sink that have an example of their own. */
const SINKS = ['HTTP', 'file'].map((target) => `${ONE_AT_A_TIME}sink ${target}.json`);
const OWN_FUNCTION = `${ONE_AT_A_TIME}reduceByKey own function.json`;
const CORE_MQTT_TYPES = ['mqtt-broker', 'mqtt out'];
const CONFIG_TYPES = ['dstream-engine', 'mqtt-broker'];
const OWN_TYPES: readonly string[] = SETS.map((set) => `dstream-${set}`);

function read(example: string): FlowNode[] {
  return JSON.parse(readText('examples', example)) as FlowNode[];
}

describe('examples', () => {
  const examples = listFiles('examples', '.json');

  it('start with a first one, then one for each node, then scenarios', () => {
    const perNode = SETS.filter((set) => set !== 'engine').map((set) => `${ONE_AT_A_TIME}${set}.json`);
    const scenarios = examples.filter((example) => example.startsWith(SCENARIOS));
    expect(scenarios).to.have.length.above(6).and.include(MQTT);
    expect(examples).to.deep.equal([FIRST, ...perNode, ...RECEIVERS, ...SINKS, OWN_FUNCTION, ...scenarios].sort());
  });

  it('show every node type, the engine too', () => {
    const shown = new Set(examples.flatMap((example) => read(example).map((node) => node.type)));
    expect(OWN_TYPES.filter((type) => !shown.has(type))).to.deep.equal([]);
  });

  it('give every node an id of its own across all files, so that all can be imported side by side', () => {
    const ids = examples.flatMap((example) => read(example).map((node) => node.id));
    expect(new Set(ids).size).to.equal(ids.length);
  });

  for (const example of examples) {
    describe(example, () => {
      const nodes = read(example);
      const byId = new Map(nodes.map((node) => [node.id, node]));
      const own = nodes.filter((node) => OWN_TYPES.includes(node.type));

      it('uses core nodes and this palette only', () => {
        const allowed = [...CORE_TYPES, ...OWN_TYPES, ...(example === MQTT ? CORE_MQTT_TYPES : [])];
        expect(nodes.filter((node) => !allowed.includes(node.type))).to.deep.equal([]);
      });

      it('has one tab and a comment, and every node on it', () => {
        const [tab, ...otherTabs] = nodes.filter((node) => node.type === 'tab');
        expect(otherTabs).to.deep.equal([]);
        expect(nodes.some((node) => node.type === 'comment')).to.equal(true);
        for (const node of nodes.filter((candidate) => candidate.type !== 'tab' && !CONFIG_TYPES.includes(candidate.type))) {
          expect(node.z, node.id).to.equal(tab?.id);
          expect(node.x, node.id).to.be.above(0);
          expect(node.y, node.id).to.be.above(0);
        }
      });

      it('has wires to nodes that exist', () => {
        for (const node of nodes) {
          const links = (node['links'] ?? []) as readonly string[];
          for (const target of [...(node.wires ?? []).flat(), ...links]) {
            expect(byId.has(target), `${node.id} → ${target}`).to.equal(true);
          }
        }
      });

      it('stores exactly the properties of each node', () => {
        for (const node of own) {
          const stored = Object.keys(node).filter((name) => !['id', 'type', 'z', 'g', 'x', 'y', 'wires'].includes(name));
          const known = Object.keys(defaults(node.type.slice('dstream-'.length)));
          expect(stored.sort(), node.id).to.deep.equal(known.sort());
          expect(node['version'], node.id).to.equal(1);
        }
      });

      it('references nodes of the right type', () => {
        for (const node of own) {
          for (const [name, definition] of Object.entries(defaults(node.type.slice('dstream-'.length)))) {
            const reference = node[name];
            if (definition['type'] !== undefined && reference !== '') {
              const type = byId.get(String(reference))?.type;
              // `*[]` stands for nodes of any type.
              if (definition['type'] === '*[]') expect(type, `${node.id}.${name}`).to.match(/^dstream-/);
              else expect(type, `${node.id}.${name}`).to.equal(definition['type']);
            }
          }
        }
      });

      it('has outputs with good names in each reduceByKey', () => {
        for (const node of own.filter((candidate) => candidate.type === 'dstream-reduceByKey')) {
          const rows = readRows(node['aggregates']);
          expect(rows, node.id).to.not.have.length(0);
          expect(checkRows(rows), node.id).to.deep.equal([]);
        }
      });

      it('needs a broker only where it says so', () => {
        const sources = own.filter((node) => node.type === 'dstream-receiver').map((node) => node['source']);
        expect(sources.includes('mqtt')).to.equal(example === MQTT);
      });

      it('leads from a receiver through a batcher to a sink that is seen', () => {
        const types = (ids: readonly string[]) => ids.map((id) => byId.get(id)?.type);
        for (const node of own.filter((candidate) => !CONFIG_TYPES.includes(candidate.type))) {
          const targets = types((node.wires ?? []).flat());
          if (node.type === 'dstream-sink' && node['target'] !== 'flow') {
            expect(targets, node.id).to.deep.equal([]);
            continue;
          }
          expect(targets, node.id).to.not.have.length(0);
          if (node.type === 'dstream-receiver') {
            expect(new Set(targets), node.id).to.deep.equal(new Set(['dstream-batcher']));
          }
          const staysInside = targets.every((type) => type !== undefined && OWN_TYPES.includes(type));
          expect(staysInside, node.id).to.equal(node.type !== 'dstream-sink' && node.type !== 'dstream-statistics');
        }
      });
    });
  }

  it('deploys with the node ids that the start script relies on', () => {
    const nodes = new Map(read(MQTT).map((node) => [node.id, node]));
    expect(nodes.get('start-broker')).to.include({ type: 'mqtt-broker', broker: '127.0.0.1', port: 1883 });
    expect(nodes.get('start-receiver')).to.include({ source: 'mqtt', broker: 'start-broker', topic: 'sensors/+/temperature' });
    expect(nodes.get('start-receiver')).to.include({ keyType: 'level', key: '2' });
    expect(nodes.get('start-mqtt-out')).to.include({ type: 'mqtt out', broker: 'start-broker', topic: 'averages' });
  });
});
