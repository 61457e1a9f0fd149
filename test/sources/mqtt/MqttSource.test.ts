import { readFileSync } from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { Aedes, type AedesOptions } from 'aedes';
import { expect } from 'chai';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { MqttSource } from '../../../src/sources/mqtt/MqttSource';
import type { MqttOptions } from '../../../src/sources/mqtt/MqttOptions';
import { publishBytes, split } from './packets';
import { acknowledged, type Answer, connectOf, type Manners, politely, RawBroker } from './RawBroker';
import { TestHost } from './TestHost';
import { pass, until } from './until';

// The repository's root, seen from the compiled test.
const tlsDirectory = join(process.cwd(), 'test', 'support', 'tls');
const certificate = readFileSync(join(tlsDirectory, 'test-only-certificate.pem'), 'utf8');
const key = readFileSync(join(tlsDirectory, 'test-only-key.pem'), 'utf8');

const SECRET = 'top-secret-password';

function optionsFor(url: string, more: Partial<MqttOptions> = {}): MqttOptions {
  return {
    url,
    protocolVersion: 4,
    clientId: 'dstreamTest',
    keepalive: 60,
    cleanSession: true,
    connectTimeout: 2000,
    reconnectPeriod: 10,
    subscription: { topic: 'site/#', qos: 1 },
    ...more,
  };
}

/** Everything that a test opened, closed after it, the last first. */
let closers: (() => unknown)[] = [];

function start(options: MqttOptions): { source: MqttSource; host: TestHost } {
  const host = new TestHost();
  const source = new MqttSource(options, host, () => 0.5);
  closers.push(() => source.stop());
  source.start();
  return { source, host };
}

async function listening(server: net.Server, port = 0): Promise<number> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

interface Broker {
  readonly aedes: Aedes;
  readonly port: number;
  readonly close: () => Promise<void>;
}

async function aedesBroker(
  options: AedesOptions = {},
  makeServer: (aedes: Aedes) => net.Server = (aedes) => net.createServer((socket) => aedes.handle(socket)),
  port = 0,
): Promise<Broker> {
  const aedes = await Aedes.createBroker(options);
  const server = makeServer(aedes);
  const actualPort = await listening(server, port);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= new Promise<void>((resolve) => {
      aedes.close(() => {
        server.close(() => {
          resolve();
        });
      });
    });
    return closing;
  };
  closers.push(close);
  return { aedes, port: actualPort, close };
}

/** For `aedesBroker`: a server that speaks TLS with the certificate of the tests. */
const encrypted = (aedes: Aedes): net.Server => tls.createServer({ cert: certificate, key }, (socket) => aedes.handle(socket));

async function publish(aedes: Aedes, topic: string, payload: string, qos: 0 | 1 | 2 = 1): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    aedes.publish({ cmd: 'publish', topic, payload, qos, dup: false, retain: false }, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

async function rawBroker(answer: Answer, protocolVersion: 3 | 4 | 5 = 4): Promise<{ broker: RawBroker; url: string }> {
  const broker = new RawBroker(answer, protocolVersion);
  closers.push(() => broker.close());
  return { broker, url: await broker.listen() };
}

async function politeBroker(manners: Manners = {}): Promise<{ broker: RawBroker; url: string }> {
  return await rawBroker(politely(manners), manners.protocolVersion);
}

function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) {
    if (name === 'Timeout' || name.startsWith('TCP') || name === 'TLSWrap') counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const message = (messageId: number): Buffer =>
  publishBytes({ topic: 'site/a', payload: `m${String(messageId)}`, qos: 1, messageId });

describe('MqttSource', () => {
  beforeEach(() => {
    closers = [];
  });

  afterEach(async () => {
    for (const close of closers.reverse()) await close();
  });

  describe('receives', () => {
    for (const protocolVersion of [3, 4] as const) {
      it(`messages of QoS 0 and 1 from a broker, protocol version ${String(protocolVersion)}`, async () => {
        const { aedes, port } = await aedesBroker();
        const { host } = start(optionsFor(`mqtt://127.0.0.1:${String(port)}`, { protocolVersion }));
        await host.untilStatus('connected');
        await publish(aedes, 'site/a', 'zero', 0);
        await publish(aedes, 'site/ü/b', 'one', 1);
        await publish(aedes, 'elsewhere', 'not for us', 1);
        await publish(aedes, 'site/a', '', 1);
        await until('three messages', () => host.messages.length === 3);
        expect(host.messages.map(({ topic, payload }) => [topic, payload])).to.deep.equal([
          ['site/a', Buffer.from('zero')],
          ['site/ü/b', Buffer.from('one')],
          ['site/a', Buffer.from('')],
        ]);
        expect(host.statuses).to.deep.equal([
          { state: 'connecting', text: 'connecting' },
          { state: 'running', text: 'connected' },
        ]);
        expect(host.problems).to.deep.equal([]);
      });
    }

    it('through an encrypted connection whose certificate it checks', async () => {
      const { aedes, port } = await aedesBroker({}, encrypted);
      const { host, source } = start(optionsFor(`mqtts://localhost:${String(port)}`, { tls: { ca: certificate } }));
      await host.untilStatus('connected');
      await publish(aedes, 'site/a', 'secret');
      await until('a message', () => host.payloads.includes('secret'));
      await source.stop();
    });

    it('through a WebSocket', async () => {
      const { aedes, port } = await aedesBroker({}, (broker) => {
        const server = http.createServer();
        const webSockets = new WebSocketServer({ server });
        webSockets.on('connection', (socket) => broker.handle(createWebSocketStream(socket)));
        return server;
      });
      const { host, source } = start(optionsFor(`ws://127.0.0.1:${String(port)}/mqtt`, { subscription: { topic: 'site/#', qos: 2 } }));
      await host.untilStatus('connected');
      // PUBACK of three messages, PUBREC or PUBCOMP of the three of QoS 2.
      let receipts = 0;
      aedes.on('ack', () => receipts++);
      for (let count = 0; count < 10; count++) await publish(aedes, 'site/a', String(count), (count % 3) as 0 | 1 | 2);
      await until('ten messages', () => host.messages.length === 10);
      expect([...host.payloads].sort()).to.deep.equal(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
      await until('every receipt at QoS 1 and 2', () => receipts >= 6);
      await source.stop();
    });

    it('a version 5 stream with topic aliases, cut at every byte', async () => {
      const { broker, url } = await politeBroker({ protocolVersion: 5 });
      const { host } = start(optionsFor(url, { protocolVersion: 5, cleanSession: false, maximumPacketSize: 5000 }));
      await host.untilStatus('connected');
      const peer = await broker.peer(1, 'subscribe');
      expect(connectOf(peer)).to.deep.include({ clean: false, protocolVersion: 5 });
      expect(connectOf(peer).properties).to.deep.equal({
        sessionExpiryInterval: 604_800,
        receiveMaximum: 8192,
        maximumPacketSize: 5000,
        topicAliasMaximum: 256,
      });
      const bytes = Buffer.concat([
        publishBytes({ topic: 'site/long/name', payload: 'a', qos: 1, messageId: 1, properties: { topicAlias: 256 } }, 5),
        publishBytes({ topic: '', payload: 'b', qos: 1, messageId: 2, properties: { topicAlias: 256 } }, 5),
      ]);
      for (const chunk of split(bytes, Array.from(bytes, (_, place) => place))) {
        peer.socket.write(chunk);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await until('two acknowledgements', () => acknowledged(peer).length === 2);
      expect(acknowledged(peer)).to.deep.equal([1, 2]);
      expect(host.messages.map(({ topic, payload }) => [topic, String(payload)])).to.deep.equal([
        ['site/long/name', 'a'],
        ['site/long/name', 'b'],
      ]);
    });
  });

  describe('acknowledges', () => {
    it('a message when it is stored and not before, many at once in order', async () => {
      const { broker, url } = await politeBroker();
      const { host } = start(optionsFor(url));
      let stored = (): void => undefined;
      host.answer = () => new Promise((resolve) => (stored = resolve));
      const peer = await broker.peer(1, 'subscribe');
      peer.socket.write(Buffer.concat([message(3), message(1), message(2)]));
      await until('three messages', () => host.messages.length === 3);
      await pass(50);
      expect(acknowledged(peer)).to.deep.equal([]);
      stored();
      await until('acknowledgements', () => acknowledged(peer).length === 3);
      expect(acknowledged(peer)).to.deep.equal([3, 1, 2]);
    });

    it('a message of QoS 2, which nobody here asked for, once it is stored', async () => {
      const { broker, url } = await politeBroker();
      const { host } = start(optionsFor(url));
      const { socket, packets } = await broker.peer(1, 'subscribe');
      socket.write(publishBytes({ topic: 'site/a', payload: 'two', qos: 2, messageId: 4 }));
      await until('PUBREC', () => packets.some(({ cmd }) => cmd === 'pubrec'));
      socket.write(Buffer.from([0x62, 2, 0, 4]));
      await until('PUBCOMP', () => packets.some(({ cmd }) => cmd === 'pubcomp'));
      expect(host.payloads).to.deep.equal(['two']);
    });

    it('nothing of an old connection on a new one', async () => {
      const { broker, url } = await politeBroker();
      const { host } = start(optionsFor(url));
      const waiting: (() => void)[] = [];
      host.answer = () => new Promise((resolve) => waiting.push(resolve));
      const first = await broker.peer(1, 'subscribe');
      first.socket.write(message(1));
      await until('a message', () => waiting.length === 1);
      first.socket.destroy();
      const second = await broker.peer(2, 'subscribe');
      second.socket.write(message(9));
      await until('another message', () => waiting.length === 2);
      waiting[0]?.();
      await pass(50);
      expect(acknowledged(second)).to.deep.equal([]);
      waiting[1]?.();
      await until('an acknowledgement', () => acknowledged(second).length === 1);
      expect(acknowledged(second)).to.deep.equal([9]);
      expect(acknowledged(first)).to.deep.equal([]);
    });

    it('nothing that was not stored; the broker gets the chance to send it again', async () => {
      const { broker, url } = await politeBroker();
      const { host } = start(optionsFor(url, { cleanSession: false }));
      host.answer = () => Promise.reject(new Error('The buffer is full.'));
      const first = await broker.peer(1, 'subscribe');
      first.socket.write(message(1));
      await broker.peer(2, 'subscribe');
      expect(acknowledged(first)).to.deep.equal([]);
      expect(host.texts).to.contain('not stored, retrying');
      expect(host.codes).to.contain('mqtt-not-stored');
    });
  });

  describe('when the broker is not there', () => {
    it('waits, says so once, and connects when it comes', async () => {
      const placeholder = net.createServer();
      const port = await listening(placeholder);
      await new Promise((resolve) => placeholder.close(resolve));
      const { host } = start(optionsFor(`mqtt://127.0.0.1:${String(port)}`));
      await host.untilStatus('reconnecting');
      await pass(60);
      expect(host.statuses.at(-1)).to.deep.equal({ state: 'waiting', text: 'reconnecting' });
      expect(host.codes).to.deep.equal(['mqtt-unreachable']);
      expect(host.problems[0]?.what).to.equal(`No connection to the broker at 127.0.0.1:${String(port)}: ECONNREFUSED.`);
      await aedesBroker({}, undefined, port);
      await host.untilStatus('connected');
    });

    it('says so for a WebSocket as well', async () => {
      const { host, source } = start(optionsFor('ws://127.0.0.1:1'));
      await until('a problem', () => host.problems.length > 0);
      expect(host.codes).to.deep.equal(['mqtt-unreachable']);
      expect(host.statuses.at(-1)).to.deep.equal({ state: 'waiting', text: 'reconnecting' });
      await source.stop();
    });

    it('repeats the reason that a version 5 broker gave for ending the connection', async () => {
      const { broker, url } = await politeBroker({ protocolVersion: 5 });
      const { host } = start(optionsFor(url, { protocolVersion: 5 }));
      await host.untilStatus('connected');
      const { socket } = await broker.peer(1, 'subscribe');
      // DISCONNECT with reason 151, quota exceeded.
      socket.end(Buffer.from([0xe0, 2, 151, 0]));
      await until('a problem', () => host.problems.length > 0);
      expect(host.codes).to.deep.equal(['mqtt-disconnected']);
      expect(host.problems[0]?.what).to.contain('code 151');
    });

    it('gives a connection up that gets no answer within the time set', async () => {
      const { broker, url } = await rawBroker(() => undefined);
      const { host } = start(optionsFor(url, { connectTimeout: 40 }));
      await host.untilStatus('reconnecting');
      expect(host.codes).to.deep.equal(['mqtt-unreachable']);
      expect(host.problems[0]?.why).to.contain('40 ms');
      await broker.peer(3, 'connect');
    });

    it('connects again after every loss, subscribes each time, and tells of a lost session', async () => {
      const { broker, url } = await politeBroker();
      const { host } = start(optionsFor(url, { cleanSession: false, subscription: { topic: 'site/+', qos: 0 } }));
      for (let count = 1; count <= 4; count++) {
        const { socket, packets } = await broker.peer(count, 'subscribe');
        expect(packets[1]).to.deep.include({ cmd: 'subscribe', subscriptions: [{ topic: 'site/+', qos: 0 }] });
        await host.untilStatus('connected', count);
        socket.write(publishBytes({ topic: 'site/a', payload: String(count) }));
        await until('a message', () => host.messages.length === count);
        socket.destroy();
      }
      await host.untilStatus('connected', 5);
      expect(host.payloads).to.deep.equal(['1', '2', '3', '4']);
      expect(host.texts.slice(0, 5)).to.deep.equal(['connecting', 'connected', 'reconnecting', 'connected', 'reconnecting']);
      expect(host.codes[0]).to.equal('mqtt-session-lost');
    });

    it('leaves nothing behind after 1,000 attempts', async () => {
      let attempts = 0;
      const server = net.createServer((socket) => {
        attempts++;
        socket.on('error', () => undefined);
        socket.destroy();
      });
      const port = await listening(server);
      closers.push(() => new Promise((resolve) => server.close(resolve)));
      const before = resources();
      const listeners = process.eventNames().map((name) => process.listenerCount(name));
      const warnings: Error[] = [];
      const onWarning = (warning: Error): unknown => warnings.push(warning);
      const host = new TestHost();
      const source = new MqttSource(optionsFor(`mqtt://127.0.0.1:${String(port)}`, { reconnectPeriod: 0 }), host);
      source.start();
      process.on('warning', onWarning);
      await until('1,000 attempts', () => attempts >= 1000, 15_000);
      process.off('warning', onWarning);
      await source.stop();
      await pass(20);
      expect(resources()).to.deep.equal(before);
      expect(process.eventNames().map((name) => process.listenerCount(name))).to.deep.equal(listeners);
      expect(warnings).to.deep.equal([]);
      expect(host.codes).to.deep.equal(['mqtt-unreachable']);
    }).timeout(20_000);
  });

  describe('does not hammer a broker that', () => {
    const refusing = (returnCode: number): AedesOptions => ({
      authenticate: (_client, _username, _password, done) => {
        done(Object.assign(new Error('no'), { returnCode }), false);
      },
    });

    for (const [returnCode, text] of [
      [4, 'wrong password'],
      [5, 'not authorised'],
    ] as const) {
      it(`refuses the login with code ${String(returnCode)}: ${text}`, async () => {
        const { aedes, port } = await aedesBroker(refusing(returnCode));
        let refusals = 0;
        aedes.on('clientError', () => refusals++);
        const { host } = start(optionsFor(`mqtt://sensor:${SECRET}@127.0.0.1:${String(port)}`, { password: SECRET }));
        await host.untilStatus(text);
        await pass(150);
        expect(refusals).to.equal(1);
        expect(host.statuses.at(-1)).to.deep.equal({ state: 'failed', text });
        expect(host.codes).to.deep.equal(['mqtt-login-refused']);
        expect(JSON.stringify([host.problems, host.statuses])).not.to.contain(SECRET);
      });
    }

    it('refuses the login, but asks again after 30 s', async () => {
      const { aedes, port } = await aedesBroker(refusing(4));
      let refusals = 0;
      aedes.on('clientError', () => refusals++);
      const setTimer = globalThis.setTimeout;
      const long: number[] = [];
      const impatient = (action: () => void, delay = 0): NodeJS.Timeout => {
        if (delay >= 10_000) long.push(delay);
        return setTimer(action, delay >= 10_000 ? 1 : delay);
      };
      globalThis.setTimeout = impatient as typeof setTimeout;
      closers.push(() => (globalThis.setTimeout = setTimer));
      start(optionsFor(`mqtt://127.0.0.1:${String(port)}`));
      await until('the broker refused twice', () => refusals >= 2);
      expect(long[0]).to.equal(30_000);
    });

    it('denies the subscription', async () => {
      const { port } = await aedesBroker({
        authorizeSubscribe: (_client, _subscription, callback) => {
          callback(null, null);
        },
      });
      const { host } = start(optionsFor(`mqtt://127.0.0.1:${String(port)}`));
      await host.untilStatus('subscription denied');
      await pass(100);
      expect(host.texts).to.deep.equal(['connecting', 'subscription denied']);
      expect(host.problems[0]).to.deep.include({ code: 'mqtt-subscription-denied' });
      expect(host.problems[0]?.what).to.equal('The subscription to "site/#" at QoS 1 was denied with code 128.');
    });

    it('has a certificate that cannot be checked, or checks ours', async () => {
      const { port } = await aedesBroker({}, encrypted);
      const url = `mqtts://localhost:${String(port)}`;
      const { host } = start(optionsFor(url));
      await host.untilStatus('TLS refused');
      expect(host.problems[0]?.code).to.equal('mqtt-tls-refused');
      expect(host.problems[0]?.what).to.contain('DEPTH_ZERO_SELF_SIGNED_CERT');

      const wrongName = start(optionsFor(url, { tls: { ca: certificate, servername: 'elsewhere.example' } }));
      await wrongName.host.untilStatus('TLS refused');
      const unusableKey = start(optionsFor(url, { tls: { ca: certificate, cert: certificate, key: 'no key' } }));
      await unusableKey.host.untilStatus('TLS key unusable');
      const trusting = start(optionsFor(url, { tls: { rejectUnauthorized: false } }));
      await trusting.host.untilStatus('connected');
      await trusting.source.stop();
    });

    it('speaks no TLS on a TLS address', async () => {
      const { port } = await aedesBroker();
      const { host } = start(optionsFor(`mqtts://127.0.0.1:${String(port)}`, { connectTimeout: 300 }));
      await until('a problem', () => host.problems.length > 0);
      expect(host.codes[0]).to.be.oneOf(['mqtt-tls-refused', 'mqtt-unreachable']);
    });

    it('sends a malformed packet', async () => {
      const { broker, url } = await politeBroker();
      const { host } = start(optionsFor(url, { maximumPacketSize: 1000 }));
      const peer = await broker.peer(1, 'subscribe');
      peer.socket.write(Buffer.concat([message(1), publishBytes({ topic: 'site/a', payload: 'x'.repeat(1000) })]));
      await host.untilStatus('malformed packet');
      await pass(100);
      expect(broker.peers).to.have.length(1);
      expect(peer.socket.readableEnded).to.equal(true);
      expect(host.payloads).to.deep.equal(['m1']);
      expect(host.problems.at(-1)).to.deep.include({ code: 'mqtt-malformed-packet' });
      expect(host.problems.at(-1)?.what).to.contain('1011 bytes').and.to.contain('1000 bytes');
    });

    it('ends every connection soon because another client has the same id', async () => {
      const { broker, url } = await rawBroker((packet, peer, count) => {
        politely()(packet, peer, count);
        if (packet.cmd === 'subscribe') peer.socket.end();
      });
      const { host } = start(optionsFor(url));
      await host.untilStatus('client id in use');
      await pass(150);
      expect(broker.peers).to.have.length(6);
      expect(host.problems.at(-1)).to.deep.include({ code: 'mqtt-client-id-in-use' });
      expect(host.problems.at(-1)?.what).to.contain('6 times');
      expect(host.problems.at(-1)?.why).to.contain('"dstreamTest"');
    });

    it('cannot be found because its address is none', () => {
      for (const url of ['', 'localhost:1883', 'http://localhost', 'mqtt://']) {
        const { host } = start(optionsFor(url));
        expect(host.statuses).to.deep.equal([{ state: 'failed', text: 'bad address' }]);
        expect(host.codes).to.deep.equal(['mqtt-bad-address']);
      }
    });

    it('refuses for reasons of version 5', async () => {
      const answers = [
        [132, 'wrong version', 'mqtt-version-refused'],
        [133, 'connection refused', 'mqtt-connection-refused'],
        [134, 'wrong password', 'mqtt-login-refused'],
        [135, 'not authorised', 'mqtt-login-refused'],
        [137, 'reconnecting', 'mqtt-unreachable'],
      ] as const;
      for (const [reasonCode, text, code] of answers) {
        const { url } = await rawBroker((_packet, { socket }) => {
          socket.end(Buffer.from([0x20, 3, 0, reasonCode, 0]));
        }, 5);
        const { host } = start(optionsFor(url, { protocolVersion: 5 }));
        await host.untilStatus(text);
        expect(host.codes).to.deep.equal([code]);
      }
    });
  });

  it('says when the broker grants less than was asked for', async () => {
    const { url } = await politeBroker({ granted: 0 });
    const { host } = start(optionsFor(url));
    await host.untilStatus('connected');
    expect(host.codes).to.deep.equal(['mqtt-qos-lowered']);
  });

  describe('stops', () => {
    it('with DISCONNECT, leaving no socket and no timer, and stores nothing afterwards', async () => {
      const { broker, url } = await politeBroker();
      const before = resources();
      const host = new TestHost();
      const source = new MqttSource(optionsFor(url), host);
      source.start();
      await host.untilStatus('connected');
      const [peer] = broker.peers;
      await source.stop();
      expect(peer?.packets.at(-1)?.cmd).to.equal('disconnect');
      await until('both sides are closed', () => resources().TCPSocketWrap === before.TCPSocketWrap);
      expect(resources()).to.deep.equal(before);
      expect(host.texts).to.deep.equal(['connecting', 'connected']);
    });

    it('while it connects, while it waits for an answer, while it waits to try again, and before it started', async () => {
      const { broker, url } = await rawBroker(() => undefined);
      const { url: closing } = await rawBroker((_packet, { socket }) => socket.destroy());
      const before = resources();
      const begin = performance.now();
      await start(optionsFor(url)).source.stop();
      const unanswered = start(optionsFor(url));
      await until('CONNECT', () => broker.peers.some(({ packets }) => packets.length > 0));
      await unanswered.source.stop();
      const waiting = start(optionsFor(closing, { reconnectPeriod: 100_000 }));
      await waiting.host.untilStatus('reconnecting');
      await waiting.source.stop();
      const never = new MqttSource(optionsFor(url), new TestHost());
      await never.stop();
      never.start();
      await Promise.all([never.stop(), never.stop()]);
      expect(performance.now() - begin).to.be.below(1000);
      for (const { socket } of broker.peers) await until('closed', () => socket.readableEnded || socket.closed);
      for (const { socket } of broker.peers) socket.destroy();
      await pass(10);
      expect(resources()).to.deep.equal(before);
    });

    it('when its host stops it as soon as it hears something', async () => {
      const { broker, url } = await rawBroker((_packet, { socket }) => socket.destroy());
      for (const state of ['connecting', 'waiting']) {
        const before = broker.peers.length;
        const host = new TestHost();
        const source = new MqttSource(optionsFor(url), host);
        let stopped: Promise<void> | undefined;
        host.status = (status) => {
          if (status.state === state) stopped = source.stop();
        };
        source.start();
        await until('stopped', () => stopped !== undefined);
        await stopped;
        await pass(60);
        expect(broker.peers.length - before).to.equal(state === 'connecting' ? 0 : 1);
      }
    });

    it('within 2 s when the broker hangs', async () => {
      const { url } = await rawBroker((packet, peer, count) => {
        if (packet.cmd !== 'disconnect') politely()(packet, peer, count);
      });
      const { host, source } = start(optionsFor(url));
      await host.untilStatus('connected');
      const begin = performance.now();
      await source.stop();
      expect(performance.now() - begin).to.be.within(500, 2000);
    }).timeout(4000);

    it('after acknowledging what is being stored, and leaves later messages to the broker', async () => {
      const { broker, url } = await politeBroker();
      const { host, source } = start(optionsFor(url));
      let stored = (): void => undefined;
      host.answer = () => new Promise((resolve) => (stored = resolve));
      const peer = await broker.peer(1, 'subscribe');
      await host.untilStatus('connected');
      peer.socket.write(message(1));
      await until('a message', () => host.messages.length === 1);
      const stopping = source.stop();
      peer.socket.write(message(2));
      await pass(30);
      stored();
      await stopping;
      expect(acknowledged(peer)).to.deep.equal([1]);
      expect(peer.packets.at(-1)?.cmd).to.equal('disconnect');
      expect(host.payloads).to.deep.equal(['m1']);
    });
  });
});
