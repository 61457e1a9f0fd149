import { expect } from 'chai';
import mqtt from 'mqtt';
import type { MqttOptions } from '../../../../src/sources/mqtt/MqttOptions';
import { MqttSource } from '../../../../src/sources/mqtt/MqttSource';
import { TestHost } from '../TestHost';
import { pass, until } from '../until';
import { Mosquitto } from './Mosquitto';

describe('MqttSource with mosquitto', () => {
  let broker: Mosquitto;
  let sources: MqttSource[] = [];

  afterEach(async () => {
    for (const source of sources) await source.stop();
    sources = [];
    await broker.remove();
  });

  function start(more: Partial<MqttOptions> = {}): { host: TestHost; source: MqttSource } {
    const host = new TestHost();
    const source = new MqttSource(
      {
        url: broker.url,
        protocolVersion: 5,
        clientId: 'dstreamTest',
        keepalive: 60,
        cleanSession: true,
        connectTimeout: 2000,
        reconnectPeriod: 20,
        subscription: { topic: 'site/#', qos: 1 },
        ...more,
      },
      host,
    );
    sources.push(source);
    source.start();
    return { host, source };
  }

  async function publish(payloads: readonly string[], qos: 0 | 1 = 1, retain = false): Promise<void> {
    const client = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
    for (const payload of payloads) await client.publishAsync('site/a', payload, { qos, retain });
    await client.endAsync();
  }

  for (const protocolVersion of [3, 4, 5] as const) {
    it(`receives messages of QoS 0 and 1, protocol version ${String(protocolVersion)}`, async () => {
      broker = await Mosquitto.start();
      const { host, source } = start({ protocolVersion });
      await host.untilStatus('connected');
      const numbers = Array.from({ length: 200 }, (_, index) => String(index));
      await publish(numbers, 1);
      await publish(['zero'], 0);
      await until('all messages', () => host.messages.length === 201);
      expect(host.payloads).to.deep.equal([...numbers, 'zero']);
      await source.stop();
      expect(host.problems).to.deep.equal([]);
    });

    it(`gets what was published while it was away, protocol version ${String(protocolVersion)}`, async () => {
      broker = await Mosquitto.start();
      const first = start({ protocolVersion, cleanSession: false });
      await first.host.untilStatus('connected');
      await first.source.stop();
      await publish(['while away']);
      const second = start({ protocolVersion, cleanSession: false });
      await until('the message', () => second.host.payloads.includes('while away'));
      await second.source.stop();
      // Acknowledged: it does not come again.
      const third = start({ protocolVersion, cleanSession: false });
      await third.host.untilStatus('connected');
      await publish(['later']);
      await until('a message', () => third.host.messages.length > 0);
      expect(third.host.payloads).to.deep.equal(['later']);
    });
  }

  it('gets again what it could not store, and in order', async () => {
    broker = await Mosquitto.start();
    const { host } = start({ cleanSession: false });
    await host.untilStatus('connected');
    let isFull = true;
    host.answer = () => (isFull ? Promise.reject(new Error('full')) : undefined);
    await publish(['1', '2', '3']);
    await host.untilStatus('not stored, retrying');
    isFull = false;
    const { length } = host.payloads;
    await until('the last message again', () => host.payloads.slice(length).includes('3'));
    const again = host.payloads.slice(length);
    expect(again.slice(-3)).to.deep.equal(['1', '2', '3'].slice(-again.length));
    expect([...new Set(host.payloads)]).to.deep.equal(['1', '2', '3']);
  });

  it('survives a restart of the broker with its sessions', async () => {
    broker = await Mosquitto.start();
    const { host } = start({ cleanSession: false });
    await host.untilStatus('connected');
    await broker.end();
    await until('the loss is noticed', () => host.statuses.at(-1)?.state === 'waiting');
    await broker.run();
    await host.untilStatus('connected', 2);
    await publish(['after the restart']);
    await until('the message', () => host.payloads.includes('after the restart'));
    expect(host.codes).not.to.contain('mqtt-session-lost');
  });

  it('is not authorised without a password', async () => {
    broker = await Mosquitto.start(['allow_anonymous false']);
    for (const protocolVersion of [4, 5] as const) {
      const { host } = start({ protocolVersion, username: 'sensor', password: 'top-secret' });
      await until('a problem', () => host.problems.length > 0);
      await pass(100);
      expect(host.statuses.at(-1)).to.deep.equal({ state: 'failed', text: 'not authorised' });
      expect(host.codes).to.deep.equal(['mqtt-login-refused']);
    }
  });

  it('notices that another client has its id', async () => {
    broker = await Mosquitto.start();
    const hosts = [start().host, start().host];
    await until('one of the two gives up', () => hosts.some(({ texts }) => texts.includes('client id in use')));
  });

  it('keeps the connection alive when the broker has nothing to send', async () => {
    broker = await Mosquitto.start();
    const { host } = start({ keepalive: 1 });
    await host.untilStatus('connected');
    await pass(2500);
    expect(host.texts).to.deep.equal(['connecting', 'connected']);
  }).timeout(5000);
});
