import { expect } from 'chai';
import { connectAsync } from 'mqtt';
import { MqttBroker } from './MqttBroker';

describe('MqttBroker', () => {
  it('hands messages over, cuts connections, and ends', async () => {
    const broker = await MqttBroker.start();
    const client = await connectAsync(broker.url, { clientId: 'reader', reconnectPeriod: 0 });
    await client.subscribeAsync('a/#', { qos: 1 });
    const arrived = new Promise<string>((resolve) => {
      client.once('message', (topic, payload) => {
        resolve(`${topic} ${payload.toString()}`);
      });
    });
    await broker.publish('a/b', 'hello', { qos: 1 });
    expect(await arrived).to.equal('a/b hello');
    expect(broker.clientIds).to.deep.equal(['reader']);
    const closed = new Promise<void>((resolve) => client.once('close', resolve));
    broker.cutConnections();
    await closed;
    await client.endAsync(true);
    await broker.stop();
    const again = await MqttBroker.start(broker.port);
    expect(again.port).to.equal(broker.port);
    await again.stop();
  });
});
