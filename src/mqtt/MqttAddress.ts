/** Where a broker listens and how to talk to it. */
export interface MqttAddress {
  readonly transport: 'tcp' | 'tls' | 'websocket';
  /** A name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** From the user part of the address; an explicit user name goes before it. */
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** `host:port`, without anything secret. */
  readonly text: string;
}

interface Scheme {
  readonly transport: MqttAddress['transport'];
  readonly port: number;
}

const SCHEMES: ReadonlyMap<string, Scheme> = new Map<string, Scheme>([
  ['mqtt:', { transport: 'tcp', port: 1883 }],
  ['tcp:', { transport: 'tcp', port: 1883 }],
  ['mqtts:', { transport: 'tls', port: 8883 }],
  ['ssl:', { transport: 'tls', port: 8883 }],
  ['tls:', { transport: 'tls', port: 8883 }],
  ['ws:', { transport: 'websocket', port: 80 }],
  ['wss:', { transport: 'websocket', port: 443 }],
]);

/** Reads the address of a broker; undefined when it is none. */
export function parseMqttAddress(url: string): MqttAddress | undefined {
  if (!URL.canParse(url)) return undefined;
  const parsed = new URL(url);
  const scheme = SCHEMES.get(parsed.protocol);
  if (scheme === undefined || parsed.hostname === '') return undefined;
  const port = parsed.port === '' ? scheme.port : Number(parsed.port);
  return {
    transport: scheme.transport,
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port,
    username: decoded(parsed.username),
    password: decoded(parsed.password),
    text: `${parsed.hostname}:${String(port)}`,
  };
}

function decoded(part: string): string | undefined {
  if (part === '') return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
