import { expect } from 'chai';
import mqttPacket, { type Packet } from 'mqtt-packet';
import type { MqttOptions } from '../../../src/sources/mqtt/MqttOptions';
import { MqttSource } from '../../../src/sources/mqtt/MqttSource';
import type { SourceMessage } from '../../../src/sources/Source';
import { MqttBroker } from '../../support/MqttBroker';
import { type Direction, TcpProxy } from '../../support/TcpProxy';
import { TestHost } from './TestHost';
import { until } from './until';

/** ms that a message takes to be stored. */
const STORING = 20;

/** Stores messages after a while, as a disk does. */
class SlowHost extends TestHost {
  readonly stored: string[] = [];

  override async store(messages: readonly SourceMessage[]): Promise<void> {
    await super.store(messages);
    await new Promise((resolve) => setTimeout(resolve, STORING));
    this.stored.push(...messages.map(({ payload }) => String(payload)));
  }
}

/** Reads along what passes between client and broker, and knows of each acknowledgement whether it came too early. */
class Witness {
  readonly acknowledged: string[] = [];
  readonly early: string[] = [];
  /** Payloads of QoS 1 whose last byte has passed, by connection and id. */
  readonly #published = new Map<string, string>();
  readonly #parsers = new Map<string, ReturnType<typeof mqttPacket.parser>>();
  readonly #host: SlowHost;

  constructor(host: SlowHost) {
    this.#host = host;
  }

  readonly passed = (direction: Direction, bytes: Buffer, connection: number): void => {
    const name = `${direction} ${String(connection)}`;
    let parser = this.#parsers.get(name);
    if (parser === undefined) {
      parser = mqttPacket.parser({ protocolVersion: 4 });
      parser.on('packet', (packet: Packet) => {
        this.#see(packet, connection);
      });
      this.#parsers.set(name, parser);
    }
    parser.parse(bytes);
  };

  #see(packet: Packet, connection: number): void {
    const place = `${String(connection)}/${String(packet.messageId)}`;
    if (packet.cmd === 'publish' && packet.qos === 1) this.#published.set(place, String(packet.payload));
    if (packet.cmd !== 'puback') return;
    const payload = this.#published.get(place) ?? `an unknown message ${place}`;
    this.acknowledged.push(payload);
    if (!this.#host.stored.includes(payload)) this.early.push(payload);
  }
}

describe('MqttSource over a bad network', () => {
  let broker: MqttBroker;
  let proxy: TcpProxy;
  let host: SlowHost;
  let witness: Witness;
  let source: MqttSource;

  beforeEach(async () => {
    broker = await MqttBroker.start();
    proxy = await TcpProxy.start(broker.port);
    host = new SlowHost();
    witness = new Witness(host);
    proxy.conditions = { passed: witness.passed };
  });

  afterEach(async () => {
    proxy.flow();
    await source.stop();
    await proxy.stop();
    await broker.stop();
  });

  /** Connects with a session that outlives connections. */
  async function connected(more: Partial<MqttOptions> = {}): Promise<void> {
    const options: MqttOptions = {
      url: proxy.url, protocolVersion: 4, clientId: 'far-away', keepalive: 60, cleanSession: false, connectTimeout: 3000,
      reconnectPeriod: 20, subscription: { topic: 'site/#', qos: 1 }, ...more,
    };
    source = new MqttSource(options, host, () => 0.5);
    source.start();
    await host.untilStatus('connected');
  }

  async function publish(first: number, count: number): Promise<void> {
    for (let number = first; number < first + count; number++) await broker.publish('site/a', `message ${String(number)}`, { qos: 1 });
  }

  const numbered = (count: number): string[] => Array.from({ length: count }, (_, number) => `message ${String(number)}`);

  /** All of them stored at least once and acknowledged, none before it was stored. */
  async function allArrived(count: number): Promise<void> {
    const isEach = (payloads: readonly string[]): boolean => numbered(count).every((payload) => payloads.includes(payload));
    await until(`${String(count)} messages stored and acknowledged`, () => isEach(host.stored) && isEach(witness.acknowledged), 8000);
    expect(witness.early).to.deep.equal([]);
    expect([...new Set(host.stored)].sort()).to.deep.equal(numbered(count).sort());
  }

  it('that lets bytes through one by one: every message once, in order', async () => {
    await connected();
    proxy.conditions = { passed: witness.passed, bandwidth: 400 };
    await publish(0, 8);
    await allArrived(8);
    expect(host.payloads).to.deep.equal(numbered(8));
    expect(proxy.connections).to.equal(1);
  });

  it('that delays everything by 150 ms: every message once, in order', async () => {
    proxy.conditions = { passed: witness.passed, delay: 150 };
    await connected();
    await publish(0, 20);
    await allArrived(20);
    expect(host.payloads).to.deep.equal(numbered(20));
  });

  it('that breaks in the middle of a message: connects again, and gets it whole', async () => {
    await connected();
    await publish(0, 3);
    await allArrived(3);
    // A message takes 21 bytes: 2 of fixed header, 2 + 6 of topic, 2 of id, 9 of payload. It breaks in the payload of the third.
    proxy.cutAfter(2 * 21 + 15);
    await publish(3, 5);
    await host.untilStatus('connected', 2);
    await allArrived(8);
    expect(host.texts).to.include('reconnecting');
    expect(proxy.connections).to.equal(2);
  });

  it('that breaks in the length, the topic, the id and before the last byte of a message', async () => {
    await connected();
    // No more places: a connection that ends five times a minute is taken for one whose client id is used twice.
    for (const [number, place] of [1, 5, 11, 20].entries()) {
      proxy.cutAfter(place);
      await publish(number, 1);
      await host.untilStatus('connected', number + 2);
      await allArrived(number + 1);
    }
    expect(proxy.connections).to.equal(5);
    expect(host.codes).not.to.include('mqtt-malformed-packet');
  });

  it('that falls silent for longer than keep-alive: notices it, connects again, and gets what was sent meanwhile', async function () {
    this.timeout(20_000);
    await connected({ keepalive: 1, connectTimeout: 500 });
    await publish(0, 2);
    await allArrived(2);
    proxy.stall();
    await publish(2, 3);
    await until('it notices', () => host.texts.includes('reconnecting'), 4000);
    expect(host.payloads).to.deep.equal(numbered(2));
    proxy.flow();
    await host.untilStatus('connected', 2);
    await publish(5, 2);
    await allArrived(7);
    expect(proxy.connections).to.be.at.least(2);
  });

  it('that falls silent for less than keep-alive: nobody notices', async () => {
    await connected({ keepalive: 2 });
    proxy.stall();
    await publish(0, 5);
    await new Promise((resolve) => setTimeout(resolve, 500));
    proxy.flow();
    await allArrived(5);
    expect(host.payloads).to.deep.equal(numbered(5));
    expect(proxy.connections).to.equal(1);
  });
});
