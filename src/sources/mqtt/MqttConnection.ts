import { performance } from 'node:perf_hooks';
import mqtt, { MqttClient, type IClientOptions, type IConnackPacket, type IPublishPacket } from 'mqtt';
import { clientOptions } from '../../mqtt/clientOptions';
import type { ConnectionEnd } from '../../mqtt/connectFailure';
import type { MqttAddress } from '../../mqtt/MqttAddress';
import { openSocket, tlsOptions } from '../../mqtt/openSocket';
import { InboundLane, NotStoredError, type StoreMessages } from './InboundLane';
import { DEFAULT_MAXIMUM_PACKET_SIZE, type MqttOptions } from './MqttOptions';

/**
 * Messages of QoS 1 that a version 5 broker may have under way. A group commit of 50 ms at 40,000 messages a second
 * holds 2,000 unacknowledged; four times that keeps the broker sending. Brokers were seen to exceed the number by one
 * when they resume a session, so nothing here counts or insists on it: it is a wish, with head-room, not a limit.
 */
const RECEIVE_MAXIMUM = 8192;

/** Topics that a version 5 broker may replace by a number. Bounds the table: 256 topics of 64 KiB are 16 MiB at worst. */
const TOPIC_ALIAS_MAXIMUM = 256;

/** Seconds; a week. Without an expiry a session of version 5 ends with its connection, whatever `cleanSession` says. */
const DEFAULT_SESSION_EXPIRY = 604_800;

/** ms that `close` waits for messages that are being stored, so that their acknowledgements still go out. */
const LONGEST_SETTLING = 1000;
/** ms after which `close` no longer waits for the broker. */
const LONGEST_CLOSING = 1800;

/** Why the broker refused the subscription. */
export class SubscriptionDeniedError extends Error {
  override readonly name = 'SubscriptionDeniedError';

  /** @param reasonCode of SUBACK, 128 or more; undefined when the topic filter itself is wrong */
  constructor(
    readonly reasonCode: number | undefined,
    message: string,
  ) {
    super(message);
  }
}

/** Who wants to know what becomes of a connection. */
export interface ConnectionListener {
  /** The broker accepted connection and subscription. */
  subscribed(grantedQos: number, sessionPresent: boolean): void;
  /** Comes once, when the socket is closed. Never after `close` was called. */
  ended(end: ConnectionEnd): void;
}

/**
 * One connection to the broker, from the socket to its end; whoever wants another one makes another object. So nothing
 * of an old connection, neither packet ids nor topic aliases nor timers, can reach into a new one.
 */
export class MqttConnection {
  readonly #client: MqttClient;
  readonly #listener: ConnectionListener;
  readonly #closed: Promise<void>;
  #lane: InboundLane | undefined;
  #error: Error | undefined;
  #disconnectReason: number | undefined;
  #connectedAt: number | undefined;
  #subscribed = false;
  #closing = false;

  /** @throws when certificate or key cannot be used */
  constructor(options: MqttOptions, address: MqttAddress, store: StoreMessages, listener: ConnectionListener) {
    this.#listener = listener;
    const isWebSocket = address.transport === 'websocket';
    const client = isWebSocket ? this.#viaWebSocket(options, address) : this.#viaLane(options, address, store);
    this.#client = client;
    client.handleMessage = (packet, done) => {
      this.#storeOne(packet, store, done);
    };
    client.on('connect', (packet) => {
      this.#connectedAt = performance.now();
      this.#subscribe(options, packet);
    });
    client.on('disconnect', (packet) => {
      this.#disconnectReason = packet.reasonCode;
    });
    client.on('error', (error) => {
      this.#fail(error);
    });
    // mqtt.js keeps errors of a stream to itself when they have no code.
    client.stream.on('error', (error: Error) => {
      this.#error ??= error;
    });
    this.#closed = new Promise((resolve) => {
      client.once('close', () => {
        resolve();
        this.#end();
      });
    });
  }

  /**
   * Says goodbye and resolves when the socket is closed, after 2 s at most. Messages that are being stored may still be
   * acknowledged; no other is stored.
   */
  async close(): Promise<void> {
    this.#closing = true;
    this.#lane?.stopStoring();
    const deadline = setTimeout(() => this.#client.stream.destroy(), LONGEST_CLOSING);
    try {
      if (this.#lane !== undefined) await settledWithin(this.#lane, LONGEST_SETTLING);
      // Before the answer to SUBSCRIBE mqtt.js would wait for it; then there is nothing to say goodbye to.
      this.#client.end(!this.#subscribed || !this.#client.connected);
      await this.#closed;
    } finally {
      clearTimeout(deadline);
    }
  }

  #viaLane(options: MqttOptions, address: MqttAddress, store: StoreMessages): MqttClient {
    return new MqttClient(() => {
      const decoder = {
        protocolVersion: options.protocolVersion,
        maximumPacketSize: options.maximumPacketSize ?? DEFAULT_MAXIMUM_PACKET_SIZE,
        topicAliasMaximum: options.protocolVersion === 5 ? TOPIC_ALIAS_MAXIMUM : 0,
      };
      this.#lane = new InboundLane(openSocket(address, options.tls), decoder, store);
      return this.#lane;
    }, subscriberOptions(options, address));
  }

  #viaWebSocket(options: MqttOptions, address: MqttAddress): MqttClient {
    return mqtt.connect(options.url, {
      ...subscriberOptions(options, address),
      wsOptions: tlsOptions(options.tls) as NonNullable<IClientOptions['wsOptions']>,
    });
  }

  /**
   * A message that mqtt.js received: any on a WebSocket, elsewhere only one of QoS 2, left over from a subscription of
   * somebody else to the same session. mqtt.js looks at the next one, and acknowledges, when `done` is called.
   */
  #storeOne(packet: IPublishPacket, store: StoreMessages, done: () => void): void {
    // Neither stored nor acknowledged: the broker keeps it.
    if (this.#closing) return;
    const qos = packet.qos === 0 ? 0 : 1;
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload);
    const { topic, retain, dup, messageId: packetId = 0 } = packet;
    const refused = (cause: unknown): void => {
      if (qos === 1) this.#fail(new NotStoredError('A message could not be stored and was not acknowledged.', { cause }));
    };
    let storing: Promise<void> | undefined;
    try {
      storing = store([{ topic, payload, qos, retain, dup, packetId }]);
    } catch (error) {
      refused(error);
      if (qos === 0) done();
      return;
    }
    // At QoS 0 there is nothing to acknowledge, and so no reason to wait.
    if (qos === 0 || storing === undefined) done();
    storing?.then(qos === 0 ? undefined : done, refused);
  }

  #subscribe(options: MqttOptions, connack: IConnackPacket): void {
    const { topic, qos } = options.subscription;
    this.#client.subscribe(topic, { qos }, (error, granted, packet) => {
      if (this.#closing || this.#error !== undefined || !this.#client.connected) return;
      const answer = packet?.granted[0];
      const reasonCode = typeof answer === 'number' ? answer : undefined;
      if (error !== null) {
        this.#fail(new SubscriptionDeniedError(reasonCode, error.message));
        return;
      }
      this.#subscribed = true;
      this.#listener.subscribed(reasonCode ?? granted?.[0]?.qos ?? qos, connack.sessionPresent);
    });
  }

  #fail(error: Error): void {
    this.#error ??= error;
    this.#client.stream.destroy();
  }

  #end(): void {
    if (this.#closing) return;
    this.#listener.ended({
      error: this.#error,
      lasted: this.#connectedAt === undefined ? undefined : performance.now() - this.#connectedAt,
      disconnectReason: this.#disconnectReason,
    });
  }
}

async function settledWithin(lane: InboundLane, limit: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limit);
  });
  await Promise.race([lane.settled(), late]);
  clearTimeout(timer);
}

function subscriberOptions(options: MqttOptions, address: MqttAddress): IClientOptions {
  const properties = options.protocolVersion === 5 ? { properties: connectProperties(options, address) } : {};
  return { ...clientOptions(options, address), ...properties };
}

function connectProperties(options: MqttOptions, address: MqttAddress): NonNullable<IClientOptions['properties']> {
  return {
    receiveMaximum: RECEIVE_MAXIMUM,
    maximumPacketSize: options.maximumPacketSize ?? DEFAULT_MAXIMUM_PACKET_SIZE,
    // The lane keeps the table. On WebSockets there is no lane, and mqtt.js does not tell `handleMessage` what an alias means.
    ...(address.transport === 'websocket' ? {} : { topicAliasMaximum: TOPIC_ALIAS_MAXIMUM }),
    ...(options.cleanSession ? {} : { sessionExpiryInterval: options.sessionExpiry ?? DEFAULT_SESSION_EXPIRY }),
  };
}
