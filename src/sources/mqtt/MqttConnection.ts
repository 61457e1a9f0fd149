import { performance } from 'node:perf_hooks';
import mqtt, { MqttClient, type IClientOptions, type IConnackPacket, type IPublishPacket } from 'mqtt';
import { clientOptions } from '../../mqtt/clientOptions';
import type { ConnectionEnd } from '../../mqtt/connectFailure';
import type { MqttAddress } from '../../mqtt/MqttAddress';
import { openSocket, tlsOptions } from '../../mqtt/openSocket';
import { InboundLane, NotStoredError } from './InboundLane';
import type { MessageIntake } from './MessageIntake';
import { DEFAULT_MAXIMUM_PACKET_SIZE, type MqttOptions } from './MqttOptions';
import { PacketStore } from './PacketStore';
import { ReadingPace } from './ReadingPace';
import type { SessionTopic } from './SessionTopic';

/**
 * Messages of QoS 1 and 2 that a version 5 broker may have under way. A group commit of 50 ms at 40,000 messages a second
 * holds 2,000 unacknowledged; four times that keeps the broker sending. Brokers were seen to exceed the number by one
 * when they resume a session, so nothing here counts or insists on it: it is a wish, with head-room, not a limit.
 */
const RECEIVE_MAXIMUM = 8192;

/** Topics that a version 5 broker may replace by a number. Bounds the table: 256 topics of 64 KiB are 16 MiB at worst. */
const TOPIC_ALIAS_MAXIMUM = 256;

/** Seconds; a week. Without an expiry a session of version 5 ends with its connection, whatever `cleanSession` says. */
const DEFAULT_SESSION_EXPIRY = 604_800;

/** ms that a broker may take, when it resumes a session, from one packet that it sends again to the next. */
const LONGEST_SILENCE = 3000;

/** The part of the keep-alive for which a socket may go unread, and ms that are the most of it. */
const UNREAD_PART = 0.25;
const LONGEST_UNREAD = 2000;

/** ms that `close` waits for messages that are being stored, so that their acknowledgements still go out. */
const LONGEST_SETTLING = 1000;
/** ms after which `close` no longer waits for the broker. */
const LONGEST_CLOSING = 1800;

/** Reason codes from this one on say that something was not done. */
const DENIED = 128;

/** The machine's time, which connections live by. */
const REAL_TIME = {
  monotonic: () => performance.now(),
  schedule: (delay: number, action: () => void) => {
    const timer = setTimeout(action, delay);
    return {
      cancel: () => {
        clearTimeout(timer);
      },
    };
  },
};

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

/** Why the session is still subscribed to the topic of before. */
export class UnsubscriptionDeniedError extends Error {
  override readonly name = 'UnsubscriptionDeniedError';

  /** @param reasonCode of UNSUBACK, 128 or more */
  constructor(readonly reasonCode: number, readonly topic: string) {
    super(`The broker did not end the subscription to "${topic}".`);
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
  constructor(
    options: MqttOptions, address: MqttAddress, intake: MessageIntake, sessionTopic: SessionTopic, listener: ConnectionListener,
  ) {
    this.#listener = listener;
    const isWebSocket = address.transport === 'websocket';
    const client = isWebSocket ? this.#viaWebSocket(options, address, intake) : this.#viaLane(options, address, intake);
    this.#client = client;
    client.on('connect', (packet) => {
      this.#connectedAt = performance.now();
      if (isWebSocket) intake.opened(options.protocolVersion === 3 ? undefined : packet.sessionPresent);
      if (intake.isSettled && sessionTopic.isNoted) this.#subscribe(options, packet, true);
      else void this.#subscribeLater(options, packet, intake, sessionTopic);
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

  #viaLane(options: MqttOptions, address: MqttAddress, intake: MessageIntake): MqttClient {
    return new MqttClient(() => {
      const decoder = {
        protocolVersion: options.protocolVersion,
        maximumPacketSize: options.maximumPacketSize ?? DEFAULT_MAXIMUM_PACKET_SIZE,
        topicAliasMaximum: options.protocolVersion === 5 ? TOPIC_ALIAS_MAXIMUM : 0,
      };
      const { keepalive } = options;
      const unread = keepalive === 0 ? LONGEST_UNREAD : Math.min(LONGEST_UNREAD, keepalive * 1000 * UNREAD_PART);
      const patience = (over: () => void): (() => void) => {
        const timer = REAL_TIME.schedule(unread, over);
        return () => {
          timer.cancel();
        };
      };
      const pace = new ReadingPace(REAL_TIME, () => intake.untilBatch);
      this.#lane = new InboundLane(openSocket(address, options.tls), decoder, intake, patience, pace);
      return this.#lane;
    }, subscriberOptions(options, address));
  }

  /**
   * Without a lane: mqtt.js reads all packets, one after the other, so that each waits until the one before it is stored. Should
   * that take longer than the keep-alive allows, the connection ends, and the messages come again.
   */
  #viaWebSocket(options: MqttOptions, address: MqttAddress, intake: MessageIntake): MqttClient {
    const client = mqtt.connect(options.url, {
      ...subscriberOptions(options, address),
      wsOptions: tlsOptions(options.tls) as NonNullable<IClientOptions['wsOptions']>,
      incomingStore: new PacketStore((packet, done) => {
        this.#storeOne(packet, intake, done);
      }),
    });
    client.handleMessage = (packet, done) => {
      if (packet.qos === 2) this.#releaseOne(packet, intake, done);
      else this.#storeOne(packet, intake, done);
    };
    return client;
  }

  /** A message that mqtt.js received. It looks at the next one, and acknowledges, when `done` is called. */
  #storeOne(packet: IPublishPacket, intake: MessageIntake, done: () => void): void {
    // Neither stored nor acknowledged: the broker keeps it.
    if (this.#closing) return;
    const { topic, qos, retain, dup, messageId: packetId = 0 } = packet;
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload);
    if (qos === 0 && intake.isFull) {
      intake.dropped(1);
      done();
      return;
    }
    const storing = (): Promise<void> | undefined => intake.store([{ topic, payload, qos, retain, dup, packetId }], payload.length);
    if (qos === 0) {
      // There is nothing to acknowledge, and so no reason to wait.
      this.#whenDone(storing, () => undefined, () => undefined);
      done();
    } else {
      this.#whenDone(storing, done);
    }
  }

  /** mqtt.js was told that the sender will not send a message of QoS 2 again. */
  #releaseOne(packet: IPublishPacket, intake: MessageIntake, done: () => void): void {
    if (!this.#closing) this.#whenDone(() => intake.release([packet.messageId ?? 0]), done);
  }

  #whenDone(act: () => Promise<void> | undefined, done: () => void, refused = (cause: unknown): void => {
    this.#fail(new NotStoredError('A message could not be stored and was not acknowledged.', { cause }));
  }): void {
    let acting: Promise<void> | undefined;
    try {
      acting = act();
    } catch (error) {
      refused(error);
      return;
    }
    if (acting === undefined) done();
    else acting.then(done, refused);
  }

  async #subscribeLater(
    options: MqttOptions, connack: IConnackPacket, intake: MessageIntake, sessionTopic: SessionTopic,
  ): Promise<void> {
    const { isNoted } = sessionTopic;
    try {
      await intake.settle(() => this.#pause(LONGEST_SILENCE));
      if (sessionTopic.former !== undefined) await this.#unsubscribe(sessionTopic.former);
      await sessionTopic.note();
    } catch (error) {
      if (this.#closing || !this.#client.connected) return;
      if (error instanceof UnsubscriptionDeniedError) this.#fail(error);
      else this.#fail(new NotStoredError('It could not be stored that there is a new session or another topic.', { cause: error }));
      return;
    }
    if (!this.#closing && this.#client.connected) this.#subscribe(options, connack, isNoted);
  }

  /** @throws UnsubscriptionDeniedError, which only a broker of version 5 can say */
  async #unsubscribe(topic: string): Promise<void> {
    // The answer, with a reason code for each topic in version 5.
    const unsuback = (await this.#client.unsubscribeAsync(topic)) as { readonly granted?: readonly number[] } | undefined;
    const reasonCode = unsuback?.granted?.[0] ?? 0;
    if (reasonCode >= DENIED) throw new UnsubscriptionDeniedError(reasonCode, topic);
  }

  /** Rejects when the connection ends. */
  #pause(duration: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#client.off('close', end);
        // Where the process stood still meanwhile, what the broker sent waits to be read: timers come first, and sockets after them.
        setImmediate(() => setImmediate(resolve));
      }, duration);
      const end = (): void => {
        clearTimeout(timer);
        reject(new Error('The connection ended.'));
      };
      this.#client.once('close', end);
    });
  }

  /** @param isNoted whether it is known that the topic was subscribed to, if the session went on */
  #subscribe(options: MqttOptions, connack: IConnackPacket, isNoted: boolean): void {
    const { topic, qos } = options.subscription;
    // In a session that went on, what the broker retains has come already (rh 1), unless the log that it came to was given up.
    // Before version 5 it comes at each connection.
    const retained = options.protocolVersion === 5 && !options.cleanSession && isNoted ? { rh: 1 as const } : {};
    this.#client.subscribe(topic, { qos, ...retained }, (error, granted, packet) => {
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
