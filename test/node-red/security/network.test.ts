import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { batcher, node, receiver, sink, sums, tab } from '../../support/flows';
import { MqttBroker } from '../../support/MqttBroker';
import { NodeRed, type FlowNode } from '../../support/NodeRed';
import { until } from '../../support/until';

/** Loaded before anything else into every process and thread: writes down what asks for the network. */
const WITNESS = `
const { appendFileSync } = require('node:fs');
const { threadId } = require('node:worker_threads');
const note = (what, detail) => appendFileSync(process.env.DSTREAM_TEST_NETWORK, JSON.stringify({ what, detail: String(detail), thread: threadId, process: process.pid }) + '\\n');
const watch = (object, name, what, detail) => {
  const own = object[name];
  object[name] = function (...parameters) {
    note(what, detail(parameters));
    return own.apply(this, parameters);
  };
};
const target = ([first]) => {
  const options = Array.isArray(first) ? first[0] : first;
  return typeof options === 'object' && options !== null ? (options.path ?? (options.host ?? 'localhost') + ':' + options.port) : first;
};
watch(require('node:net').Socket.prototype, 'connect', 'connect', target);
watch(require('node:dgram').Socket.prototype, 'send', 'send', () => 'datagram');
for (const dns of [require('node:dns'), require('node:dns').promises]) {
  for (const name of Object.keys(dns).filter((each) => /^(lookup|resolve|reverse)/.test(each) && typeof dns[each] === 'function')) {
    watch(dns, name, 'name', ([host]) => host);
  }
}
note('begin', '');
`;

interface Note {
  readonly what: string;
  readonly detail: string;
  readonly thread: number;
  readonly process: number;
}

/** Simulated sensors on a thread, and on a process of their own. */
const simulated: FlowNode[] = [
  tab(),
  { id: 'engine', type: 'dstream-engine', name: '', isolation: 'process', shared: false, heapLimit: '', hangLimit: '5' },
  ...['', 'engine'].flatMap((engine) => [
    receiver(`sensors${engine}`, [`batcher${engine}`], { source: 'simulated', sensors: '3', rate: '10', seed: '1' }),
    batcher(`batcher${engine}`, [`sums${engine}`], { engine }),
    sums(`sums${engine}`, [`sink${engine}`], { aggregates: [{ aggregate: 'count', as: 'count' }] }),
    sink(`sink${engine}`, [`collector${engine}`]),
    node(`collector${engine}`, 'test-collector', []),
  ]),
];

describe('the network', () => {
  let folder: string;
  let nodeRed: NodeRed;
  let broker: MqttBroker;

  const notes = async (): Promise<Note[]> =>
    (await readFile(join(folder, 'network'), 'utf8')).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Note);
  const uses = async (): Promise<string[]> => [...new Set((await notes()).filter(({ what }) => what !== 'begin').map(({ what, detail }) => `${what} ${detail}`))];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dstream-network-'));
    await writeFile(join(folder, 'witness.js'), WITNESS);
    broker = await MqttBroker.start();
    const environment = { NODE_OPTIONS: `--require "${join(folder, 'witness.js')}"`, DSTREAM_TEST_NETWORK: join(folder, 'network') };
    nodeRed = await NodeRed.start({ flows: simulated, environment });
  });

  after(async () => {
    await nodeRed.stop();
    await broker.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is not asked for by a flow that is not configured to', async () => {
    for (const collector of ['collector', 'collectorengine']) await nodeRed.collected(collector, 5);
    const begun = (await notes()).filter(({ what }) => what === 'begin');
    expect(begun.filter(({ thread }) => thread > 0), 'a thread was watched').not.to.deep.equal([]);
    expect(new Set(begun.map(({ process }) => process)).size, 'a second process was watched').to.be.at.least(2);
    // Node-RED looks up the address that it is told to listen on.
    expect((await uses()).filter((use) => use !== 'name 127.0.0.1')).to.deep.equal([]);
  });

  it('is asked for the configured broker, and nothing else, by an MQTT receiver', async () => {
    await nodeRed.deploy([
      tab(),
      { id: 'broker', type: 'mqtt-broker', name: '', broker: '127.0.0.1', port: String(broker.port), clientid: '', autoConnect: true, usetls: false, protocolVersion: '4', keepalive: '60', cleansession: true },
      receiver('mqtt', ['batcher'], { source: 'mqtt', broker: 'broker', topic: 'sensors/#', qos: '1' }),
      batcher('batcher', ['sink']),
      sink('sink', ['collector']),
      node('collector', 'test-collector', []),
    ]);
    await until('the receiver is connected', () => broker.clientIds.length > 0);
    const asked = (await uses()).filter((use) => use !== 'name 127.0.0.1');
    expect(asked).to.deep.equal([`connect 127.0.0.1:${String(broker.port)}`]);
  });
});
