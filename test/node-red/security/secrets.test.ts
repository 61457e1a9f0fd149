import { createPrivateKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { join, relative } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { expect } from 'chai';
import { batcher, node, receiver, sink, tab } from '../../support/flows';
import { NodeRed, type FlowNode } from '../../support/NodeRed';
import { packageRoot } from '../../support/packageRoot';
import { until } from '../../support/until';

/** Words that are nowhere else: wherever one of them shows up, a secret has leaked. */
const USER = 'canary-user-7Qx';
const PASSWORD = 'canary-password-8Rw';
const PASSPHRASE = 'canary-passphrase-9Sv';
const WRONG_PASSPHRASE = 'canary-guess-1Tu';
const IN_ADDRESS = 'canary-address-2Us';
const IN_HEADER = 'canary-header-3Vt';
const CANARIES = [USER, PASSWORD, PASSPHRASE, WRONG_PASSPHRASE, IN_ADDRESS, IN_HEADER];

const certificate = readFileSync(join(packageRoot, 'test/support/tls/test-only-certificate.pem'), 'utf8');
const plainKey = readFileSync(join(packageRoot, 'test/support/tls/test-only-key.pem'), 'utf8');
const key = createPrivateKey(plainKey).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: PASSPHRASE }) as string;
/** A line of the encrypted key: it must not show up either. */
const keyLine = key.split('\n')[3] ?? '';

/** Packets that refuse a connection: MQTT 3.1.1 `not authorized`, and MQTT 5 with a text of a broker that talks too much. */
const REFUSAL = Buffer.from([0x20, 2, 0, 5]);
const reason = Buffer.from(`${USER} may not come in with ${PASSWORD}`);
const TALKATIVE_REFUSAL = Buffer.concat([Buffer.from([0x20, 6 + reason.length, 0, 0x87, 3 + reason.length, 0x1f, 0, reason.length]), reason]);

/** A broker that refuses everybody, and remembers what it was told. */
class Refusing {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  told = '';
  port = 0;

  constructor(refusal: Buffer, secure: boolean) {
    const answer = (socket: Socket): void => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
      socket.once('data', (packet) => {
        this.told += packet.toString('latin1');
        socket.end(refusal);
      });
    };
    this.#server = secure ? createTlsServer({ key: plainKey, cert: certificate }, answer) : createServer(answer);
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
    return this;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A branch of its own: an MQTT receiver at a broker node with these properties. */
function branch(name: string, broker: Readonly<Record<string, unknown>>, engine = ''): FlowNode[] {
  return [
    {
      id: `broker${name}`, type: 'mqtt-broker', name: '', clientid: '', autoConnect: true, usetls: false, protocolVersion: '4', keepalive: '60', cleansession: true,
      credentials: { user: USER, password: PASSWORD }, ...broker,
    },
    receiver(`in${name}`, [`batcher${name}`], { source: 'mqtt', broker: `broker${name}`, topic: 'sensors/#', qos: '1' }),
    batcher(`batcher${name}`, [`sink${name}`], { engine }),
    sink(`sink${name}`, [`out${name}`]),
    node(`out${name}`, 'test-collector', []),
  ];
}

/** A branch that sends to an HTTP server, logging in by a header; another that publishes to a broker. */
function sinks(http: number, broker: string): FlowNode[] {
  const header = { header: 'Authorization', credentials: { secret: `Bearer ${IN_HEADER}` } };
  return [
    receiver('inSinks', ['batcherSinks'], { source: 'simulated', sensors: 1, rate: 10, seed: 1 }),
    batcher('batcherSinks', ['keeper']),
    // What is kept on disk is looked through as well: log, drawings, and the dead letters of what the server refuses.
    node('keeper', 'dstream-checkpoint', [['toHttp', 'toHttpCaught']], { path: '', interval: '1', intervalUnits: 's', sync: 'group', logLimit: '16', retention: '1' }),
    sink('toHttp', [], { mode: 'record', target: 'http', url: `http://127.0.0.1:${String(http)}/`, timeout: '5', ...header }),
    sink('toHttpCaught', [], { mode: 'record', target: 'http', url: `http://127.0.0.1:${String(http)}/`, timeout: '5', ...header }),
    receiver('inBroker', ['batcherBroker'], { source: 'simulated', sensors: 1, rate: 10, seed: 1 }),
    batcher('batcherBroker', ['toBroker']),
    sink('toBroker', [], { mode: 'record', target: 'mqtt', broker, topic: 'out' }),
  ];
}

function tls(id: string, passphrase: string): FlowNode {
  return {
    id, type: 'tls-config', name: '', cert: '', key: '', ca: '', certname: 'c', keyname: 'k', caname: 'a', servername: '', verifyservercert: true, alpnprotocol: '',
    credentials: { certdata: certificate, keydata: key, cadata: certificate, passphrase },
  };
}

/** Command lines and environments of a process and of those that it has started, where the system shows them as files. */
function processes(id: number): string {
  if (process.platform !== 'linux') return '';
  const read = (other: string, file: string): string => {
    try {
      return readFileSync(`/proc/${other}/${file}`, 'utf8');
    } catch {
      // It has ended, or belongs to somebody else.
      return '';
    }
  };
  const isOfIt = (other: string): boolean => other === String(id) || new RegExp(`^PPid:\\s*${String(id)}$`, 'm').test(read(other, 'status'));
  const own = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isOfIt(name));
  return own.map((other) => `${read(other, 'cmdline')} ${read(other, 'environ')}`).join('\n');
}

/** All files below a folder, with their paths. */
function filesOf(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('secrets of a broker that refuses', () => {
  const plain = new Refusing(REFUSAL, false);
  const talkative = new Refusing(TALKATIVE_REFUSAL, false);
  const secure = new Refusing(REFUSAL, true);
  const brokers = [plain, talkative, secure];
  /** Refuses everybody, and repeats what it was told. */
  let toldByHeader = '';
  const web = createHttpServer((request, response) => {
    toldByHeader += request.headers.authorization ?? '';
    response.writeHead(401, `no ${request.headers.authorization ?? ''}`).end(request.headers.authorization);
  });
  let nodeRed: NodeRed;
  const places = new Map<string, string>();

  before(async () => {
    await Promise.all(brokers.map((broker) => broker.start()));
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    const webAddress = web.address();
    nodeRed = await NodeRed.start({ settings: { logging: { console: { level: 'trace', metrics: false, audit: true } } } });
    // Node-RED logs what no Catch node takes: there is one of each kind for the log, and one for the Catch node.
    const names = ['Plain', 'Apart', 'Talkative', 'Secure', 'Wrong', 'Address', 'TalkativeCaught', 'WrongCaught', 'AddressCaught'];
    const inAddress = { broker: `mqtt://${IN_ADDRESS}:${IN_ADDRESS}@127.0.0.1:${String(plain.port)}`, port: '', credentials: {} };
    await nodeRed.deploy([
      tab(),
      { id: 'apart', type: 'dstream-engine', name: '', isolation: 'process', shared: false, heapLimit: '', hangLimit: '5' },
      tls('right', PASSPHRASE),
      tls('wrong', WRONG_PASSPHRASE),
      ...branch('Plain', { broker: '127.0.0.1', port: String(plain.port) }),
      ...branch('Apart', { broker: '127.0.0.1', port: String(plain.port) }, 'apart'),
      ...branch('Talkative', { broker: '127.0.0.1', port: String(talkative.port), protocolVersion: '5' }),
      ...branch('Secure', { broker: '127.0.0.1', port: String(secure.port), usetls: true, tls: 'right' }),
      ...branch('Wrong', { broker: '127.0.0.1', port: String(secure.port), usetls: true, tls: 'wrong' }),
      ...branch('Address', inAddress),
      ...branch('TalkativeCaught', { broker: '127.0.0.1', port: String(talkative.port), protocolVersion: '5' }),
      ...branch('WrongCaught', { broker: '127.0.0.1', port: String(secure.port), usetls: true, tls: 'wrong' }),
      ...branch('AddressCaught', inAddress),
      ...sinks(typeof webAddress === 'object' && webAddress !== null ? webAddress.port : 0, 'brokerPlain'),
      node('catch', 'catch', [['caught']], { scope: names.filter((name) => name.endsWith('Caught')).map((name) => `in${name}`).concat('toHttpCaught'), uncaught: false }),
      node('caught', 'test-collector', []),
      node('status', 'status', [['statuses']], { scope: null }),
      node('statuses', 'test-collector', []),
    ]);
    for (const name of names) places.set(`status of ${name}`, JSON.stringify(await nodeRed.status(`in${name}`, /^(?!connecting)./)));
    await until('every broker was asked', () => brokers.every(({ told }) => told !== '') && toldByHeader !== '');
    places.set('status of the sinks', JSON.stringify([await nodeRed.status('toHttp', /failed/), await nodeRed.status('toBroker', /retrying/)]));
    places.set('log', nodeRed.log.join('\n'));
    places.set('figures', JSON.stringify(await nodeRed.request('GET', '/dstream/graphs')));
    places.set('statuses', JSON.stringify(await nodeRed.collected('statuses', names.length)));
    places.set('errors', JSON.stringify(await nodeRed.collected('caught', 4)));
    places.set('processes', processes(nodeRed.pid ?? 0));
    for (const file of readdirSync(nodeRed.userDirectory).filter((name) => name.endsWith('.json'))) {
      places.set(file, readFileSync(join(nodeRed.userDirectory, file), 'utf8'));
    }
    for (const file of filesOf(join(nodeRed.userDirectory, 'dstream'))) places.set(relative(nodeRed.userDirectory, file), readFileSync(file, 'latin1'));
    places.set('export', JSON.stringify(await nodeRed.flows()));
  });

  after(async () => {
    await nodeRed.stop();
    await Promise.all(brokers.map((broker) => broker.stop()));
    web.closeAllConnections();
    await new Promise((resolve) => web.close(resolve));
  });

  it('reach the broker', () => {
    expect(toldByHeader).to.include(IN_HEADER);
    for (const { told } of brokers) expect(told).to.include(USER).and.include(PASSWORD);
  });

  it('reach nobody else: log, statuses, error messages, figures, command lines, flow file and export are free of them', () => {
    expect(places.get('log')).to.match(/\[error\].*refused/);
    if (process.platform === 'linux') expect(places.get('processes'), 'the process apart was seen').to.include('processMain');
    for (const name of ['Plain', 'TalkativeCaught', 'WrongCaught']) expect(places.get(`status of ${name}`)).to.include('"red"');
    for (const kept of ['log', 'plans', 'dead']) expect([...places.keys()].join(), 'the files of the graph were seen').to.include(join('dstream', 'keeper', kept));
    const found: string[] = [];
    for (const [place, text] of places) {
      // Who writes a password into the address has put it into the flow, where everybody can read it.
      const drawn = /^(flows.*\.json|export)$/.test(place);
      for (const secret of [...CANARIES, keyLine]) if (text.includes(secret) && !(drawn && secret === IN_ADDRESS)) found.push(`${place}: ${secret}`);
    }
    expect(found).to.deep.equal([]);
  });

  it('are not logged when the flows stop, either', async () => {
    await nodeRed.deploy([tab()]);
    const log = nodeRed.log.join('\n');
    for (const secret of [...CANARIES, keyLine]) expect(log).not.to.include(secret);
  });
});
