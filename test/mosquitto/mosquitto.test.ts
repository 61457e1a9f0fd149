import { expect } from 'chai';
import { connect, connectAsync } from 'mqtt';
import { Mosquitto } from '../support/Mosquitto';

describe('Mosquitto', () => {
  let mosquitto: Mosquitto;

  before(async () => {
    mosquitto = await Mosquitto.start();
  });

  after(async () => {
    await mosquitto.stop();
  });

  it('hands messages over, and keeps a session across a restart', async () => {
    const options = { clientId: 'reader', clean: false, reconnectPeriod: 0 };
    const reader = await connectAsync(mosquitto.url, options);
    await reader.subscribeAsync('a/#', { qos: 1 });
    await reader.endAsync();
    const writer = await connectAsync(mosquitto.url, { reconnectPeriod: 0 });
    await writer.publishAsync('a/b', 'kept', { qos: 1 });
    await writer.endAsync();
    await mosquitto.restart();
    // Not connectAsync: the broker may send the message together with its answer to CONNECT.
    const again = connect(mosquitto.url, options);
    const payload = await new Promise<string>((resolve) => {
      again.once('message', (_topic, content) => {
        resolve(content.toString());
      });
    });
    await again.endAsync();
    expect(payload).to.equal('kept');
  });
});
