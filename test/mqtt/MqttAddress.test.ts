import { expect } from 'chai';
import { parseMqttAddress } from '../../src/mqtt/MqttAddress';

describe('parseMqttAddress', () => {
  it('knows the schemes and their ports', () => {
    for (const [url, transport, port] of [
      ['mqtt://host', 'tcp', 1883],
      ['tcp://host', 'tcp', 1883],
      ['mqtts://host', 'tls', 8883],
      ['ssl://host', 'tls', 8883],
      ['tls://host:1', 'tls', 1],
      ['ws://host/path', 'websocket', 80],
      ['wss://host', 'websocket', 443],
    ] as const) {
      expect(parseMqttAddress(url)).to.deep.include({ transport, host: 'host', port });
    }
  });

  it('reads IPv6 addresses, and user and password, which its text leaves out', () => {
    expect(parseMqttAddress('mqtt://me:p%40ss@[::1]:1884')).to.deep.equal({
      transport: 'tcp',
      host: '::1',
      port: 1884,
      username: 'me',
      password: 'p@ss',
      text: '[::1]:1884',
    });
    expect(parseMqttAddress('mqtt://100%25:50%@host')).to.deep.include({ username: '100%', password: '50%' });
  });

  it('refuses what is no address of a broker', () => {
    for (const url of ['', 'host', 'host:1883', 'http://host', 'mqtt://', 'mqtt://host:port']) {
      expect(parseMqttAddress(url), url).to.equal(undefined);
    }
  });
});
