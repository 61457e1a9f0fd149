import { performance } from 'node:perf_hooks';
import mqtt, { MqttClient, type IClientOptions, type IConnackPacket } from 'mqtt';
import type { BrokerOptions } from '../../mqtt/BrokerOptions';
import { clientOptions } from '../../mqtt/clientOptions';
import type { ConnectionEnd } from '../../mqtt/connectFailure';
import type { MqttAddress } from '../../mqtt/MqttAddress';
import { openSocket, tlsOptions } from '../../mqtt/openSocket';

/** ms after which `close` no longer waits for the broker. */
const LONGEST_CLOSING = 1000;

/** What the broker allows (CONNACK of MQTT 5, 3.2.2.3); brokers of older versions do not say. */
export interface BrokerLimits {
  /** Bytes of a whole packet. */
  readonly packetSize: number;
  /** Publishes that may wait for their acknowledgement. */
  readonly inFlight: number;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

export interface Publication {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly userProperties: Readonly<Record<string, string>> | undefined;
}

/** Who wants to know what becomes of a connection. */
export interface PublisherListener {
  connected(limits: BrokerLimits): void;
  /** Comes once, when the socket is closed. Never after `close` was called. */
  ended(end: ConnectionEnd): void;
}

/**
 * One connection that publishes, from the socket to its end; whoever wants another one makes another object. So no answer
 * that comes late can be taken for one of a new connection.
 */
export class MqttPublisher {
  readonly #client: MqttClient;
  readonly #closed: Promise<void>;
  #error: Error | undefined;
  #disconnectReason: number | undefined;
  #connectedAt: number | undefined;
  #closing = false;

  /** @throws when certificate or key cannot be used */
  constructor(options: BrokerOptions, address: MqttAddress, listener: PublisherListener) {
    const client = connect(options, address);
    this.#client = client;
    client.on('connect', (packet) => {
      this.#connectedAt = performance.now();
      if (!this.#closing) listener.connected(limitsOf(packet));
    });
    client.on('disconnect', (packet) => {
      this.#disconnectReason = packet.reasonCode;
    });
    client.on('error', (error) => {
      this.fail(error);
    });
    // mqtt.js keeps errors of a stream to itself when they have no code.
    client.stream.on('error', (error: Error) => {
      this.#error ??= error;
    });
    this.#closed = new Promise((resolve) => {
      client.once('close', () => {
        resolve();
        if (!this.#closing) listener.ended(this.#end);
      });
    });
  }

  get #end(): ConnectionEnd {
    return {
      error: this.#error,
      lasted: this.#connectedAt === undefined ? undefined : performance.now() - this.#connectedAt,
      disconnectReason: this.#disconnectReason,
    };
  }

  /**
   * @param done called when the broker has acknowledged (QoS 1) or the message is written (QoS 0), perhaps at once; with a
   * reason code where the broker refuses it. Never called where the connection ends before.
   */
  publish({ topic, payload, qos, retain, userProperties }: Publication, done: (refusal: number | undefined) => void): void {
    const properties = userProperties === undefined ? {} : { properties: { userProperties: { ...userProperties } } };
    this.#client.publish(topic, payload, { qos, retain, ...properties }, (error) => {
      if (!(error instanceof Error)) {
        done(undefined);
        return;
      }
      const code: unknown = (error as { readonly code?: unknown }).code;
      // Without a code of the broker it is only the end of the connection.
      if (typeof code === 'number' && code >= 0x80) done(code);
    });
  }

  /** Ends the connection because of an error. */
  fail(error: Error): void {
    this.#error ??= error;
    this.#client.stream.destroy();
  }

  /** Says goodbye and resolves when the socket is closed, after 1 s at most. */
  async close(): Promise<void> {
    this.#closing = true;
    const deadline = setTimeout(() => this.#client.stream.destroy(), LONGEST_CLOSING);
    try {
      // What is not acknowledged is sent again by somebody else, or lost and counted; so nothing is waited for.
      if (this.#client.connected) this.#client.end(false, { reasonCode: 0 });
      else this.#client.end(true);
      await this.#closed;
    } finally {
      clearTimeout(deadline);
    }
  }
}

function connect(options: BrokerOptions, address: MqttAddress): MqttClient {
  const publisher: IClientOptions = { ...clientOptions(options, address), clean: true };
  if (address.transport === 'websocket') {
    return mqtt.connect(options.url, {
      ...publisher,
      wsOptions: tlsOptions(options.tls) as NonNullable<IClientOptions['wsOptions']>,
    });
  }
  return new MqttClient(() => openSocket(address, options.tls), publisher);
}

function limitsOf({ properties }: IConnackPacket): BrokerLimits {
  return {
    packetSize: properties?.maximumPacketSize ?? Infinity,
    inFlight: properties?.receiveMaximum ?? Infinity,
    qos: properties?.maximumQoS === 0 ? 0 : 1,
    retain: properties?.retainAvailable ?? true,
  };
}
