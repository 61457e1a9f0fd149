import { readFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import type { PublishPacket } from 'aedes';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Packet } from 'mqtt-packet';
import type { BrokerOptions } from '../../../src/mqtt/BrokerOptions';
import { ManualClock } from '../../../src/ports/ManualClock';
import { MqttSink, type MqttSinkOptions } from '../../../src/sinks/mqtt/MqttSink';
import { topicFault, topicOf } from '../../../src/sinks/mqtt/topics';
import { bytesOf } from '../../sources/mqtt/packets';
import { type Answer, politely, RawBroker } from '../../sources/mqtt/RawBroker';
import { until } from '../../sources/mqtt/until';
import { MqttBroker } from '../../support/MqttBroker';
import { recordsOf, TestSinkHost } from '../TestSinkHost';

const PASSWORD = 'canary-password-5Wc';
const PERIOD = 5000;
const tlsDirectory = join(process.cwd(), 'test', 'support', 'tls');

function brokerAt(url: string, change: Partial<BrokerOptions> = {}): BrokerOptions {
  return {
    url, protocolVersion: 4, clientId: 'dstreamSink', username: 'user', password: PASSWORD, keepalive: 60, cleanSession: true,
    connectTimeout: 2000, reconnectPeriod: PERIOD, ...change,
  };
}

type Publish = Extract<Packet, { cmd: 'publish' }>;

function isPublish(packet: Packet): packet is Publish {
  return packet.cmd === 'publish';
}

/** Acknowledges every PUBLISH of QoS 1. */
function acknowledging(protocolVersion: 4 | 5 = 4): Answer {
  const polite = politely({ protocolVersion });
  return (packet, peer, count) => {
    polite(packet, peer, count);
    if (isPublish(packet) && packet.qos === 1) peer.socket.write(bytesOf({ cmd: 'puback', messageId: packet.messageId ?? 0, reasonCode: 0 }, protocolVersion));
  };
}

describe('MqttSink', () => {
  let clock: ManualClock;
  let host: TestSinkHost;
  let closers: (() => Promise<unknown>)[];

  function open(broker: BrokerOptions, change: Partial<MqttSinkOptions> = {}): MqttSink {
    const sink = new MqttSink({ broker, topic: '', qos: 1, retain: false, ...change }, host, clock, () => 0.5);
    closers.unshift(() => sink.stop());
    sink.start();
    return sink;
  }

  async function raw(answer: Answer, protocolVersion: 4 | 5 = 4): Promise<{ broker: RawBroker; url: string }> {
    const broker = new RawBroker(answer, protocolVersion);
    closers.push(() => broker.close());
    return { broker, url: await broker.listen() };
  }

  /** A broker, and what clients published to it. */
  async function aedes(port = 0, refuses: (topic: string) => boolean = () => false): Promise<{ broker: MqttBroker; taken: PublishPacket[] }> {
    const taken: PublishPacket[] = [];
    const broker = await MqttBroker.start(port, {
      authorizePublish: (client, packet, done) => {
        if (client !== null && refuses(packet.topic)) {
          done(new Error('not here'));
          return;
        }
        if (client !== null) taken.push(packet);
        done(null);
      },
    });
    closers.push(() => broker.stop());
    return { broker, taken };
  }

  beforeEach(() => {
    clock = new ManualClock(1_700_000_000_000);
    host = new TestSinkHost();
    closers = [];
  });

  afterEach(async () => {
    for (const close of closers) await close();
    expect(clock.pendingTimers).to.equal(0);
    expect(host.everything).not.to.include(PASSWORD);
  });

  for (const qos of [0, 1] as const) {
    it(`publishes bytes and texts as they are and everything else as JSON, at QoS ${String(qos)}, to the topic of each record`, async () => {
      const { broker, taken } = await aedes();
      const sink = open(brokerAt(broker.url), { qos, topic: 'out/{topic}/{key}', retain: true });
      await sink.deliver(recordsOf([{ a: 1 }, 'zwölf', Buffer.from([0, 255])], (index) => ({ topic: '$&', key: index })), host.settled);
      await until('all three', () => taken.length === 3);
      expect(taken.map(({ topic, payload, retain, qos: given }) => [topic, payload.toString('latin1'), retain, given])).to.deep.equal([
        ['out/$&/0', '{"a":1}', true, qos], ['out/$&/1', 'zw\u00c3\u00b6lf', true, qos], ['out/$&/2', '\u0000\u00ff', true, qos],
      ]);
      expect(host.arrived).to.deep.equal(['0', '1', '2']);
      expect(host.statuses).to.deep.equal([{ state: 'connecting', text: 'connecting' }, { state: 'running', text: 'connected' }]);
      expect(host.problems).to.deep.equal([]);
    });
  }

  it('waits while the broker is away, and publishes what was not acknowledged when it is back', async () => {
    const first = await aedes();
    const { port } = first.broker;
    const sink = open(brokerAt(first.broker.url));
    await sink.deliver(recordsOf(['a']), host.settled);
    await first.broker.stop();
    await until('the loss', () => host.last?.state === 'waiting');
    expect(host.last?.text).to.match(/^retrying at \d\d:\d\d:\d\d$/);
    const delivered = sink.deliver(recordsOf(['b', 'c']), host.settled);
    await clock.advance(PERIOD);
    await until('nobody is there', () => host.codes.includes('mqtt-unreachable'));
    const second = await aedes(port);
    await clock.advance(PERIOD);
    await delivered;
    expect(second.taken.map(({ payload }) => payload.toString())).to.deep.equal(['b', 'c']);
    expect(host.codes, 'told once').to.deep.equal(['mqtt-unreachable']);
    expect(host.last?.state).to.equal('running');
  });

  it('publishes again from the first record on that was not acknowledged, in order, when a connection is cut', async () => {
    const { broker, url } = await raw((packet, peer, count) => {
      if (count > 1 || packet.cmd !== 'publish') acknowledging()(packet, peer, count);
      // The first connection acknowledges the second record only, and is cut at the fourth.
      else if (String(packet.payload) === '1') acknowledging()(packet, peer, count);
      else if (String(packet.payload) === '3') setImmediate(() => peer.socket.destroy());
    });
    const delivered = open(brokerAt(url)).deliver(recordsOf(['0', '1', '2', '3']), host.settled);
    await until('the loss', () => host.last?.state === 'waiting');
    expect(host.arrived).to.deep.equal(['1']);
    await clock.advance(PERIOD);
    await delivered;
    const published = broker.peers.map(({ packets }) => packets.filter(isPublish).map(({ payload }) => String(payload)));
    expect(published).to.deep.equal([['0', '1', '2', '3'], ['0', '1', '2', '3']]);
    expect(host.arrived, 'each is counted once').to.deep.equal(['1', '0', '2', '3']);
  });

  it('has at most 100 publishes under way, or as many as the broker allows', async () => {
    for (const [receiveMaximum, expected] of [[undefined, 100], [7, 7]] as const) {
      const pending: (() => void)[] = [];
      const { broker, url } = await raw((packet, { socket }) => {
        if (packet.cmd === 'connect') {
          const properties = receiveMaximum === undefined ? {} : { properties: { receiveMaximum } };
          socket.write(bytesOf({ cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent: false, ...properties }, 5));
        } else if (packet.cmd === 'publish') pending.push(() => socket.write(bytesOf({ cmd: 'puback', messageId: packet.messageId ?? 0, reasonCode: 0 }, 5)));
        else if (packet.cmd === 'disconnect') socket.end();
      }, 5);
      const delivered = open(brokerAt(url, { protocolVersion: 5 })).deliver(recordsOf(Array.from({ length: 250 }, (_, n) => String(n))), host.settled);
      let most = 0;
      for (let acknowledged = 0; acknowledged < 250; acknowledged++) {
        await until('a publish', () => pending.length > acknowledged);
        most = Math.max(most, (broker.peers[0]?.packets.filter(isPublish).length ?? 0) - acknowledged);
        pending[acknowledged]?.();
      }
      await delivered;
      expect(most).to.be.at.most(expected);
    }
  });

  it('refuses topics that nobody can publish to, payloads that nobody can send, and packets that the broker does not take', async () => {
    const { broker, url } = await raw((packet, peer, count) => {
      if (packet.cmd !== 'connect') acknowledging(5)(packet, peer, count);
      else peer.socket.write(bytesOf({ cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent: false, properties: { maximumPacketSize: 200 } }, 5));
    }, 5);
    const topics = ['', 'a/+', 'a/#', 'a\0', 'x'.repeat(65_536), '\ud800', 'ok', 'ok', 'ok', 'last'];
    const circle: unknown[] = [];
    circle.push(circle);
    const payloads = [...new Array<string>(6).fill('p'), circle, undefined, 'x'.repeat(200), 'p'];
    await open(brokerAt(url, { protocolVersion: 5 })).deliver(recordsOf(payloads, (index) => ({ topic: topics[index] ?? '' })), host.settled);
    expect(host.refused.map(([id, { code }]) => [id, code])).to.deep.equal([
      ...['0', '1', '2', '3', '4', '5'].map((id) => [id, 'record-topic-invalid']),
      ['6', 'record-unsendable'], ['7', 'record-unsendable'], ['8', 'record-too-large'],
    ]);
    expect(host.refused[8]?.[1].what).to.match(/^A record of 2\d\d bytes/);
    expect(host.arrived).to.deep.equal(['9']);
    const packets = broker.peers[0]?.packets.filter(isPublish) ?? [];
    expect(packets.map(({ topic }) => topic)).to.deep.equal(['last']);
    expect({ ...packets[0]?.properties?.userProperties }).to.deep.equal({ 'Idempotency-Key': '9' });
  });

  it('drops a record that a broker of version 5 refuses, and publishes again when only its quota is exceeded', async () => {
    const codes = new Map([['forbidden', 135], ['busy', 151]]);
    const { broker, url } = await raw((packet, peer, count) => {
      const reasonCode = packet.cmd === 'publish' && count === 1 ? codes.get(packet.topic) : undefined;
      if (reasonCode === undefined || packet.cmd !== 'publish') acknowledging(5)(packet, peer, count);
      else peer.socket.write(bytesOf({ cmd: 'puback', messageId: packet.messageId ?? 0, reasonCode }, 5));
    }, 5);
    const topics = ['forbidden', 'fine', 'busy', 'fine'];
    const delivered = open(brokerAt(url, { protocolVersion: 5 })).deliver(recordsOf(topics, (index) => ({ topic: topics[index] ?? '' })), host.settled);
    await until('the end of the connection', () => host.last?.state === 'waiting');
    await clock.advance(PERIOD);
    await delivered;
    expect(host.refused.map(([id, { code, what }]) => [id, code, what])).to.deep.equal([
      ['0', 'sink-refused', 'The broker refused a record for "forbidden" with code 135; it was dropped.'],
    ]);
    expect([...host.arrived].sort()).to.deep.equal(['1', '2', '3']);
    expect(broker.peers).to.have.length(2);
  });

  it('finds the one record for which a broker of version 3.1.1 ends the connection, drops it, and delivers the others', async () => {
    const { broker, taken } = await aedes(0, (topic) => topic === 'forbidden');
    const topics = ['fine', 'fine', 'forbidden', 'fine'];
    let over = false;
    const delivered = open(brokerAt(broker.url)).deliver(recordsOf([0, 1, 2, 3], (index) => ({ topic: topics[index] ?? '' })), host.settled).then(() => {
      over = true;
    });
    while (!over) {
      if (host.last?.state === 'waiting') await clock.advance(PERIOD);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await delivered;
    expect(host.refused.map(([id, { code }]) => [id, code])).to.deep.equal([['2', 'sink-refused']]);
    expect([...host.arrived].sort()).to.deep.equal(['0', '1', '3']);
    expect(taken.at(-1)?.payload.toString()).to.equal('3');
  });

  it('gives up a connection on which nothing is acknowledged for 30 s, and drops nothing', async () => {
    const { url } = await raw((packet, peer, count) => {
      (count === 1 ? politely() : acknowledging())(packet, peer, count);
    });
    const delivered = open(brokerAt(url)).deliver(recordsOf(['a']), host.settled);
    await until('connected', () => host.last?.state === 'running');
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(30_000);
    await until('given up', () => host.codes.includes('sink-timeout'));
    await clock.advance(PERIOD);
    await delivered;
    expect(host.arrived).to.deep.equal(['0']);
  });

  it('tells of a wrong password, and tries again about every 30 s only', async () => {
    let allows = false;
    const { broker, url } = await raw((packet, peer, count) => {
      if (allows || packet.cmd !== 'connect') acknowledging()(packet, peer, count);
      else peer.socket.end(bytesOf({ cmd: 'connack', returnCode: 4, sessionPresent: false }));
    });
    const delivered = open(brokerAt(url)).deliver(recordsOf(['a']), host.settled);
    await until('the refusal', () => host.last?.state === 'failed');
    expect(host.last?.text).to.match(/^wrong password, retrying at \d\d:\d\d:\d\d$/);
    expect(host.codes).to.deep.equal(['mqtt-login-refused']);
    allows = true;
    await clock.advance(29_999);
    expect(broker.peers).to.have.length(1);
    await clock.advance(1);
    await delivered;
  });

  it('does not trust a certificate that nobody vouches for', async () => {
    const read = (file: string): string => readFileSync(join(tlsDirectory, file), 'utf8');
    const server = tls.createServer({ cert: read('test-only-certificate.pem'), key: read('test-only-key.pem') });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    open(brokerAt(`mqtts://127.0.0.1:${String((server.address() as AddressInfo).port)}`));
    await until('the refusal', () => host.codes.includes('mqtt-tls-refused'));
  });

  it('stops within two seconds whatever the broker does, and leaves nothing open', async () => {
    const servers: ((socket: net.Socket) => void)[] = [
      () => undefined,
      (socket) => socket.once('data', () => socket.write(bytesOf({ cmd: 'connack', returnCode: 0, sessionPresent: false }))),
    ];
    for (const behave of servers) {
      const sockets: net.Socket[] = [];
      const server = net.createServer({ allowHalfOpen: true }, (socket) => {
        socket.on('error', () => undefined);
        sockets.push(socket);
        behave(socket);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const sink = open(brokerAt(`mqtt://127.0.0.1:${String((server.address() as AddressInfo).port)}`));
      const delivered = sink.deliver(recordsOf(['a']), host.settled);
      await until('a connection', () => sockets.length === 1);
      const start = performance.now();
      await sink.stop();
      await delivered;
      expect(performance.now() - start).to.be.below(2000);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
    expect(host.arrived).to.deep.equal([]);
  });

  it('loses nothing and leaves the newest record of each topic last, however often the connection is cut', async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 40 }),
      // So many publishes are acknowledged on a connection; at the next one it is cut.
      fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 4 }),
      async (topics, cuts) => {
        host = new TestSinkHost();
        const seen: [string, number][] = [];
        const counts = new Map<number, number>();
        const answer: Answer = (packet, peer, count) => {
          const acknowledged = cuts[count - 1] ?? Infinity;
          const published = (counts.get(count) ?? 0) + (packet.cmd === 'publish' ? 1 : 0);
          counts.set(count, published);
          if (isPublish(packet)) seen.push([packet.topic, Number(String(packet.payload))]);
          if (!isPublish(packet) || published <= acknowledged) acknowledging()(packet, peer, count);
          else setImmediate(() => peer.socket.destroy());
        };
        const broker = new RawBroker(answer);
        const sink = new MqttSink({ broker: brokerAt(await broker.listen()), topic: '', qos: 1, retain: false }, host, clock, () => 0.5);
        sink.start();
        let over = false;
        const delivered = sink.deliver(recordsOf(topics.map((_, index) => index), (index) => ({ topic: topics[index] ?? '' })), host.settled).then(() => {
          over = true;
        });
        while (!over) {
          if (host.last?.state === 'waiting') await clock.advance(PERIOD);
          await new Promise((resolve) => setImmediate(resolve));
        }
        await delivered;
        await sink.stop();
        await broker.close();
        expect(new Set(seen.map(([, index]) => index)).size).to.equal(topics.length);
        expect(host.arrived).to.have.length(topics.length);
        for (const topic of topics) {
          const last = seen.filter(([name]) => name === topic).at(-1)?.[1];
          expect(last).to.equal(topics.lastIndexOf(topic));
        }
      },
    ), { numRuns: 30, interruptAfterTimeLimit: 2000 });
  });
});

describe('topics to publish to', () => {
  it('are filled in from the record, or are its own', () => {
    const [record] = recordsOf(['x'], () => ({ topic: 'hall/1', key: null }));
    if (record === undefined) throw new Error('There is a record.');
    expect(topicOf('', record)).to.equal('hall/1');
    expect(topicOf('{key}/{topic}/{topic}/{other}', record)).to.equal('null/hall/1/hall/1/{other}');
  });

  it('may have 65,535 bytes and not one more', () => {
    expect(topicFault('é'.repeat(32_767) + 'e')).to.equal(undefined);
    expect(topicFault('é'.repeat(32_768))).to.equal('The topic has 65536 bytes; 65535 are allowed.');
  });
});
