import { createHash } from 'node:crypto';
import type { MqttSecret, MqttTlsOptions } from '../engine/Engine';
import type { Problem } from '../plan/Problem';

/** Whose connection it will be. */
export interface MqttClientIdentity {
  /** Tells this Node-RED from others that run the same flow. */
  readonly instanceId: string;
  /** The receiver; every receiver has a connection of its own. */
  readonly nodeId: string;
}

/** What a broker node asks for. */
export interface MqttBrokerSettings {
  readonly options: MqttSecret;
  /** With one of these the connection must not be made. */
  readonly problems: readonly Problem[];
  /** Works, but not as the user may believe. */
  readonly warnings: readonly Problem[];
}

/** ms; what mqtt.js, and so Node-RED's own MQTT nodes, wait for a broker's answer. */
const CONNECT_TIMEOUT = 30_000;
/** ms; Node-RED's own default. */
const RECONNECT_PERIOD = 5000;
/** Seconds; a week. What a broker keeps for a receiver that must lose nothing, when the broker node does not say how long. */
const DURABLE_SESSION_EXPIRY = 604_800;
/** Seconds; Node-RED's own default. */
const KEEPALIVE = 60;
/** MQTT 3.1.1, 3.1.3.1: what every broker must accept, in characters of 0-9, a-z and A-Z. */
const LONGEST_CLIENT_ID = 23;

const SECURE_SCHEMES: Readonly<Record<string, string>> = { 'mqtt:': 'mqtts:', 'tcp:': 'mqtts:', 'ws:': 'wss:' };

/**
 * Reads Node-RED's `mqtt-broker` config node, as it is at run time (4.1 and 5), into options for a connection of our
 * own. Last will, client id, clean session and proxy belong to the broker node's own connection and are left out.
 * A receiver whose graph keeps a log has a session that outlives its connections: the broker keeps what comes while Node-RED is
 * away, and what was not acknowledged. Others begin with a clean session, because what they would get belongs to no batch of theirs.
 *
 * @param brokerNode the live node; any object
 * @param tlsNode the live `tls-config` node that the broker node names, when it names one
 * @param isDurable whether it is for a receiver of a graph with a checkpoint
 */
export function mqttBroker(
  brokerNode: object,
  tlsNode: object | undefined,
  identity: MqttClientIdentity,
  isDurable = false,
): MqttBrokerSettings {
  const broker = brokerNode as Readonly<Record<string, unknown>>;
  const options = asObject(broker.options);
  const tls = tlsOf(options);
  const url = urlOf(broker, tls);
  const username = text(options.username);
  const password = text(options.password);
  const sessionExpiry = expiryOf(asObject(options.properties).sessionExpiryInterval, isDurable);
  return {
    options: {
      url,
      protocolVersion: options.protocolVersion === 3 || options.protocolVersion === 5 ? options.protocolVersion : 4,
      clientId: mqttClientId(identity),
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      keepalive: number(options.keepalive, KEEPALIVE),
      cleanSession: !isDurable,
      ...(sessionExpiry === undefined ? {} : { sessionExpiry }),
      connectTimeout: CONNECT_TIMEOUT,
      reconnectPeriod: number(options.reconnectPeriod, RECONNECT_PERIOD),
      ...(isSecure(url) ? { tls } : {}),
    },
    problems: problemsOf(tlsNode, url, identity),
    warnings: warningsOf(broker, tlsNode, tls, url, identity),
  };
}

/** Seconds. A session that ends with its connection, which is what 0 says, would keep nothing for a receiver that must lose nothing. */
function expiryOf(value: unknown, isDurable: boolean): number | undefined {
  if (typeof value === 'number' && (value > 0 || !isDurable)) return value;
  return isDurable ? DURABLE_SESSION_EXPIRY : undefined;
}

/** A client id that stays the same across restarts and differs between receivers and between instances. */
export function mqttClientId(identity: MqttClientIdentity): string {
  const hash = createHash('sha256').update(JSON.stringify([identity.instanceId, identity.nodeId])).digest('hex');
  return `dstream${hash}`.slice(0, LONGEST_CLIENT_ID);
}

function problemsOf(tlsNode: object | undefined, url: string, { nodeId }: MqttClientIdentity): Problem[] {
  if (tlsNode === undefined || (tlsNode as { valid?: unknown }).valid !== false || !isSecure(url)) return [];
  return [
    {
      nodeId,
      code: 'mqtt-tls-config-invalid',
      what: 'The TLS configuration of the MQTT broker could not be loaded.',
      why:
        'A file cannot be read, or only one of certificate and key is set. Without them the connection would be made with ' +
        'other credentials than intended.',
      fix: 'Correct the tls-config node of the broker; its own error message says which file it is.',
    },
  ];
}

function warningsOf(
  broker: Readonly<Record<string, unknown>>,
  tlsNode: object | undefined,
  tls: MqttTlsOptions,
  url: string,
  { nodeId }: MqttClientIdentity,
): Problem[] {
  const warnings: Problem[] = [];
  if (isSecure(url) && tls.rejectUnauthorized === false) {
    warnings.push({
      nodeId,
      code: 'mqtt-tls-unverified',
      what: "The connection to the MQTT broker is encrypted, but the broker's certificate is not checked.",
      why: `${
        tlsNode === undefined
          ? 'Without a tls-config node Node-RED accepts any certificate'
          : 'The tls-config node says not to verify the server certificate'
      }, so anybody in between can read the password and the messages.`,
      fix:
        tlsNode === undefined
          ? 'Add a tls-config node to the broker, with the certificate of its authority when that is not a public one.'
          : 'Tick "Verify server certificate" in the tls-config node and give it the certificate of the authority.',
    });
  }
  if (isTrue(broker.usetls) && !isSecure(url)) {
    warnings.push({
      nodeId,
      code: 'mqtt-not-encrypted',
      what: 'The MQTT broker node says to use TLS, but the connection is not encrypted.',
      why: "The address begins with the scheme of a plain connection, and in Node-RED the address's scheme decides.",
      fix: 'Let the address begin with mqtts:// or wss://, or leave the scheme out.',
    });
  }
  if (asObject(asObject(broker.options).wsOptions).agent !== undefined) {
    warnings.push({
      nodeId,
      code: 'mqtt-proxy-unused',
      what: 'The connection to the MQTT broker does not go through the proxy that is set for Node-RED.',
      why: 'The receiver makes its own connection, and a proxy cannot be handed to it.',
      fix: 'Use a broker that can be reached directly, or wire an ordinary "mqtt in" node to the receiver.',
    });
  }
  return warnings;
}

/** The address. Like mqtt.js, a client certificate turns a plain address into an encrypted one. */
function urlOf(broker: Readonly<Record<string, unknown>>, tls: MqttTlsOptions): string {
  const url = text(broker.brokerurl) ?? '';
  const scheme = /^[a-z]+:/i.exec(url)?.[0] ?? '';
  const secure = SECURE_SCHEMES[scheme.toLowerCase()];
  return tls.cert !== undefined && tls.key !== undefined && secure !== undefined ? secure + url.slice(scheme.length) : url;
}

function isSecure(url: string): boolean {
  return /^(mqtts|ssl|tls|wss):/i.test(url);
}

/** What a tls-config node, or the broker node without one, left among the options. Files come as Buffers, PEM is text. */
function tlsOf(options: Readonly<Record<string, unknown>>): MqttTlsOptions {
  const ca = text(options.ca);
  const cert = text(options.cert);
  const key = text(options.key);
  const passphrase = text(options.passphrase);
  const servername = text(options.servername);
  const protocols: unknown = options.ALPNProtocols;
  const alpn = Array.isArray(protocols) ? text(protocols[0]) : undefined;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(servername === undefined ? {} : { servername }),
    ...(alpn === undefined ? {} : { alpn }),
    rejectUnauthorized: isTrue(options.rejectUnauthorized),
  };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function text(value: unknown): string | undefined {
  if (Buffer.isBuffer(value)) return value.toString('utf8');
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function number(value: unknown, standard: number): number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : standard;
}

/** Node-RED keeps ticks as booleans, and as text in old flows. */
function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}
