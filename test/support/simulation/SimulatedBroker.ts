import type { SourceHost } from '../../../src/sources/Source';
import { MessageIntake } from '../../../src/sources/mqtt/MessageIntake';
import type { PublishMessage } from '../../../src/sources/mqtt/PublishDecoder';
import type { SeededRandom } from './SeededRandom';
import type { SimulatedClock } from './SimulatedClock';

export interface SimulatedBrokerOptions {
  /** Messages of QoS 1 and 2 under way at once; mosquitto has 20. */
  readonly inflight?: number;
  /** Messages that wait for a client; beyond them the broker throws new ones away. mosquitto has 1,000. */
  readonly queueLimit?: number;
  /** The longest that a packet takes from one side to the other: ms of the simulated clock. */
  readonly latency?: number;
  /** At most so many messages come in one chunk of the network. */
  readonly chunk?: number;
}

/** A message, as far as its broker has got with it. */
interface Queued {
  readonly topic: string;
  readonly payload: string;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
}

interface Inflight extends Queued {
  readonly packetId: number;
  /** Whether it was sent before. */
  sent: boolean;
  /** PUBREC has come: PUBREL is to be sent, and not the message any more. */
  received: boolean;
}

/** What a client asks for when it connects. */
export interface SimulatedClient {
  readonly host: SourceHost;
  readonly clientId?: string;
  readonly qos: 0 | 1 | 2;
  /** True: nothing is kept between connections. */
  readonly cleanSession?: boolean;
}

type Answer = 'puback' | 'pubrec' | 'pubcomp';

/**
 * An MQTT broker and the network between it and one subscriber, for simulations without sockets: the broker's half of the
 * protocol as the standard has it (MQTT 5, 4.3 and 4.4), and the client's half with the receiver's own `MessageIntake`, which is what
 * decides there; only the bytes are left out. All that takes time takes it on the simulated clock, and all that is open is decided
 * by the seed.
 *
 * It outlives the process of its subscriber: `cut` and `connect` again, with the host of the process that came after.
 */
export class SimulatedBroker {
  /**
   * Payloads that were thrown away, because nobody was subscribed, the session was gone, or the queue was full. What else was
   * published at QoS 1 and 2 must arrive in the end. Those that were under way when a session was lost may have arrived as well.
   */
  readonly lost: string[] = [];
  /** Payloads that were sent more than once, at whatever QoS. */
  readonly resent: string[] = [];
  /** Payloads that the client has confirmed for good: PUBACK, or PUBREC, has come. */
  readonly confirmed: string[] = [];
  readonly #random: SeededRandom;
  readonly #clock: SimulatedClock;
  readonly #inflightLimit: number;
  readonly #queueLimit: number;
  readonly #latency: number;
  readonly #chunk: number;
  #queue: Queued[] = [];
  /** By packet id, in the order of sending. */
  #inflight = new Map<number, Inflight>();
  #hasSession = false;
  #lastId = 0;
  #client: SimulatedClient | undefined;
  /** The connection there is; packets of another one are gone with it. */
  #connection = 0;
  /** At which QoS; undefined while nothing is subscribed to. Part of the session. */
  #subscribed: 0 | 1 | 2 | undefined;
  /** What the client's connections share: kept as long as its process lives. */
  readonly #intakes = new WeakMap<SourceHost, MessageIntake>();
  /** What has arrived at the client in the chunk that it is about to read. */
  #pending: { readonly connection: number; readonly messages: PublishMessage[] } = { connection: 0, messages: [] };
  /** The client answers in the order in which it was told: when it has answered all until now. */
  #answered: { readonly connection: number; readonly done: Promise<void> } | undefined;
  /** When the last packet arrives in each direction, ms: packets do not overtake one another. */
  #arrivals = { down: 0, up: 0 };

  constructor(random: SeededRandom, clock: SimulatedClock, options: SimulatedBrokerOptions = {}) {
    this.#random = random;
    this.#clock = clock;
    this.#inflightLimit = options.inflight ?? 20;
    this.#queueLimit = options.queueLimit ?? 1000;
    this.#latency = options.latency ?? 10;
    this.#chunk = options.chunk ?? 5;
  }

  /** How many messages the client has still to confirm or to be sent. */
  get outstanding(): number {
    return this.#queue.length + this.#inflight.size;
  }

  get isConnected(): boolean {
    return this.#client !== undefined;
  }

  /** Somebody publishes a message on the topic that is subscribed to. */
  publish(payload: string, qos: 0 | 1 | 2, topic = 't'): void {
    const granted = Math.min(qos, this.#subscribed ?? 0) as 0 | 1 | 2;
    // QoS 0 is not kept for those who are away.
    const isWanted = this.#subscribed !== undefined && (granted > 0 || this.#client !== undefined);
    if (!isWanted || this.#queue.length >= this.#queueLimit) {
      this.lost.push(payload);
      return;
    }
    this.#queue.push({ topic, payload, qos: granted, retain: false });
    this.#sendMore();
  }

  /** The client connects and subscribes. What it had of an earlier connection is gone. */
  connect(client: SimulatedClient): void {
    this.cut();
    if (client.cleanSession === true) this.loseSession();
    const sessionPresent = this.#hasSession;
    this.#client = client;
    const connection = ++this.#connection;
    this.#arrivals = { down: this.#clock.now(), up: this.#clock.now() };
    const { clientId = 'c', host, cleanSession = false } = client;
    const intake = this.#intakes.get(host) ?? new MessageIntake(host, {
      session: `${clientId} at simulated`,
      isKept: !cleanSession,
      dropped: (count) => host.dropped?.(count),
    });
    this.#intakes.set(host, intake);
    // From now on there is a session, even if the client never hears of it; it is subscribed to nothing yet.
    this.#hasSession = true;
    this.#travel('down', connection, () => {
      intake.opened(sessionPresent);
      const subscribe = (): void => {
        this.#travel('up', connection, () => {
          this.#subscribed = client.qos;
          this.#sendMore();
        });
      };
      if (intake.isSettled) subscribe();
      else {
        intake.settle(() => this.#pause(connection)).then(subscribe, () => {
          this.#cutIf(connection);
        });
      }
    });
    for (const message of this.#inflight.values()) this.#send(message);
    this.#sendMore();
  }

  /** The connection breaks: everything that is on its way, in both directions, is gone. */
  cut(): void {
    const client = this.#client;
    if (client === undefined) return;
    this.#client = undefined;
    this.#connection++;
    if (client.cleanSession === true) this.loseSession();
  }

  /** The broker restarts without its sessions, or the session expires: it forgets ids, subscription and what it kept. */
  loseSession(): void {
    this.#client = undefined;
    this.#connection++;
    for (const { payload, received } of this.#inflight.values()) if (!received) this.lost.push(payload);
    for (const { payload } of this.#queue) this.lost.push(payload);
    this.#queue = [];
    this.#inflight = new Map();
    this.#lastId = 0;
    this.#hasSession = false;
    this.#subscribed = undefined;
  }

  #cutIf(connection: number): void {
    if (connection === this.#connection) this.cut();
  }

  /** Something arrives at the other side later, unless the connection breaks before. */
  #travel(direction: 'up' | 'down', connection: number, arrive: () => void): void {
    const now = this.#clock.now();
    const arrival = Math.max(this.#arrivals[direction], now + this.#random.below(this.#latency + 1));
    this.#arrivals[direction] = arrival;
    this.#clock.schedule(arrival - now, () => {
      if (connection === this.#connection) arrive();
    });
  }

  /** Longer than any packet takes that is under way; after a process that stood still has read what came meanwhile. */
  #pause(connection: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#clock.schedule(10 * this.#latency, () => {
        this.#clock.schedule(0, () => {
          if (connection === this.#connection) resolve();
          else reject(new Error('The connection ended.'));
        });
      });
    });
  }

  /** Fills the window of messages under way from the queue. */
  #sendMore(): void {
    while (this.#client !== undefined && this.#subscribed !== undefined && this.#queue.length > 0) {
      const [next] = this.#queue;
      if (next === undefined || (next.qos > 0 && this.#inflight.size >= this.#inflightLimit)) return;
      this.#queue.shift();
      const packetId = next.qos === 0 ? 0 : this.#freeId();
      const message: Inflight = { ...next, packetId, sent: false, received: false };
      if (next.qos > 0) this.#inflight.set(packetId, message);
      this.#send(message);
    }
  }

  /** Small ids come again soon: whoever mixes them up is found out. */
  #freeId(): number {
    do this.#lastId = (this.#lastId % (2 * this.#inflightLimit)) + 1;
    while (this.#inflight.has(this.#lastId));
    return this.#lastId;
  }

  #send(message: Inflight): void {
    const connection = this.#connection;
    if (message.received) {
      this.#travel('down', connection, () => {
        this.#flush(connection);
        this.#handle(connection, [[message.packetId, 'pubcomp']], (intake) => intake.release([message.packetId]));
      });
      return;
    }
    if (message.sent) this.resent.push(message.payload);
    const { topic, payload, qos, retain, packetId, sent } = message;
    const published: PublishMessage = { topic, payload: Buffer.from(payload), qos, retain, dup: sent, packetId };
    message.sent = true;
    this.#travel('down', connection, () => {
      if (this.#pending.connection !== connection) this.#pending = { connection, messages: [] };
      this.#pending.messages.push(published);
      // What arrives together is handed over together, now and then.
      if (this.#pending.messages.length >= this.#chunk || this.#random.chance(0.5)) this.#flush(connection);
      else this.#clock.schedule(0, () => {
        this.#flush(connection);
      });
    });
  }

  #flush(connection: number): void {
    const { messages } = this.#pending;
    if (connection !== this.#pending.connection || connection !== this.#connection || messages.length === 0) return;
    this.#pending = { connection, messages: [] };
    const answers = messages
      .filter(({ qos }) => qos > 0)
      .map(({ packetId, qos }): [number, Answer] => [packetId, qos === 1 ? 'puback' : 'pubrec']);
    this.#handle(connection, answers, (intake) => intake.store(messages, 0));
  }

  /** The client acts, and answers when it is done; it answers in the order in which it was told. */
  #handle(
    connection: number, answers: readonly [number, Answer][], act: (intake: MessageIntake) => Promise<void> | undefined,
  ): void {
    const client = this.#client;
    const intake = client === undefined ? undefined : this.#intakes.get(client.host);
    if (intake === undefined) return;
    const earlier = this.#answered;
    const acting = act(intake);
    const answered = Promise.all([acting, earlier?.connection === connection ? earlier.done : undefined]).then(() => {
      if (connection !== this.#connection) return;
      for (const [packetId, answer] of answers) {
        this.#travel('up', connection, () => {
          this.#hear(packetId, answer);
        });
      }
    });
    this.#answered = { connection, done: answered };
    answered.catch(() => {
      // Not stored: the client ends the connection, to get it again. QoS 0 alone is no reason.
      if (answers.length > 0) this.#cutIf(connection);
    });
  }

  /** An answer of the client arrives. */
  #hear(packetId: number, answer: Answer): void {
    const message = this.#inflight.get(packetId);
    if (message === undefined) return;
    if (answer === 'pubrec') {
      if (!message.received) this.confirmed.push(message.payload);
      message.received = true;
      this.#send(message);
      return;
    }
    if (answer === 'puback') this.confirmed.push(message.payload);
    this.#inflight.delete(packetId);
    this.#sendMore();
  }
}
