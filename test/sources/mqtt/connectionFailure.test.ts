import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { expect } from 'chai';
import type { ConnectionFailure } from '../../../src/mqtt/connectFailure';
import { connectionFailure } from '../../../src/sources/mqtt/connectionFailure';
import { parseMqttAddress } from '../../../src/mqtt/MqttAddress';
import type { MqttOptions, MqttTlsOptions } from '../../../src/sources/mqtt/MqttOptions';
import { packageRoot } from '../../support/packageRoot';

const cert = readFileSync(join(packageRoot, 'test/support/tls/test-only-certificate.pem'), 'utf8');
const plainKey = readFileSync(join(packageRoot, 'test/support/tls/test-only-key.pem'), 'utf8');

const encrypted = (type: 'pkcs8' | 'sec1'): string =>
  createPrivateKey(plainKey).export({ type, format: 'pem', cipher: 'aes-256-cbc', passphrase: 'right passphrase' }) as string;
const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

function judge(error: Error, tls: MqttTlsOptions): ConnectionFailure {
  const options: MqttOptions = {
    url: 'mqtts://broker.example', protocolVersion: 4, clientId: 'test', keepalive: 60, cleanSession: true, connectTimeout: 30_000,
    reconnectPeriod: 5000, subscription: { topic: '#', qos: 1 }, tls,
  };
  const address = parseMqttAddress(options.url);
  if (address === undefined) throw new Error('The address cannot be read.');
  return connectionFailure({ error, lasted: undefined, disconnectReason: undefined }, options, address);
}

/** What this Node.js and its OpenSSL really say. */
function errorWith(tls: MqttTlsOptions): Error {
  try {
    createSecureContext(tls);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('This key can be used.');
}

describe('connectionFailure', () => {
  const unusable: Readonly<Record<string, MqttTlsOptions>> = {
    'a wrong passphrase': { cert, key: encrypted('pkcs8'), passphrase: 'wrong passphrase' },
    'a wrong passphrase of an old key file': { cert, key: encrypted('sec1'), passphrase: 'wrong passphrase' },
    'no passphrase where the key needs one': { cert, key: encrypted('pkcs8') },
    'a key that belongs to another certificate': { cert, key: otherKey },
    'a certificate in place of the key': { cert, key: cert },
    'a key in place of the certificate': { cert: plainKey, key: plainKey },
    'a key file with a piece missing': { cert, key: `${plainKey.slice(0, 100)}\n-----END PRIVATE KEY-----\n` },
    'something else than PKCS #12': { pfx: Buffer.from('not a key store'), passphrase: 'wrong passphrase' },
  };

  for (const [what, tls] of Object.entries(unusable)) {
    it(`sends the user to passphrase and files for ${what}`, () => {
      const { status, problem, slow } = judge(errorWith(tls), tls);
      expect(status).to.deep.equal({ state: 'failed', text: 'TLS key unusable' });
      expect(problem?.code).to.equal('mqtt-tls-key');
      expect(problem?.what).to.contain('cannot be opened, or does not fit its certificate');
      expect(problem?.fix).to.contain('passphrase').and.to.contain('TLS configuration');
      expect(JSON.stringify(problem)).not.to.contain('wrong passphrase').and.not.to.contain('authority');
      expect(slow).to.equal(true);
    });
  }

  for (const code of ['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_SSL_WRONG_VERSION_NUMBER']) {
    it(`sends the user to the broker's certificate for ${code}`, () => {
      const { problem } = judge(Object.assign(new Error('refused'), { code }), { cert, key: plainKey });
      expect(problem?.code).to.equal('mqtt-tls-refused');
      expect(problem?.fix).to.contain('authority');
    });
  }

  it('says why nothing is to be reached, where the operating system knows', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(judge(refused, {}).problem?.why).to.equal('The cause: nothing listens there (ECONNREFUSED).');
    expect(judge(new Error('closed early'), {}).problem?.why).to.match(/^Nothing at this address answered as an MQTT broker within \d+ ms\.$/);
  });

  it('sends nobody to the key for an error without a code while there is no PKCS #12 file', () => {
    expect(judge(new Error('not enough data'), {}).problem?.code).to.equal('mqtt-unreachable');
  });
});
