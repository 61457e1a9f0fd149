import { expect } from 'chai';
import { batcher, map, node, receiver, sink, tab } from '../support/flows';
import { MqttBroker } from '../support/MqttBroker';
import { type FlowNode, NodeRed } from '../support/NodeRed';
import { until } from '../support/until';

/** What is drawn from a receiver to a sink, and a Catch node for it. */
function drawing(target: Record<string, unknown>, more: readonly FlowNode[]): FlowNode[] {
  return [
    tab(),
    node('source', 'test-source', [['receiver']]),
    receiver('receiver', ['batcher']),
    batcher('batcher', ['sink']),
    { ...sink('sink', ['flow'], { mode: 'record', ...target }) },
    node('flow', 'test-collector', []),
    node('catch', 'catch', [['caught']], { scope: ['sink'], uncaught: false }),
    node('caught', 'test-collector', []),
    node('collector', 'test-collector', []),
    ...more,
  ];
}

describe('sinks that send records out of a real Node-RED', () => {
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await NodeRed.start();
  });

  after(async () => {
    await nodeRed.stop();
  });

  beforeEach(async () => {
    await nodeRed.deploy([]);
    for (const collector of ['collector', 'caught', 'flow']) await nodeRed.forgetCollected(collector);
  });

  const payloads = async (least: number): Promise<unknown[]> => (await nodeRed.collected('collector', least)).map(({ message }) => message['payload']);

  it('publish to a broker, where a core mqtt in node hears them, also after an outage', async () => {
    let broker = await MqttBroker.start();
    const { port } = broker;
    const server = {
      id: 'broker', type: 'mqtt-broker', name: '', broker: '127.0.0.1', port: String(port), clientid: '', autoConnect: true, usetls: false, protocolVersion: '4',
      keepalive: '60', cleansession: true, credentials: {},
    };
    try {
      await nodeRed.deploy(drawing({ target: 'mqtt', broker: 'broker', topic: 'out/{key}', qos: '1', retain: true }, [
        server, node('in', 'mqtt in', [['collector']], { topic: 'out/#', qos: '1', datatype: 'auto-detect', broker: 'broker', nl: false, rap: true, rh: 0 }),
      ]));
      await nodeRed.status('in', /connected/);
      await nodeRed.send('source', [{ payload: { t: 20 }, topic: 'kitchen' }, { payload: 'hot', topic: 'cellar' }]);
      const heard = await nodeRed.collected('collector', 2);
      expect(heard.map(({ message }) => [message['topic'], message['payload']])).to.deep.equal([['out/kitchen', { t: 20 }], ['out/cellar', 'hot']]);
      await broker.stop();
      await nodeRed.status('sink', /retrying at/);
      await nodeRed.send('source', [{ payload: 1, topic: 'kitchen' }, { payload: 2, topic: 'a/+' }]);
      broker = await MqttBroker.start(port);
      const [caught] = await nodeRed.collected('caught', 1, 30_000);
      expect((caught?.message['error'] as { message?: string } | undefined)?.message).to.match(/record-topic-invalid|mqtt-unreachable/);
      // The core node comes back later than the sink, and then hears what the broker retains.
      await until('the record is heard', async () => (await payloads(0)).includes(1), 30_000);
      expect(await nodeRed.collectedCount('flow'), 'nothing goes into the flow').to.equal(0);
    } finally {
      await broker.stop();
    }
  });

  it('post to a core http in node, one request a batch, and show and report an outage until it is over', async () => {
    const url = `${nodeRed.url}/sink-test`;
    const flow = (status: number): FlowNode[] => drawing({ target: 'http', url, mode: 'batch', timeout: '5' }, [
      node('in', 'http in', [['answer', 'collector']], { url: '/sink-test', method: 'post', upload: false, swaggerDoc: '' }),
      node('answer', 'http response', [], { statusCode: String(status), headers: {} }),
    ]);
    await nodeRed.deploy(flow(503));
    await nodeRed.send('source', [{ payload: 1, topic: 'a' }, { payload: { t: 2 }, topic: 'b' }]);
    await nodeRed.status('sink', /server says 503, retrying at/);
    const [caught] = await nodeRed.collected('caught', 1);
    expect((caught?.message['error'] as { message?: string } | undefined)?.message).to.match(/sink-server-busy/);
    // The sink does not change and goes on with what it holds.
    await nodeRed.deploy(flow(200), 'nodes');
    await nodeRed.status('sink', /rec\/s/);
    for (const [first] of (await payloads(1)) as [number][]) expect(first).to.equal(1);
    expect((await payloads(1)).at(-1)).to.deep.equal([1, { t: 2 }]);
  });

  it('refuse to start without a broker or an address, and say why', async () => {
    await nodeRed.deploy(drawing({ target: 'mqtt', broker: '', topic: 'a' }, []));
    expect(JSON.stringify(await nodeRed.status('sink', /broker/))).to.include('there is no MQTT broker to publish to');
    await nodeRed.deploy(drawing({ target: 'http', url: 'nowhere' }, []));
    expect(JSON.stringify(await nodeRed.status('sink', /address/))).to.include('the address to post to cannot be used');
  });

  it('stop within seconds while a server hangs, and the log says how many records were lost', async () => {
    await nodeRed.deploy(drawing({ target: 'http', url: `${nodeRed.url}/hanging`, timeout: '60' }, [
      node('in', 'http in', [['collector']], { url: '/hanging', method: 'post', upload: false, swaggerDoc: '' }),
    ]));
    await nodeRed.send('source', [{ payload: { t: 1 }, topic: 'a' }, { payload: { t: 2 }, topic: 'a' }]);
    await nodeRed.collected('collector', 1);
    const begun = performance.now();
    await nodeRed.deploy([tab()]);
    expect(performance.now() - begun).to.be.below(10_000);
    await until('the log says it', () => nodeRed.log.some((line) => line.includes('2 records')));
  });

  it('map by key and over whole batches in front of them', async () => {
    const url = `${nodeRed.url}/mapped`;
    const flow = drawing({ target: 'http', url, mode: 'record' }, [
      map('keyed', ['top'], 'return msg.payload.room;', { mode: 'keyBy' }),
      map('top', ['sink'], 'return [{ payload: msgs.map((msg) => `${msg.key} ${msg.payload.t}`) }];', { mode: 'batch' }),
      node('in', 'http in', [['answer', 'collector']], { url: '/mapped', method: 'post', upload: false, swaggerDoc: '' }),
      node('answer', 'http response', [], { statusCode: '', headers: {} }),
    ]).map((one) => (one.id === 'batcher' ? { ...one, wires: [['keyed']] } : one));
    await nodeRed.deploy(flow);
    await nodeRed.send('source', [{ payload: { room: 'a', t: 1 } }, { payload: { room: 'b', t: 2 } }]);
    await until('both come', async () => (await payloads(1)).flat().length === 2);
    expect((await payloads(1)).flat()).to.deep.equal(['a 1', 'b 2']);
    expect(nodeRed.errors.filter((line) => line.includes('function'))).to.deep.equal([]);
  });
});
