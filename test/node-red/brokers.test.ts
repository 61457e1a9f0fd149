import type { AuthenticateError } from 'aedes';
import { expect } from 'chai';
import { batcher, node, receiver, sink, sums, tab } from '../support/flows';
import { freePort } from '../support/freePort';
import { MqttBroker } from '../support/MqttBroker';
import { type Collected, type FlowNode, NodeRed } from '../support/NodeRed';
import { TcpProxy } from '../support/TcpProxy';
import { until } from '../support/until';

const PASSWORD = 'canary-password-5Kd';
const WRONG_PASSWORD = 'canary-guess-6Lf';
/** MQTT 3.1.1, 3.2.2.3: bad user name or password. */
const WRONG_LOGIN = 4;
const TOPIC = 'plant/hall';

interface Counted {
  readonly key: string;
  readonly count: number;
  readonly sum: number;
}

/** A graph that keeps counting and summing each topic's numbers for a minute, and tells a Catch node what goes wrong. */
function drawing(port: number, credentials: Readonly<Record<string, string>> = {}): FlowNode[] {
  return [
    tab(),
    {
      id: 'broker', type: 'mqtt-broker', name: '', broker: '127.0.0.1', port: String(port), clientid: '', autoConnect: true, usetls: false,
      protocolVersion: '4', keepalive: '60', cleansession: true, credentials,
    },
    receiver('receiver', ['batcher'], { source: 'mqtt', broker: 'broker', topic: 'plant/#', qos: '1', format: 'json' }),
    batcher('batcher', ['window']),
    node('window', 'dstream-window', [['sums']], { mode: 'sliding', length: '60', lengthUnits: 's', slide: '100', slideUnits: 'ms' }),
    sums('sums', ['sink']),
    sink('sink', ['results']),
    node('results', 'test-collector', []),
    node('catch', 'catch', [['errors']], { scope: null, uncaught: false }),
    node('errors', 'test-collector', []),
    // A neighbour that must not care.
    node('source', 'test-source', [['neighbour']]),
    node('neighbour', 'test-collector', []),
  ];
}

function codes(messages: readonly Collected[]): unknown[] {
  return messages.map(({ message }) => (message['dstream'] as { code?: unknown } | undefined)?.code);
}

describe('brokers that are not there, in a real Node-RED', () => {
  let nodeRed: NodeRed;
  let broker: MqttBroker | undefined;
  let proxy: TcpProxy | undefined;

  before(async () => {
    nodeRed = await NodeRed.start({ settings: { mqttReconnectTime: 100, logging: { console: { level: 'trace', metrics: false, audit: true } } } });
  });

  after(async () => {
    await nodeRed.stop();
  });

  afterEach(async () => {
    await nodeRed.deploy([]);
    await proxy?.stop();
    await broker?.stop();
    proxy = undefined;
    broker = undefined;
    for (const collector of ['results', 'errors', 'neighbour']) await nodeRed.forgetCollected(collector);
  });

  /** Resolves once the window holds so many messages of the topic, with their sum. */
  async function windowOf(count: number): Promise<number | undefined> {
    let last: Counted | undefined;
    await until(`${String(count)} messages are in the window`, async () => {
      const results = await nodeRed.collected('results');
      last = (results.at(-1)?.message['payload'] as Counted[] | undefined)?.find(({ key }) => key === TOPIC);
      return last?.count === count;
    });
    return last?.sum;
  }

  async function isNeighbourServed(): Promise<void> {
    expect(await nodeRed.send('source', [{ payload: 1 }])).to.equal(1);
    await nodeRed.collected('neighbour', 1);
  }

  it('down at the start: the flow is deployed and waits in yellow; data comes as soon as the broker does', async () => {
    const port = await freePort();
    await nodeRed.deploy(drawing(port));
    expect(await nodeRed.status('receiver', /reconnecting/)).to.deep.equal({ fill: 'yellow', shape: 'ring', text: 'reconnecting' });
    await isNeighbourServed();
    const [error] = await nodeRed.collected('errors', 1);
    expect(error?.message['error']).to.nested.include({ 'source.id': 'receiver' });
    expect(error?.message['payload']).to.contain(`127.0.0.1:${String(port)}`).and.to.contain('ECONNREFUSED');

    broker = await MqttBroker.start(port);
    await nodeRed.status('receiver', /rec\/s/);
    await broker.publish(TOPIC, '4', { qos: 1 });
    expect(await windowOf(1)).to.equal(4);
    expect(codes(await nodeRed.collected('errors'))).to.deep.equal(['mqtt-unreachable']);
  });

  it('away and back while the graph runs: yellow, then data again, and the window has forgotten nothing', async () => {
    broker = await MqttBroker.start();
    proxy = await TcpProxy.start(broker.port);
    await nodeRed.deploy(drawing(proxy.port));
    await nodeRed.status('receiver', /rec\/s/);
    for (const value of ['1', '2', '3']) await broker.publish(TOPIC, value, { qos: 1 });
    expect(await windowOf(3)).to.equal(6);

    await proxy.refuse();
    expect(await nodeRed.status('receiver', /reconnecting/)).to.deep.equal({ fill: 'yellow', shape: 'ring', text: 'reconnecting' });
    await isNeighbourServed();
    await proxy.accept();
    await nodeRed.status('receiver', /rec\/s/);
    for (const value of ['10', '20']) await broker.publish(TOPIC, value, { qos: 1 });
    expect(await windowOf(5)).to.equal(36);
    expect((await nodeRed.figures()).workers).to.equal(1);
  });

  it('login refused: red with the reason, one error, few attempts, and the password nowhere; a Deploy with the right one mends it', async () => {
    let attempts = 0;
    broker = await MqttBroker.start(0, {
      authenticate: (_client, _user, password, done) => {
        attempts++;
        const isRight = password?.toString() === PASSWORD;
        const refusal = new Error('refused') as AuthenticateError;
        // The enum that aedes declares for it does not exist when it runs.
        Reflect.set(refusal, 'returnCode', WRONG_LOGIN);
        done(isRight ? null : refusal, isRight);
      },
    });
    await nodeRed.deploy(drawing(broker.port, { user: 'meter', password: WRONG_PASSWORD }));
    expect(await nodeRed.status('receiver', /password|authorised/)).to.deep.equal({ fill: 'red', shape: 'ring', text: 'wrong password' });
    const errors = await nodeRed.collected('errors', 1);
    expect(codes(errors)).to.deep.equal(['mqtt-login-refused']);
    expect(errors[0]?.message['payload']).to.contain('refused the connection with code 4');
    // Ten of the ordinary reconnect periods later.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(attempts).to.equal(1);

    await nodeRed.deploy(drawing(broker.port, { user: 'meter', password: PASSWORD }));
    await nodeRed.status('receiver', /rec\/s/);
    await broker.publish(TOPIC, '7', { qos: 1 });
    expect(await windowOf(1)).to.equal(7);
    const told = JSON.stringify([nodeRed.log, await nodeRed.collected('errors')]);
    for (const secret of [PASSWORD, WRONG_PASSWORD]) expect(told).not.to.contain(secret);
  });

  it('subscription denied: red with the topic, one error; another topic mends it', async () => {
    broker = await MqttBroker.start(0, {
      authorizeSubscribe: (_client, subscription, done) => {
        done(null, subscription.topic === 'plant/#' ? null : subscription);
      },
    });
    const denied = drawing(broker.port);
    await nodeRed.deploy(denied);
    expect(await nodeRed.status('receiver', /denied/)).to.deep.equal({ fill: 'red', shape: 'ring', text: 'subscription denied' });
    const errors = await nodeRed.collected('errors', 1);
    expect(codes(errors)).to.deep.equal(['mqtt-subscription-denied']);
    expect(errors[0]?.message['payload']).to.equal('The subscription to "plant/#" at QoS 1 was denied with code 128.');

    await nodeRed.deploy(denied.map((each) => (each.id === 'receiver' ? { ...each, topic: 'plant/hall' } : each)), 'nodes');
    await nodeRed.status('receiver', /rec\/s/);
    await broker.publish(TOPIC, '5', { qos: 1 });
    expect(await windowOf(1)).to.equal(5);
  });
});
