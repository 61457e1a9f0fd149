import { expect } from 'chai';
import { MessageIntake } from '../../../src/sources/mqtt/MessageIntake';
import { MqttConnection } from '../../../src/sources/mqtt/MqttConnection';
import { SessionTopic } from '../../../src/sources/mqtt/SessionTopic';
import type { SourceHost, StoredWith } from '../../../src/sources/Source';
import { parseMqttAddress } from '../../../src/mqtt/MqttAddress';
import { bytesOf, publishBytes } from './packets';
import { politely, RawBroker } from './RawBroker';
import { until } from './until';

const SESSION = 'me at broker';

/** ms: longer than a broker may take to mention an id. */
const STANDSTILL = 3200;

describe('a process that stands still while a broker resumes a session', () => {
  it('reads what came meanwhile before it takes ids for those of a session that is gone', async function () {
    this.timeout(15_000);
    const open = new Set([5]);
    const stored: string[] = [];
    const host: SourceHost = {
      store: (messages, { packets = [] }: StoredWith = {}) => {
        stored.push(...messages.map(({ payload }) => String(payload)));
        for (const packet of packets) open.add(packet);
        return Promise.resolve();
      },
      log: {
        hasPacket: (packet) => open.has(packet),
        releasePackets: (packets) => {
          for (const packet of packets) open.delete(packet);
          return Promise.resolve();
        },
        get openPackets() {
          return [...open];
        },
        marks: new Map([['mqtt-session', SESSION], ['mqtt-topic', 't']]),
      },
      status: () => undefined,
      problem: () => undefined,
    };
    const broker = new RawBroker(politely({ sessionPresent: true }));
    const url = await broker.listen();
    const intake = new MessageIntake(host, { session: SESSION, isKept: true, dropped: () => undefined });
    const options = {
      url, clientId: 'me', cleanSession: false, keepalive: 60, protocolVersion: 4, reconnectPeriod: 1000, connectTimeout: 5000,
      subscription: { topic: 't', qos: 2 },
    } as const;
    const address = parseMqttAddress(url);
    if (address === undefined) throw new Error('The broker has no address.');
    const connection = new MqttConnection(options, address, intake, new SessionTopic(host, 't'), {
      subscribed: () => undefined, ended: () => undefined,
    });
    try {
      const { socket } = await broker.peer(1, 'connect');
      // The client has read CONNACK, and waits for the broker to mention id 5.
      await until('the client has read CONNACK', () => !intake.isSettled);
      socket.write(publishBytes({ topic: 't', payload: 'known already', qos: 2, dup: true, messageId: 5 }));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STANDSTILL);
      const peer = await broker.peer(1, 'pubrec');
      expect(stored).to.deep.equal([]);
      peer.socket.write(bytesOf({ cmd: 'pubrel', messageId: 5 }));
      await broker.peer(1, 'pubcomp');
      await broker.peer(1, 'subscribe');
      expect([...open]).to.deep.equal([]);
    } finally {
      await connection.close();
      await broker.close();
    }
  });
});
