import { expect } from 'chai';
import { MqttSource } from '../../../src/sources/mqtt/MqttSource';
import type { SourceLog, SourceMessage, StoredWith } from '../../../src/sources/Source';
import { bytesOf } from './packets';
import { type Answer, politely, RawBroker } from './RawBroker';
import { TestHost } from './TestHost';

/** Keeps marks as a log does. */
class MarkHost extends TestHost {
  readonly log: SourceLog;
  readonly #marks: Map<string, unknown>;

  constructor(marks: Readonly<Record<string, unknown>>) {
    super();
    this.#marks = new Map(Object.entries(marks));
    this.log = { hasPacket: () => false, releasePackets: () => Promise.resolve(), openPackets: [], marks: this.#marks };
  }

  override store(messages: readonly SourceMessage[], { marks }: StoredWith = {}): Promise<void> {
    super.store(messages)?.catch(() => undefined);
    for (const [name, mark] of marks ?? []) this.#marks.set(name, mark);
    return Promise.resolve();
  }
}

describe('SessionTopic', () => {
  let broker: RawBroker;
  let source: MqttSource;

  afterEach(async () => {
    await source.stop();
    await broker.close();
  });

  async function begin(host: MarkHost, answer: Answer, protocolVersion: 4 | 5 = 4): Promise<void> {
    broker = new RawBroker(answer, protocolVersion);
    source = new MqttSource({
      url: await broker.listen(), protocolVersion, clientId: 'me', keepalive: 60, cleanSession: false, connectTimeout: 2000, reconnectPeriod: 10,
      subscription: { topic: 'new', qos: 1 },
    }, host, () => 0.5);
    source.start();
  }

  /** What was asked of the broker on a connection, and about which topic. */
  const asked = (count: number): string[] => (broker.peers[count - 1]?.packets ?? []).flatMap((packet) => {
    if (packet.cmd === 'unsubscribe') return [`unsubscribe ${packet.unsubscriptions.join()}`];
    return packet.cmd === 'subscribe' ? [`subscribe ${packet.subscriptions.map(({ topic }) => topic).join()}`] : [];
  });

  it('is left for another one before that is subscribed to, and tried again where the broker could not say that it was', async () => {
    const host = new MarkHost({ 'mqtt-topic': 'old' });
    const marks: unknown[] = [];
    const polite = politely({ sessionPresent: true });
    await begin(host, (packet, peer, count) => {
      if (packet.cmd === 'unsubscribe' || packet.cmd === 'subscribe') marks.push(host.log.marks.get('mqtt-topic'));
      if (packet.cmd !== 'unsubscribe') polite(packet, peer, count);
      else if (count === 1) peer.socket.destroy();
      else peer.socket.write(bytesOf({ cmd: 'unsuback', messageId: packet.messageId ?? 0, granted: [] }));
    });
    await host.untilStatus('connected');
    expect([asked(1), asked(2)]).to.deep.equal([['unsubscribe old'], ['unsubscribe old', 'subscribe new']]);
    // A process that dies at any of these moments finds what is to be done.
    expect(marks).to.deep.equal(['old', 'old', 'new']);
  });

  it('is not exchanged where the broker does not let go of the former one, whose messages would come for good', async () => {
    const host = new MarkHost({ 'mqtt-topic': 'old' });
    const polite = politely({ sessionPresent: true, protocolVersion: 5 });
    await begin(host, (packet, peer, count) => {
      if (packet.cmd !== 'unsubscribe') polite(packet, peer, count);
      else peer.socket.write(bytesOf({ cmd: 'unsuback', messageId: packet.messageId ?? 0, granted: [0x87] }, 5));
    }, 5);
    await host.untilStatus('unsubscription denied');
    expect(asked(1)).to.deep.equal(['unsubscribe old']);
    expect(host.log.marks.get('mqtt-topic')).to.equal('old');
    const [problem] = host.problems;
    expect(problem?.code).to.equal('mqtt-unsubscription-denied');
    expect(problem?.what).to.equal('The subscription to "old", the topic of before, could not be ended: the broker answered with code 135.');
  });

  it('is exchanged where the session at the broker is not subscribed to the former one any more', async () => {
    const host = new MarkHost({ 'mqtt-topic': 'old' });
    const polite = politely({ sessionPresent: true, protocolVersion: 5 });
    await begin(host, (packet, peer, count) => {
      if (packet.cmd !== 'unsubscribe') polite(packet, peer, count);
      else peer.socket.write(bytesOf({ cmd: 'unsuback', messageId: packet.messageId ?? 0, granted: [0x11] }, 5));
    }, 5);
    await host.untilStatus('connected');
    expect(host.log.marks.get('mqtt-topic')).to.equal('new');
  });

  it('brings what the broker retains to a log that does not know of it, as after a reset, and not again', async () => {
    const host = new MarkHost({});
    await begin(host, politely({ sessionPresent: true, protocolVersion: 5 }), 5);
    await host.untilStatus('connected');
    broker.peers[0]?.socket.destroy();
    await host.untilStatus('connected', 2);
    const handling = broker.peers.map(({ packets }) =>
      packets.flatMap((packet) => (packet.cmd === 'subscribe' ? packet.subscriptions.map(({ rh }) => rh) : [])));
    // 0: at each subscription; 1: where there was none (MQTT 5, 3.8.3.1).
    expect(handling).to.deep.equal([[0], [1]]);
  });

  it('is noted before it is subscribed to where nothing is known of one, and not again', async () => {
    const host = new MarkHost({});
    await begin(host, politely({ sessionPresent: true }));
    await host.untilStatus('connected');
    expect(host.log.marks.get('mqtt-topic')).to.equal('new');
    broker.peers[0]?.socket.destroy();
    await host.untilStatus('connected', 2);
    expect([asked(1), asked(2)]).to.deep.equal([['subscribe new'], ['subscribe new']]);
  });
});
