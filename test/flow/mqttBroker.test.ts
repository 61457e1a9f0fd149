import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from 'chai';
import type { NodeInitializer } from 'node-red';
import helper from 'node-red-node-test-helper';
import { mqttBroker, type MqttBrokerSettings, mqttClientId } from '../../src/flow/mqttBroker';

const load = createRequire(__filename);
const coreNodes = [
  load('@node-red/nodes/core/network/05-tls.js') as NodeInitializer,
  load('@node-red/nodes/core/network/10-mqtt.js') as NodeInitializer,
];
helper.init(load.resolve('node-red'));

const tlsDirectory = join(process.cwd(), 'test', 'support', 'tls');
const certificateFile = join(tlsDirectory, 'test-only-certificate.pem');
const keyFile = join(tlsDirectory, 'test-only-key.pem');
const IDENTITY = { instanceId: 'instance', nodeId: 'receiver' };

const BROKER = {
  id: 'broker',
  type: 'mqtt-broker',
  broker: 'broker.example',
  port: '1884',
  tls: '',
  clientid: 'their-own',
  autoConnect: true,
  usetls: false,
  protocolVersion: '4',
  keepalive: '45',
  cleansession: false,
  willTopic: 'gone',
  willPayload: 'bye',
};
const ENCRYPTED = { ...BROKER, usetls: true, tls: 'tls' };
const TLS = {
  id: 'tls',
  type: 'tls-config',
  cert: '',
  key: '',
  ca: '',
  servername: '',
  alpnprotocol: '',
  verifyservercert: true,
};

type Flow = Parameters<typeof helper.load>[1];

/** Loads the flow into Node-RED, reads the live broker node, and unloads it. */
async function settingsOf(broker: object, tls?: object, credentials: object = {}): Promise<MqttBrokerSettings> {
  const flow = [broker, ...(tls === undefined ? [] : [tls])] as Flow;
  await helper.load(coreNodes, flow, credentials);
  const settings = mqttBroker(helper.getNode('broker'), tls === undefined ? undefined : helper.getNode('tls'), IDENTITY);
  await helper.unload();
  return settings;
}

const codes = (problems: MqttBrokerSettings['problems']): string[] => problems.map(({ code }) => code);

describe('mqttBroker', () => {
  before(async () => {
    await new Promise<void>((resolve) => {
      helper.startServer(resolve);
    });
  });

  after(async () => {
    await new Promise<void>((resolve) => {
      helper.stopServer(resolve);
    });
  });

  it('reads address, credentials and keep-alive of a plain broker, and leaves out what is its own', async () => {
    const credentials = { broker: { user: 'sensor', password: 'pass' } };
    const { options, problems, warnings } = await settingsOf(BROKER, undefined, credentials);
    expect(options).to.deep.equal({
      url: 'mqtt://broker.example:1884',
      protocolVersion: 4,
      clientId: mqttClientId(IDENTITY),
      username: 'sensor',
      password: 'pass',
      keepalive: 45,
      cleanSession: true,
      connectTimeout: 30_000,
      reconnectPeriod: 5000,
    });
    expect(problems).to.deep.equal([]);
    expect(warnings).to.deep.equal([]);
  });

  it('reads the protocol versions and the session expiry', async () => {
    expect((await settingsOf({ ...BROKER, compatmode: true })).options.protocolVersion).to.equal(3);
    expect((await settingsOf({ ...BROKER, protocolVersion: '3' })).options.protocolVersion).to.equal(3);
    const { options } = await settingsOf({ ...BROKER, protocolVersion: '5', sessionExpiry: '600' });
    expect(options).to.deep.include({ protocolVersion: 5, sessionExpiry: 600 });
    expect((await settingsOf({ ...BROKER, protocolVersion: '5' })).options).not.to.have.property('sessionExpiry');
  });

  it('asks for a session that lasts a week, or as long as the broker node says, where nothing may be lost', () => {
    const sessionOf = (sessionExpiryInterval: number | undefined): unknown => {
      const broker = { brokerurl: 'mqtt://h', options: { protocolVersion: 5, properties: { sessionExpiryInterval } } };
      const { clientId, cleanSession, sessionExpiry } = mqttBroker(broker, undefined, IDENTITY, true).options;
      expect(clientId).to.equal(mqttClientId(IDENTITY));
      return [cleanSession, sessionExpiry];
    };
    expect(sessionOf(undefined)).to.deep.equal([false, 604_800]);
    expect(sessionOf(3600)).to.deep.equal([false, 3600]);
    // A session that ends with its connection is none.
    expect(sessionOf(0)).to.deep.equal([false, 604_800]);
  });

  it('reads the address with a scheme, and IPv6', async () => {
    const url = 'wss://broker.example/mqtt';
    expect((await settingsOf({ ...BROKER, broker: url })).options.url).to.equal(url);
    expect((await settingsOf({ ...BROKER, broker: '::1' })).options.url).to.equal('mqtt://[::1]:1884');
  });

  it('reads certificates from files, as text', async () => {
    const files = { cert: certificateFile, key: keyFile, ca: certificateFile };
    const tls = { ...TLS, ...files, servername: 'real.example', alpnprotocol: 'mqtt' };
    const credentials = { tls: { passphrase: 'open' } };
    const { options, problems, warnings } = await settingsOf(ENCRYPTED, tls, credentials);
    expect(options.url).to.equal('mqtts://broker.example:1884');
    expect(options.tls).to.deep.equal({
      ca: readFileSync(certificateFile, 'utf8'),
      cert: readFileSync(certificateFile, 'utf8'),
      key: readFileSync(keyFile, 'utf8'),
      passphrase: 'open',
      servername: 'real.example',
      alpn: 'mqtt',
      rejectUnauthorized: true,
    });
    expect(problems).to.deep.equal([]);
    expect(warnings).to.deep.equal([]);
  });

  it('encrypts, as mqtt.js does, a plain address with a client certificate', async () => {
    const tls = { ...TLS, cert: certificateFile, key: keyFile };
    const { options } = await settingsOf({ ...ENCRYPTED, broker: 'mqtt://broker.example' }, tls);
    expect(options.url).to.equal('mqtts://broker.example');
    expect(options.tls?.rejectUnauthorized).to.equal(true);
  });

  it('warns of a certificate that nobody checks', async () => {
    const without = await settingsOf({ ...BROKER, usetls: true });
    expect(without.options.tls).to.deep.equal({ rejectUnauthorized: false });
    expect(codes(without.warnings)).to.deep.equal(['mqtt-tls-unverified']);
    expect(without.warnings[0]?.fix).to.contain('Add a tls-config node');
    const unticked = await settingsOf(ENCRYPTED, { ...TLS, verifyservercert: false });
    expect(codes(unticked.warnings)).to.deep.equal(['mqtt-tls-unverified']);
    expect(unticked.warnings[0]?.fix).to.contain('Tick');
    const webSocket = await settingsOf({ ...BROKER, broker: 'wss://broker.example' });
    expect(codes(webSocket.warnings)).to.deep.equal(['mqtt-tls-unverified']);
  });

  it('warns when TLS is ticked and the address says otherwise', async () => {
    const { warnings, options } = await settingsOf({ ...ENCRYPTED, broker: 'mqtt://broker.example' }, TLS);
    expect(codes(warnings)).to.deep.equal(['mqtt-not-encrypted']);
    expect(options).not.to.have.property('tls');
  });

  it('has a problem with a TLS configuration that could not be loaded', async () => {
    const tls = { ...TLS, cert: certificateFile, key: `${keyFile}.missing` };
    const { problems } = await settingsOf(ENCRYPTED, tls);
    expect(problems).to.have.length(1);
    expect(problems[0]).to.deep.include({ nodeId: 'receiver', code: 'mqtt-tls-config-invalid' });
    const half = await settingsOf(ENCRYPTED, { ...TLS, cert: certificateFile });
    expect(codes(half.problems)).to.deep.equal(['mqtt-tls-config-invalid']);
  });

  it('warns that a proxy is not used', () => {
    const broker = { brokerurl: 'ws://broker.example', options: { wsOptions: { agent: {} } } };
    const { warnings } = mqttBroker(broker, undefined, IDENTITY);
    expect(codes(warnings)).to.deep.equal(['mqtt-proxy-unused']);
  });
});

describe('mqttClientId', () => {
  it('is what every broker accepts, stays the same, and differs between receivers and instances', () => {
    const id = mqttClientId(IDENTITY);
    expect(id).to.match(/^[0-9a-zA-Z]{23}$/);
    expect(mqttClientId({ ...IDENTITY })).to.equal(id);
    expect(mqttClientId({ ...IDENTITY, nodeId: 'other' })).not.to.equal(id);
    expect(mqttClientId({ ...IDENTITY, instanceId: 'other' })).not.to.equal(id);
    expect(mqttClientId({ instanceId: 'a', nodeId: 'bc' })).not.to.equal(mqttClientId({ instanceId: 'ab', nodeId: 'c' }));
  });
});
