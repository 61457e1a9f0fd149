import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import mqtt from 'mqtt';
import { MqttSource } from '../../../../src/sources/mqtt/MqttSource';
import { JournalHost } from '../JournalHost';
import { until } from '../until';
import { Mosquitto } from './Mosquitto';

describe('the session that mosquitto keeps for an MqttSource with a log', () => {
  let folder: string;
  let broker: Mosquitto;
  let host: JournalHost;
  let source: MqttSource;
  let epoch = 0;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dstream-session-'));
    broker = await Mosquitto.start(['allow_anonymous true']);
    epoch = 0;
  });

  afterEach(async () => {
    await source.stop();
    await host.close();
    await broker.remove();
    await rm(folder, { recursive: true, force: true });
  });

  async function begin(protocolVersion: 3 | 4 | 5, topic: string): Promise<void> {
    host = await JournalHost.open(folder, ++epoch);
    source = new MqttSource(
      {
        url: broker.url, protocolVersion, clientId: 'lasting', keepalive: 60, cleanSession: false, connectTimeout: 2000, reconnectPeriod: 10,
        subscription: { topic, qos: 1 },
      },
      host,
      () => 0.5,
    );
    source.start();
    await host.untilStatus('connected');
  }

  /** The process ends, and another one begins. */
  async function beginAgain(protocolVersion: 3 | 4 | 5, topic: string): Promise<void> {
    await source.stop();
    await host.close();
    await begin(protocolVersion, topic);
  }

  async function publish(topic: string, payload: string, retain = false): Promise<void> {
    const client = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
    await client.publishAsync(topic, payload, { qos: 1, retain });
    await client.endAsync();
  }

  for (const protocolVersion of [3, 4, 5] as const) {
    it(`is subscribed to no topic of a former drawing, protocol version ${String(protocolVersion)}`, async () => {
      await begin(protocolVersion, 'old/#');
      await publish('old/a', '1');
      await until('the first', () => host.logged.includes('1'));
      await source.stop();
      // What the broker kept of the time before is taken, for it was asked for.
      await publish('old/a', '2');
      await beginAgain(protocolVersion, 'new/#');
      await until('what was kept', () => host.logged.includes('2'));
      await publish('old/a', '3');
      await publish('new/a', '4');
      await until('the new topic', () => host.logged.includes('4'));
      await beginAgain(protocolVersion, 'old/#');
      await publish('new/a', '5');
      await publish('old/a', '6');
      await until('the old topic again', () => host.logged.includes('6'));
      expect(host.logged).to.deep.equal(['1', '2', '4', '6']);
      expect(host.codes).to.deep.equal([]);
    });
  }

  it('brings what the broker retains once, protocol version 5, and again with a topic that is new', async () => {
    await publish('site/a', 'retained', true);
    await begin(5, 'site/#');
    await until('what is retained', () => host.logged.length === 1);
    for (let start = 0; start < 3; start++) {
      await beginAgain(5, 'site/#');
      await publish('site/b', `live ${String(start)}`);
      await until('what is published', () => host.logged.includes(`live ${String(start)}`));
    }
    expect(host.logged).to.deep.equal(['retained', 'live 0', 'live 1', 'live 2']);
    await beginAgain(5, 'site/a');
    await until('what is retained', () => host.logged.length === 5);
    expect(host.logged.at(-1)).to.equal('retained');
  });
});
