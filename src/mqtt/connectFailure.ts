import { networkCause } from '../ports/networkCause';
import type { BrokerOptions } from './BrokerOptions';
import type { MqttAddress } from './MqttAddress';

/** How a connection ended. */
export interface ConnectionEnd {
  /** The first thing that went wrong; undefined when the broker closed the connection without a word. */
  readonly error: Error | undefined;
  /** ms that the broker had accepted the connection; undefined when it never did. */
  readonly lasted: number | undefined;
  /** The reason of the DISCONNECT packet that a version 5 broker sent. */
  readonly disconnectReason: number | undefined;
}

/** What went wrong: what, why, and what to do about it. */
export interface ConnectionProblem {
  readonly code: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** What the end of a connection means for the user, and for the next attempt. */
export interface ConnectionFailure {
  readonly status: { readonly state: 'waiting' | 'failed'; readonly text: string };
  /** Undefined when it is only to be expected, like a broker that restarts. */
  readonly problem: ConnectionProblem | undefined;
  /** Whether trying again soon is pointless, or even harmful: accounts are locked after too many refused logins. */
  readonly slow: boolean;
}

const WRONG_PASSWORD = new Set([4, 134]);
const NOT_AUTHORISED = new Set([5, 135, 138, 140]);
const WRONG_VERSION = new Set([1, 132]);
const WRONG_CLIENT_ID = new Set([2, 133]);
/** The broker is there but cannot serve anybody, or not so many, just now. */
const UNAVAILABLE = new Set([3, 136, 137, 139, 151, 159]);

/** Reason codes of DISCONNECT (MQTT 5, 3.14.2.1) that call for no action of their own. */
const SERVER_SHUTTING_DOWN = 139;
export const SESSION_TAKEN_OVER = 142;

/**
 * Judges how a connection to a broker failed or ended. No text contains the password or the user part of the address.
 * The numbers are the reason codes of CONNACK (MQTT 3.1.1, 3.2.2.3; MQTT 5, 3.2.2.2).
 */
export function connectFailure(end: ConnectionEnd, options: BrokerOptions, address: MqttAddress): ConnectionFailure {
  const { error } = end;
  if (end.lasted !== undefined) return disconnected(end.disconnectReason, address);
  const code = errorCode(error);
  if (typeof code === 'number') return refused(code, options, address);
  if (isKeyError(code, error, options)) return keyRefused(code, error, address);
  if (typeof code === 'string' && isTlsError(code)) return tlsRefused(code, error, address);
  return unreachable(code, error, options, address);
}

/** Several disconnects in a minute, each shortly after the connection stood: another client has the same id. */
export function clientIdInUse(disconnects: number, options: BrokerOptions, address: MqttAddress): ConnectionFailure {
  return failed('client id in use', {
    code: 'mqtt-client-id-in-use',
    what: `The broker at ${address.text} ended the connection ${String(disconnects)} times in a minute, soon after accepting it.`,
    why:
      `Another client probably uses the client id "${options.clientId}" as well. A broker keeps only the newest connection ` +
      'of an id, so the two end each other.',
    fix: 'Stop the other client, or give this one a client id of its own. Until then one attempt is made about every 30 s.',
  });
}

export function badAddress(): ConnectionFailure {
  return failed('bad address', {
    code: 'mqtt-bad-address',
    what: 'The address of the MQTT broker cannot be read.',
    why: 'It must have the form scheme://host:port, where the scheme is mqtt, mqtts, ws or wss.',
    fix: 'Correct the address in the broker settings, for example mqtt://localhost:1883.',
  });
}

/** The connection is lost, which is only to be expected now and then. */
export function lost(): ConnectionFailure {
  return { status: { state: 'waiting', text: 'reconnecting' }, problem: undefined, slow: false };
}

/** The broker ended a connection that it had accepted. */
function disconnected(reason: number | undefined, address: MqttAddress): ConnectionFailure {
  if (reason === undefined || reason < 0x80 || reason === SERVER_SHUTTING_DOWN || reason === SESSION_TAKEN_OVER) return lost();
  return {
    ...lost(),
    problem: {
      code: 'mqtt-disconnected',
      what: `The broker at ${address.text} ended the connection with code ${String(reason)}.`,
      why: 'The codes are those of DISCONNECT in MQTT 5, section 3.14.2.1.',
      fix: "Look for the reason in the broker's log. The connection is made again by itself.",
    },
  };
}

function refused(code: number, options: BrokerOptions, address: MqttAddress): ConnectionFailure {
  if (UNAVAILABLE.has(code)) return unreachable(`code ${String(code)}, unavailable`, undefined, options, address);
  const what = `The broker at ${address.text} refused the connection with code ${String(code)}.`;
  if (WRONG_PASSWORD.has(code) || NOT_AUTHORISED.has(code)) {
    const isAnonymous = options.username === undefined && address.username === undefined;
    const login = isAnonymous ? 'without a user name' : 'with the user name and password that are set';
    return failed(WRONG_PASSWORD.has(code) ? 'wrong password' : 'not authorised', {
      code: 'mqtt-login-refused',
      what,
      why: `It does not accept this client ${login}.`,
      fix: 'Check user name and password in the broker settings. One attempt is made about every 30 s.',
    });
  }
  if (WRONG_VERSION.has(code)) {
    return failed('wrong version', {
      code: 'mqtt-version-refused',
      what,
      why: `It does not speak MQTT ${versionName(options)}.`,
      fix: 'Choose another protocol version in the broker settings; nearly every broker speaks 3.1.1.',
    });
  }
  return failed('connection refused', {
    code: 'mqtt-connection-refused',
    what,
    why: WRONG_CLIENT_ID.has(code)
      ? `It does not accept the client id "${options.clientId}" of ${String(options.clientId.length)} characters.`
      : 'The meaning of the code is in the documentation of the broker.',
    fix: WRONG_CLIENT_ID.has(code)
      ? 'Choose another client id.'
      : "Look for the reason in the broker's log. One attempt is made about every 30 s.",
  });
}

function tlsRefused(code: string, error: Error | undefined, address: MqttAddress): ConnectionFailure {
  return failed('TLS refused', {
    code: 'mqtt-tls-refused',
    what: `No encrypted connection to ${address.text}: ${code}.`,
    why: error?.message ?? 'The two sides could not agree.',
    fix:
      "Give the certificate of the authority that signed the broker's, check the server name, and that the port is the one " +
      'for TLS. One attempt is made about every 30 s.',
  });
}

/** The connection was not even tried. OpenSSL's texts carry neither key nor passphrase. */
function keyRefused(code: string | undefined, error: Error | undefined, address: MqttAddress): ConnectionFailure {
  return failed('TLS key unusable', {
    code: 'mqtt-tls-key',
    what: `No encrypted connection to ${address.text}: the own key cannot be opened, or does not fit its certificate.`,
    why: [code, error?.message].filter((part) => part !== undefined).join(': '),
    fix:
      'Check the passphrase, and the files of key and certificate, in the TLS configuration of the broker settings. ' +
      'One attempt is made about every 30 s.',
  });
}

function unreachable(
  code: string | undefined,
  error: Error | undefined,
  options: BrokerOptions,
  address: MqttAddress,
): ConnectionFailure {
  const detail = code ?? error?.message ?? 'the connection was closed before the broker answered';
  return {
    ...lost(),
    problem: {
      code: 'mqtt-unreachable',
      what: `No connection to the broker at ${address.text}: ${detail}.`,
      // Where the operating system knows why, it did so at once.
      why:
        typeof code === 'string' && error !== undefined
          ? `The cause: ${networkCause(error)}.`
          : `Nothing at this address answered as an MQTT broker within ${String(options.connectTimeout)} ms.`,
      fix:
        'Check that the broker runs, and address, port and firewall. An attempt is made about every ' +
        `${String(options.reconnectPeriod)} ms.`,
    },
  };
}

/** Something that is not likely to pass by itself. */
export function failed(text: string, problem: ConnectionProblem): ConnectionFailure {
  return { status: { state: 'failed', text }, problem, slow: true };
}

export function versionName(options: BrokerOptions): string {
  return { 3: '3.1', 4: '3.1.1', 5: '5' }[options.protocolVersion];
}

/** A number from CONNACK, a name from the operating system or OpenSSL, or nothing. */
function errorCode(error: Error | undefined): number | string | undefined {
  if (error === undefined) return undefined;
  // Node.js tries all addresses of a name at once and reports what became of each.
  const cause: unknown = error instanceof AggregateError && !('code' in error) ? error.errors[0] : error;
  const code: unknown = (cause as { code?: unknown }).code;
  return typeof code === 'number' || typeof code === 'string' ? code : undefined;
}

/** The names that Node.js gives to certificates it rejects (X509_V_ERR_…) and to handshakes that fail. */
function isTlsError(code: string): boolean {
  return /^(ERR_(TLS|SSL|OSSL|CRYPTO)|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO$)/.test(code);
}

/**
 * What OpenSSL says of a key or certificate of our own that it cannot use: a wrong passphrase or none (BAD_DECRYPT,
 * BAD_PASSWORD_READ), a file that is not what it should be (UNSUPPORTED, PEM_…, ASN1_…), two that do not belong together.
 * What the handshake finds is named ERR_SSL_… instead. For PKCS #12 files Node.js gives a text without a code.
 */
function isKeyError(code: string | undefined, error: Error | undefined, options: BrokerOptions): boolean {
  if (code !== undefined) {
    return /^ERR_OSSL_(BAD_DECRYPT|BAD_PASSWORD_READ|UNSUPPORTED|(EVP|PEM|ASN1|PKCS12)_|X509_KEY_)/.test(code);
  }
  return options.tls?.pfx !== undefined && /mac verify|not enough data|wrong tag|unsupported|decrypt/i.test(error?.message ?? '');
}
