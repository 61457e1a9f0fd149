/** What a client shows and checks when the connection is encrypted. */
export interface MqttTlsOptions {
  /** Certificate authorities to trust instead of the machine's own: PEM. */
  readonly ca?: string | Buffer;
  /** The client's own certificate, PEM; goes with `key`. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** Certificate and key in one file, instead of `cert` and `key`. */
  readonly pfx?: string | Buffer;
  /** Opens `key` or `pfx`. */
  readonly passphrase?: string;
  /** The name that the broker's certificate must carry; the host of the address when absent. */
  readonly servername?: string;
  /** The protocol to ask for by ALPN, for brokers that share their port with others. */
  readonly alpn?: string;
  /** Whether a certificate that cannot be checked ends the connection; true when absent. */
  readonly rejectUnauthorized?: boolean;
}

/** How to reach a broker, and as whom. */
export interface BrokerOptions {
  /** `mqtt:`, `tcp:` (plain), `mqtts:`, `ssl:`, `tls:` (encrypted), `ws:`, `wss:` (WebSocket). The scheme decides about TLS. */
  readonly url: string;
  /** 3 is MQTT 3.1, 4 is MQTT 3.1.1, 5 is MQTT 5. */
  readonly protocolVersion: 3 | 4 | 5;
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  /** Seconds between signs of life; 0 turns them off. */
  readonly keepalive: number;
  /** False: the broker keeps the subscription and what it could not deliver while this client is away. */
  readonly cleanSession: boolean;
  /** Seconds that a broker of version 5 keeps a session that is not clean; a week when absent. */
  readonly sessionExpiry?: number;
  /** ms until a connection without an answer counts as failed. */
  readonly connectTimeout: number;
  /** ms between attempts, on average. */
  readonly reconnectPeriod: number;
  readonly tls?: MqttTlsOptions;
}
