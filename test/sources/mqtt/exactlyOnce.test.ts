import { mkdtemp, rm } from 'node:fs/promises';
import Module, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { expect } from 'chai';
import type { MqttOptions } from '../../../src/sources/mqtt/MqttOptions';
import { MqttSource } from '../../../src/sources/mqtt/MqttSource';
import { SeededRandom } from '../../support/simulation/SeededRandom';
import { JournalHost } from './JournalHost';
import { PLACES, SessionBroker } from './SessionBroker';
import { until } from './until';

type Source = typeof MqttSource;
const load = createRequire(__filename);

/** The class as it is when another version of mqtt.js is installed. @param entry the file that `mqtt` is to mean */
function sourceWith(entry: string): Source {
  const modules = Module as unknown as { _resolveFilename: (request: string, ...more: unknown[]) => string };
  const resolve = modules._resolveFilename;
  const file = load.resolve('../../../src/sources/mqtt/MqttSource');
  const ours = [join('src', 'sources', 'mqtt'), join('src', 'mqtt')].map((folder) => sep + folder + sep);
  const kept = Object.entries(load.cache).filter(([name]) => ours.some((folder) => name.includes(folder)));
  for (const [name] of kept) Reflect.deleteProperty(load.cache, name);
  modules._resolveFilename = (request, ...more) => (request === 'mqtt' ? entry : resolve.call(modules, request, ...more));
  try {
    return (load(file) as { readonly MqttSource: Source }).MqttSource;
  } finally {
    modules._resolveFilename = resolve;
    for (const [name, module] of kept) load.cache[name] = module;
  }
}

function versionOf(entry: string): string {
  const folder = entry.slice(0, entry.lastIndexOf(`${sep}mqtt${sep}`) + 6);
  return (load(join(folder, 'package.json')) as { readonly version: string }).version;
}

// Ours, and the one that Node-RED brings, where that is another.
const entries = [...new Set([load.resolve('mqtt'), createRequire(load.resolve('@node-red/nodes/package.json')).resolve('mqtt')])];

/** A receiver with its log, which dies and comes back. */
class Life {
  readonly #folder: string;
  readonly #Source: Source;
  readonly #options: MqttOptions;
  host!: JournalHost;
  #source!: MqttSource;
  #epoch = 0;
  kills = 0;
  /** The codes of the problems told by processes that are gone. */
  readonly #codes: string[] = [];

  constructor(folder: string, url: string, protocolVersion: 4 | 5, qos: 1 | 2, source: Source) {
    this.#folder = folder;
    this.#Source = source;
    this.#options = {
      url, protocolVersion, clientId: 'exact', keepalive: 60, cleanSession: false, connectTimeout: 2000, reconnectPeriod: 3,
      subscription: { topic: 'site/#', qos },
    };
  }

  async begin(): Promise<void> {
    this.host = await JournalHost.open(this.#folder, ++this.#epoch);
    this.#source = new this.#Source(this.#options, this.host, () => 0.5);
    this.#source.start();
  }

  /** The process is killed: its connection ends, its disk does what it had begun, and another process begins. */
  async kill(): Promise<void> {
    this.kills++;
    const { host } = this;
    const stopped = this.#source.stop();
    await host.die();
    await stopped;
    this.#codes.push(...host.codes);
    await this.begin();
  }

  get codes(): readonly string[] {
    return [...this.#codes, ...this.host.codes];
  }

  async end(): Promise<void> {
    await this.#source.stop();
    await this.host.close();
  }
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, number) => `m${String(number)}`);

/** What became of messages in one run. */
interface Run {
  readonly logged: readonly string[];
  readonly resent: readonly string[];
  readonly kills: number;
  readonly codes: readonly string[];
}

describe('MqttSource with a log', () => {
  let folder: string;
  let broker: SessionBroker;
  let life: Life;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dstream-exactly-once-'));
  });

  afterEach(async () => {
    await life.end();
    await broker.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(version: 4 | 5, qos: 1 | 2, source: Source = MqttSource): Promise<void> {
    broker = new SessionBroker(version, 4);
    life = new Life(folder, await broker.listen(), version, qos, source);
    await life.begin();
  }

  /** Everything is published, and all of it confirmed, whatever breaks meanwhile. */
  async function finish(count: number, qos: 1 | 2): Promise<Run> {
    await life.host.untilStatus('connected');
    for (const payload of numbered(count)) broker.publish(payload, qos);
    await until('everything confirmed', () => broker.outstanding === 0, 8000);
    expect(broker.disorders).to.equal(0);
    expect(life.host.log.openPackets).to.deep.equal([]);
    return { logged: life.host.logged, resent: broker.resent, kills: life.kills, codes: life.codes };
  }

  for (const entry of entries) {
    const source = sourceWith(entry);

    for (const version of [4, 5] as const) {
      for (const [end, places] of [
        // A connection that ends six times a minute is taken for one whose client id is used twice.
        ['the connection breaks', PLACES.slice(0, 3)],
        ['the connection breaks', PLACES.slice(3)],
        ['the process is killed', PLACES],
      ] as const) {
        const where = places === PLACES ? 'each place' : places.join(', ');
        it(`mqtt.js ${versionOf(entry)}, protocol ${String(version)}: ${end} at ${where}: each message is there once`, async () => {
          await start(version, 2, source);
          // Each of the first messages meets one of the places, once.
          const due = new Map(places.map((place, index) => [place, `m${String(index)}`]));
          let killing: Promise<void> = Promise.resolve();
          broker.breaks = (place, payload) => due.get(place) === payload && due.delete(place);
          if (places === PLACES) {
            broker.broken = () => {
              killing = killing.then(() => life.kill());
            };
          }
          const { logged, kills } = await finish(10, 2);
          await killing;
          expect([...due.keys()]).to.deep.equal([]);
          expect([...logged].sort()).to.deep.equal(numbered(10).sort());
          expect(kills).to.equal(places === PLACES ? PLACES.length : 0);
        });
      }
    }
  }

  for (const qos of [1, 2] as const) {
    it(`keeps each message ${qos === 2 ? 'once' : 'at least once'} at QoS ${String(qos)}, wherever connections break and processes die`, async function () {
      this.timeout(20_000);
      for (let seed = 1; seed <= 4; seed++) {
        const random = new SeededRandom(seed);
        const own = await mkdtemp(join(folder, 'seed-'));
        const run = new SessionBroker(seed % 2 === 0 ? 4 : 5, 1 + random.below(6));
        const each = new Life(own, await run.listen(), seed % 2 === 0 ? 4 : 5, qos, MqttSource);
        [broker, life] = [run, each];
        await each.begin();
        // Few breaks a minute: more, and they are taken for a second client with the same id. A new process begins to count anew.
        let cuts = 0;
        let killing: Promise<void> | undefined;
        run.breaks = (place) => (qos === 2 || place === 'PUBLISH heard') && random.chance(0.08) && (cuts < 4 || random.chance(0.5));
        run.broken = () => {
          if (++cuts % 4 !== 0 && !random.chance(0.6)) return;
          cuts = 0;
          killing = (killing ?? Promise.resolve()).then(() => each.kill());
        };
        const { logged, resent, kills } = await finish(40, qos);
        await killing;
        const where = `seed ${String(seed)}, ${String(kills)} kills`;
        expect([...new Set(logged)].sort(), where).to.deep.equal(numbered(40).sort());
        const counts = new Map<string, number>();
        for (const payload of logged) counts.set(payload, (counts.get(payload) ?? 0) + 1);
        for (const payload of resent) counts.set(payload, (counts.get(payload) ?? 0) - 1);
        // QoS 1: twice only what was sent twice.
        for (const [payload, count] of counts) expect(count, `${payload}, ${where}`).to.be.at.most(1);
        if (qos === 2) expect(logged, where).to.have.length(40);
        if (seed < 4) {
          await each.end();
          await run.close();
        }
      }
    });
  }

  it('takes ids for new messages when the broker has forgotten the session, and says that messages may be lost', async () => {
    await start(5, 2);
    await life.host.untilStatus('connected');
    broker.breaks = (place) => place === 'PUBREC lost';
    broker.broken = () => undefined;
    broker.publish('before', 2);
    await until('it is stored', () => life.host.payloads.includes('before'));
    expect(life.host.log.openPackets).to.deep.equal([1]);
    broker.breaks = () => false;
    broker.forget();
    // The new session uses the same id, and the process did not see the end of the old one.
    await life.kill();
    const { logged, codes } = await finish(3, 2);
    expect(logged).to.deep.equal(['before', ...numbered(3)]);
    expect(codes).to.include('mqtt-session-lost');
  });

  it('says so at its first connection too, when an earlier process had a session', async () => {
    await start(4, 1);
    await finish(2, 1);
    expect(life.codes).to.deep.equal([]);
    broker.forget();
    await life.kill();
    await until('it says so', () => life.codes.includes('mqtt-session-lost'));
  });
});
