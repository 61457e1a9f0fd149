import { badAddress, connectFailure, type ConnectionEnd, type ConnectionFailure } from '../../mqtt/connectFailure';
import type { BrokerOptions } from '../../mqtt/BrokerOptions';
import { type MqttAddress, parseMqttAddress } from '../../mqtt/MqttAddress';
import type { Clock, Timer } from '../../ports/Clock';
import type { Random } from '../../ports/Random';
import { encode, UnsendableError } from '../encode';
import { quotedTopic, tooLarge, topicRefused, unsendable } from '../refusals';
import { retryText } from '../retry';
import type { Settled, Sink, SinkHost, SinkProblem, SinkRecord, SinkStatus } from '../Sink';
import { type BrokerLimits, MqttPublisher, type Publication } from './MqttPublisher';
import { topicFault, topicOf } from './topics';

/** Where to publish to, as whom, and what. */
export interface MqttSinkOptions {
  readonly broker: BrokerOptions;
  /** May hold `{topic}` and `{key}`; empty for the topic of each record. */
  readonly topic: string;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

/** Publishes that may wait for their acknowledgement, whatever more the broker allows. */
const WINDOW = 100;

/** ms between attempts when the broker said no: often enough to notice that somebody changed its settings. */
const SLOW_RETRY_PERIOD = 30_000;

/** ms without any acknowledgement after which a connection is given up. */
const LONGEST_SILENCE = 30_000;

/** After so many connections that the broker ended without having acknowledged anything, records go one by one. */
const SUSPICIOUS = 2;
/** After so many it is believed that it is the first record that the broker does not take. */
const CONVINCED = 6;

/** Reason codes of PUBACK (MQTT 5, 3.4.2.1) that may pass. */
const QUOTA_EXCEEDED = 151;

/** Bytes of a PUBLISH beside topic, payload and user properties: header, lengths and packet id. */
const PACKET_HEAD = 16;

/** The records that are being published. */
interface Delivery {
  readonly records: readonly SinkRecord[];
  /** 1 where a record needs nothing more on this connection. */
  readonly done: Uint8Array;
  /** 1 where `settled` was called. */
  readonly told: Uint8Array;
  readonly settled: Settled;
  readonly resolve: () => void;
  /** The first record that is not done, and the first that was not published on this connection. */
  first: number;
  next: number;
}

interface Connection {
  readonly publisher: MqttPublisher;
  /** Undefined until the broker has accepted it. */
  limits: BrokerLimits | undefined;
  /** Whether anything was acknowledged. */
  progress: boolean;
}

/**
 * Publishes each record and waits for the broker's acknowledgement. When a connection ends, everything from the first
 * record on that was not acknowledged is published again on the next one, also what came after it and was: so the last
 * message on a topic is always that of the newest record.
 */
export class MqttSink implements Sink {
  readonly #options: MqttSinkOptions;
  readonly #host: SinkHost;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #address: MqttAddress | undefined;
  #connection: Connection | undefined;
  #delivery: Delivery | undefined;
  #retry: Timer | undefined;
  #silence: Timer | undefined;
  #publishing = false;
  #stopped: Promise<void> | undefined;
  #status: SinkStatus | undefined;
  /** Connections, one after the other, that the broker ended before it had acknowledged anything. */
  #fruitless = 0;
  /** The kinds of problems told since the last time all was well, so that each is told once. */
  readonly #told = new Set<string>();

  /** @param random spreads the attempts of many clients after a broker restarts */
  constructor(options: MqttSinkOptions, host: SinkHost, clock: Clock, random: Random = Math.random) {
    this.#options = options;
    this.#host = host;
    this.#clock = clock;
    this.#random = random;
    this.#address = parseMqttAddress(options.broker.url);
  }

  start(): void {
    if (this.#address === undefined) {
      this.#show(badAddress());
      return;
    }
    this.#report({ state: 'connecting', text: 'connecting' });
    this.#connect(this.#address);
  }

  deliver(records: readonly SinkRecord[], settled: Settled): Promise<void> {
    if (this.#stopped !== undefined || records.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const { length } = records;
      this.#delivery = {
        records, settled, resolve, done: new Uint8Array(length), told: new Uint8Array(length), first: 0, next: 0,
      };
      this.#publish();
    });
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#retry?.cancel();
    this.#stopWatching();
    this.#delivery?.resolve();
    this.#delivery = undefined;
    await this.#connection?.publisher.close();
    this.#connection = undefined;
  }

  #connect(address: MqttAddress): void {
    if (this.#stopped !== undefined) return;
    try {
      const publisher = new MqttPublisher(this.#options.broker, address, {
        connected: (limits) => {
          connection.limits = limits;
          this.#connected(limits);
        },
        ended: (end) => {
          this.#ended(end, connection, address);
        },
      });
      const connection: Connection = { publisher, limits: undefined, progress: false };
      this.#connection = connection;
    } catch (error) {
      this.#ended({ error: error as Error, lasted: undefined, disconnectReason: undefined }, undefined, address);
    }
  }

  #connected(limits: BrokerLimits): void {
    // A connection that ends at once, again and again, is no reason to call all well.
    if (this.#fruitless === 0) this.#told.clear();
    this.#report({ state: 'running', text: 'connected' });
    const { qos, retain } = this.#options;
    if (qos > limits.qos) this.#tell(qosLowered());
    if (retain && !limits.retain) this.#tell(retainIgnored());
    this.#publish();
  }

  #ended(end: ConnectionEnd, connection: Connection | undefined, address: MqttAddress): void {
    this.#connection = undefined;
    this.#stopWatching();
    const isSilent = end.error instanceof SilentBrokerError;
    this.#judgeProgress(end, connection);
    this.#beginAgain();
    const failure = isSilent ? silent(address) : connectFailure(end, this.#options.broker, address);
    const pause = this.#pauseAfter(failure);
    this.#show(failure, pause);
    // Told of the failure, whoever runs this sink may have stopped it.
    if (this.#isStopped()) return;
    this.#retry = this.#clock.schedule(pause, () => {
      this.#connect(address);
    });
  }

  #pauseAfter(failure: ConnectionFailure): number {
    const { reconnectPeriod } = this.#options.broker;
    return (failure.slow ? Math.max(SLOW_RETRY_PERIOD, reconnectPeriod) : reconnectPeriod) * (0.5 + this.#random());
  }

  /** Brokers of older versions answer a message that they do not take by ending the connection. */
  #judgeProgress(end: ConnectionEnd, connection: Connection | undefined): void {
    const delivery = this.#delivery;
    const isEndedByBroker = end.lasted !== undefined && (end.error === undefined || isReset(end.error));
    const hadSent = delivery !== undefined && delivery.next > delivery.first;
    if (connection === undefined || connection.progress) this.#fruitless = 0;
    else if (isEndedByBroker && hadSent) this.#fruitless++;
    const record = delivery?.records[delivery.first];
    if (delivery === undefined || record === undefined || this.#fruitless < CONVINCED) return;
    this.#fruitless = 0;
    this.#settle(delivery, delivery.first, endedBecauseOf(topicOf(this.#options.topic, record), CONVINCED));
  }

  /** What was published on the old connection and is not done counts as unpublished, and so does all that follows. */
  #beginAgain(): void {
    const delivery = this.#delivery;
    if (delivery === undefined) return;
    this.#skipDone(delivery);
    delivery.next = delivery.first;
    // Not what was refused or never sent: those have no place in the order. They are found again, and refused again silently.
    delivery.done.fill(0, delivery.first);
  }

  /** Publishes as much as may be under way at once. */
  #publish(): void {
    const delivery = this.#delivery;
    const connection = this.#connection;
    const limits = connection?.limits;
    // A publish may be done at once, and that calls this again.
    if (delivery === undefined || connection === undefined || limits === undefined || this.#publishing) return;
    this.#publishing = true;
    const window = this.#fruitless >= SUSPICIOUS ? 1 : Math.min(WINDOW, limits.inFlight);
    while (this.#connection === connection && delivery.next < delivery.records.length && delivery.next - delivery.first < window) {
      this.#publishOne(delivery, delivery.next++, connection, limits);
      this.#skipDone(delivery);
    }
    this.#publishing = false;
    if (delivery.first === delivery.records.length) this.#finish(delivery);
    else if (delivery.next > delivery.first) this.#watch();
  }

  #publishOne(delivery: Delivery, index: number, connection: Connection, limits: BrokerLimits): void {
    const record = delivery.records[index];
    if (record === undefined) return;
    const publication = this.#publicationOf(record, limits);
    if ('code' in publication) {
      this.#settle(delivery, index, publication);
      return;
    }
    connection.publisher.publish(publication, (refusal) => {
      if (this.#connection !== connection || this.#delivery !== delivery) return;
      if (refusal === QUOTA_EXCEEDED) {
        connection.publisher.fail(new Error('quota exceeded'));
        return;
      }
      connection.progress = true;
      this.#fruitless = 0;
      this.#settle(delivery, index, refusal === undefined ? undefined : publishRefused(publication.topic, refusal));
      this.#skipDone(delivery);
      this.#publish();
    });
  }

  #publicationOf(record: SinkRecord, limits: BrokerLimits): Publication | SinkProblem {
    const { topic: template, qos, retain, broker } = this.#options;
    const topic = topicOf(template, record);
    const fault = topicFault(topic);
    if (fault !== undefined) return topicRefused(topic, fault);
    let payload: Buffer;
    try {
      payload = encode(record.payload).bytes;
    } catch (error) {
      if (error instanceof UnsendableError) return unsendable(error.message);
      throw error;
    }
    const userProperties = broker.protocolVersion === 5 ? { 'Idempotency-Key': record.id } : undefined;
    const named = userProperties === undefined ? 0 : 24 + Buffer.byteLength(record.id);
    const size = PACKET_HEAD + Buffer.byteLength(topic) + named + payload.length;
    if (size > limits.packetSize) return tooLarge(size, limits.packetSize);
    return { topic, payload, qos: qos > limits.qos ? 0 : qos, retain: retain && limits.retain, userProperties };
  }

  #settle(delivery: Delivery, index: number, refusal: SinkProblem | undefined): void {
    const record = delivery.records[index];
    delivery.done[index] = 1;
    if (record === undefined || delivery.told[index] === 1) return;
    delivery.told[index] = 1;
    delivery.settled(record, refusal);
  }

  #skipDone(delivery: Delivery): void {
    while (delivery.done[delivery.first] === 1) delivery.first++;
    delivery.next = Math.max(delivery.next, delivery.first);
  }

  #finish(delivery: Delivery): void {
    if (this.#delivery !== delivery) return;
    this.#delivery = undefined;
    this.#stopWatching();
    delivery.resolve();
  }

  #stopWatching(): void {
    this.#silence?.cancel();
    this.#silence = undefined;
  }

  /** Ends the connection when for a while nothing is acknowledged. One timer for many records: it looks what became of the first. */
  #watch(): void {
    if (this.#silence !== undefined) return;
    const delivery = this.#delivery;
    const first = delivery?.first;
    const connection = this.#connection;
    this.#silence = this.#clock.schedule(LONGEST_SILENCE, () => {
      this.#silence = undefined;
      if (this.#connection !== connection || connection === undefined || this.#delivery === undefined) return;
      if (this.#delivery === delivery && delivery.first === first) connection.publisher.fail(new SilentBrokerError());
      else this.#watch();
    });
  }

  #isStopped(): boolean {
    return this.#stopped !== undefined;
  }

  #show(failure: ConnectionFailure, pause?: number): void {
    const { state, text } = failure.status;
    this.#report({ state, text: pause === undefined ? text : `${text === 'reconnecting' ? '' : `${text}, `}${retryText(this.#clock.now() + pause)}` });
    if (failure.problem !== undefined) this.#tell(failure.problem);
  }

  #report(status: SinkStatus): void {
    if (status.state === this.#status?.state && status.text === this.#status.text) return;
    this.#status = status;
    this.#host.status(status);
  }

  #tell(problem: SinkProblem): void {
    if (this.#told.has(problem.code)) return;
    this.#told.add(problem.code);
    this.#host.problem(problem);
  }
}

/** The broker keeps the connection open and acknowledges nothing. */
class SilentBrokerError extends Error {
  override readonly name = 'SilentBrokerError';
}

function isReset(error: Error): boolean {
  return ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function silent(address: MqttAddress): ConnectionFailure {
  return {
    status: { state: 'waiting', text: 'no acknowledgement' },
    slow: false,
    problem: {
      code: 'sink-timeout',
      what: `The broker at ${address.text} acknowledged nothing for ${String(LONGEST_SILENCE)} ms.`,
      why: 'It is overloaded, or something on the way swallows packets. Nothing was dropped; batches wait.',
      fix: 'Look at the broker. The same records are published again on a new connection.',
    },
  };
}

function publishRefused(topic: string, code: number): SinkProblem {
  return {
    code: 'sink-refused',
    what: `The broker refused a record for ${quotedTopic(topic)} with code ${String(code)}; it was dropped.`,
    why: 'The codes are those of PUBACK in MQTT 5, section 3.4.2.1: 135 is not authorised, 144 is topic name invalid.',
    fix: 'Allow the topic in the access rules of the broker, or publish to another one.',
  };
}

function endedBecauseOf(topic: string, times: number): SinkProblem {
  return {
    code: 'sink-refused',
    what: `The broker ended the connection ${String(times)} times when a record for ${quotedTopic(topic)} was published; it was dropped.`,
    why: 'Brokers that speak MQTT 3.1.1 have no other way to say that they do not take a message.',
    fix: "Look for the reason in the broker's log: access rules and the greatest size of a message are the usual ones.",
  };
}

function qosLowered(): SinkProblem {
  return {
    code: 'mqtt-qos-lowered',
    what: 'The broker takes messages of QoS 0 only, so the sink publishes without acknowledgements.',
    why: 'At QoS 0 messages are lost whenever the connection is.',
    fix: 'Allow QoS 1 in the settings of the broker, or choose QoS 0 in the sink.',
  };
}

function retainIgnored(): SinkProblem {
  return {
    code: 'mqtt-retain-unavailable',
    what: 'The broker retains no messages, so the sink publishes without asking it to.',
    why: 'Who subscribes later sees nothing until the next message comes.',
    fix: 'Allow retained messages in the settings of the broker, or untick retain in the sink.',
  };
}
