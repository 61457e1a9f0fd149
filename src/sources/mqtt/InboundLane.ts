import { Duplex } from 'node:stream';
import { ConnackReader } from './ConnackReader';
import { PublishDecoder, type PublishDecoderOptions, type PublishHandler, type PublishMessage } from './PublishDecoder';
import type { ReadingPace } from './ReadingPace';

/** Who takes what comes in. Outlives connections. */
export interface Intake {
  /** Whether so much waits to be stored that the network had better wait too, if that is not for long. */
  readonly isBehind: boolean;
  /** Resolves when little waits. Never rejects. */
  whenCaughtUp(): Promise<void>;
  /** Whether nothing more is to be stored until something has been. */
  readonly isFull: boolean;
  /** Resolves when it is not. Never rejects. */
  whenFree(): Promise<void>;
  /** The broker accepted the connection; undefined where it does not say whether it knows the session. */
  opened(sessionPresent: boolean | undefined): void;
  /** Hands messages over. Resolved or undefined: they may be acknowledged; rejected: they may not. */
  store(messages: readonly PublishMessage[], size: number): Promise<void> | undefined;
  /** Frees ids of QoS 2. Resolved or undefined: that may be acknowledged; rejected: it may not. */
  release(packetIds: readonly number[]): Promise<void> | undefined;
  /** So many messages of QoS 0 were thrown away. */
  dropped(count: number): void;
}

/** Messages of QoS 1 or 2 were not stored. They stay unacknowledged, and the broker sends them again on the next connection. */
export class NotStoredError extends Error {
  override readonly name = 'NotStoredError';
  readonly code = 'mqtt-not-stored';
}

/** The answers to PUBLISH of QoS 1, to PUBLISH of QoS 2, and to PUBREL. */
const PUBACK = 0x40;
const PUBREC = 0x50;
const PUBCOMP = 0x70;
/** Bytes of each; "success" needs no reason code in version 5 either (MQTT 5, 3.4, 3.5 and 3.7). */
const ANSWER_SIZE = 4;

/** Calls back after as long as a connection may go unread; what it returns takes that back. */
export type Patience = (over: () => void) => () => void;

/** What one chunk brought, between being handed over and being answered. */
interface Delivery {
  /** The answers, in order: type and packet id. */
  readonly answers: readonly number[];
  isStored: boolean;
}

/**
 * Stands between a socket and mqtt.js for the length of one connection. mqtt.js writes through it and reads from it
 * all that the broker sends, except PUBLISH and PUBREL: these are decoded here, handed to the intake, one array for each chunk
 * of the network, and answered when they are stored.
 *
 * Answers take the same way as the packets of mqtt.js, through `write`: straight to the socket they could land inside a packet
 * that is half written. They follow the order of the messages (MQTT 5, 4.6), and they end with the lane: packet ids of QoS 1 mean
 * nothing on another connection, and those of QoS 2 are sent again there.
 *
 * Where messages come faster than they are stored, the socket is left unread for a moment, and the broker waits. Not for longer:
 * among the messages are its answers to signs of life, and without them mqtt.js would end the connection after 1.5 times the
 * keep-alive, only to get the same messages again and store them twice. So a socket that waits for a disk that is full is read on,
 * for minutes if need be. What a broker sends without an answer is bounded: by the receive maximum in version 5, elsewhere by
 * its own settings (mosquitto's max_inflight_messages of 20), at most by the number of ids. Where that is more than the intake
 * holds, further messages of QoS 1 and 2 are left to the broker, and when all before them are answered the connection ends, so that
 * it sends them again. Messages of QoS 0 would be lost either way, in the broker unseen: here they are counted.
 *
 * Chunks of nothing but QoS 0, which nobody waits for an answer to, are collected for a few milliseconds where they come thick and fast.
 */
export class InboundLane extends Duplex implements PublishHandler {
  readonly #socket: Duplex;
  readonly #intake: Intake;
  readonly #decoder: PublishDecoder;
  readonly #protocolVersion: number;
  readonly #patience: Patience;
  readonly #pace: ReadingPace;

  /** Undefined when CONNACK was read. */
  #connack: ConnackReader | undefined = new ConnackReader();
  /** What the chunk that is being read has brought so far. */
  #messages: PublishMessage[] = [];
  #released: number[] = [];
  /** Whether it brought anything that somebody waits for: a message to acknowledge, or a packet for mqtt.js. */
  #isUrgent = false;
  /** In the order in which they came. */
  readonly #deliveries: Delivery[] = [];
  #isSettling = false;
  /** Messages of QoS 1 and 2 that were left to the broker. From the first on, none of them can be taken any more. */
  #left = 0;
  #wantsBytes = true;
  /** Ends the wait for messages to be stored; undefined while there is none. */
  #endWaiting: (() => void) | undefined;
  /** Until everything has been stored that was waited for in vain. */
  #isImpatient = false;
  #closed = false;
  #storing = true;
  #whenSettled: (() => void)[] = [];

  /**
   * @param socket owned by the lane from now on
   * @param patience for how long the socket may go unread
   * @param pace when a socket that nobody waits for is read
   */
  constructor(socket: Duplex, options: PublishDecoderOptions, intake: Intake, patience: Patience, pace: ReadingPace) {
    super();
    this.#socket = socket;
    this.#intake = intake;
    this.#patience = patience;
    this.#pace = pace;
    this.#protocolVersion = options.protocolVersion;
    this.#decoder = new PublishDecoder(options, this);
    socket.on('data', (chunk: Buffer) => {
      this.#receive(chunk);
    });
    socket.on('end', () => {
      this.#endReading();
    });
    // Stays for good: a socket may report an error even after it was destroyed.
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => {
      if (this.readableEnded) this.destroy();
      else this.once('end', () => this.destroy());
      this.#endReading();
    });
  }

  /** Ignores, and so leaves to the broker, every message from now on. Those already handed over may still be answered. */
  stopStoring(): void {
    this.#storing = false;
  }

  /** Resolves when nothing waits to be stored. */
  async settled(): Promise<void> {
    while (this.#deliveries.length > 0 && !this.destroyed) {
      await new Promise<void>((resolve) => this.#whenSettled.push(resolve));
    }
  }

  publish(message: PublishMessage): void {
    if (message.qos > 0) this.#isUrgent = true;
    this.#messages.push(message);
  }

  release(packetId: number): void {
    this.#isUrgent = true;
    // Ids are released before messages are stored, because a message may have one of them; not so where it came before.
    if (this.#messages.some((message) => message.qos === 2 && message.packetId === packetId)) this.#deliver(0);
    this.#released.push(packetId);
  }

  pass(bytes: Buffer): void {
    this.#isUrgent = true;
    if (this.#connack !== undefined) this.#readConnack(this.#connack, bytes);
    if (!this.push(bytes)) this.#wantsBytes = false;
  }

  override _read(): void {
    this.#wantsBytes = true;
    this.#regulate();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#socket.write(chunk, encoding, callback);
  }

  /** mqtt.js writes a packet in many small parts: they leave in one piece. */
  override _writev(chunks: { chunk: Buffer; encoding: BufferEncoding }[], callback: (error?: Error | null) => void): void {
    this.#socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#socket.end(() => {
      callback();
    });
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#storing = false;
    this.#deliveries.length = 0;
    this.#endWaiting?.();
    this.#pace.stop();
    this.#wakeSettled();
    if (this.#socket.closed) {
      callback(error);
      return;
    }
    this.#socket.once('close', () => {
      callback(error);
    });
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.destroyed) return;
    let malformed: unknown;
    try {
      this.#decoder.decode(chunk);
    } catch (error) {
      malformed = error;
    }
    // Also what came before a malformed packet: at QoS 0 it would never come again.
    this.#deliver(chunk.length);
    if (malformed !== undefined) {
      this.destroy(malformed as Error);
      return;
    }
    if (this.#intake.isBehind) this.#wait();
    if (!this.#isUrgent) this.#pace.read(chunk.length, () => this.#readCollected());
    this.#isUrgent = false;
    this.#regulate();
  }

  /** A rest is over: what the socket holds already comes in one piece, then it is read on. */
  #readCollected(): void {
    if (this.destroyed) return;
    if (this.#mayRead) this.#socket.read();
    this.#regulate();
  }

  /** Leaves the socket unread until what waits has been stored, or patience is over. */
  #wait(): void {
    if (this.#endWaiting !== undefined || this.#isImpatient || this.destroyed) return;
    const end = (): void => {
      if (this.#endWaiting !== end) return;
      this.#endWaiting = undefined;
      cancel();
      if (!this.destroyed) this.#regulate();
    };
    const cancel = this.#patience(() => {
      this.#isImpatient = true;
      end();
    });
    this.#endWaiting = end;
    void this.#intake.whenCaughtUp().then(() => {
      this.#isImpatient = false;
      end();
    });
  }

  /** Tells the intake as soon as the connection is accepted, and before mqtt.js knows: messages may follow in the same chunk. */
  #readConnack(reader: ConnackReader, bytes: Buffer): void {
    const connack = reader.read(bytes);
    if (connack === undefined) return;
    this.#connack = undefined;
    if (connack.isAccepted) this.#intake.opened(this.#protocolVersion === 3 ? undefined : connack.sessionPresent);
  }

  /** Hands over what has come. @param size bytes that it keeps in memory */
  #deliver(size: number): void {
    const messages = this.#messages;
    const released = this.#released;
    if (messages.length > 0) this.#messages = [];
    if (released.length > 0) this.#released = [];
    if (!this.#storing || this.destroyed) return;
    if (released.length > 0) {
      this.#hand(released.map((packetId) => (PUBCOMP << 16) | packetId), () => this.#intake.release(released));
    }
    const taken = messages.length === 0 || (this.#left === 0 && !this.#intake.isFull) ? messages : this.#takable(messages);
    if (taken.length === 0) return;
    const answers: number[] = [];
    for (const { qos, packetId } of taken) if (qos > 0) answers.push(((qos === 1 ? PUBACK : PUBREC) << 16) | packetId);
    this.#hand(answers, () => this.#intake.store(taken, size));
  }

  /** What of these messages may still be stored; says what becomes of the others. */
  #takable(messages: readonly PublishMessage[]): readonly PublishMessage[] {
    const unanswered = messages.filter(({ qos }) => qos === 0);
    if (this.#left === 0 && unanswered.length < messages.length) void this.#endWhenFree();
    this.#left += messages.length - unanswered.length;
    if (!this.#intake.isFull) return unanswered;
    if (unanswered.length > 0) this.#intake.dropped(unanswered.length);
    return [];
  }

  #hand(answers: readonly number[], act: () => Promise<void> | undefined): void {
    let acting: Promise<void> | undefined;
    try {
      acting = act();
    } catch (error) {
      this.#refuse({ answers, isStored: false }, error);
      return;
    }
    if (acting === undefined && this.#deliveries.length === 0) {
      this.#answer(answers);
      return;
    }
    const delivery: Delivery = { answers, isStored: acting === undefined };
    this.#deliveries.push(delivery);
    acting?.then(
      () => {
        delivery.isStored = true;
        this.#settleSoon();
      },
      (error: unknown) => {
        this.#refuse(delivery, error);
      },
    );
  }

  /** What one fsync covers is told of in one go: waits for all of it, so that the answers leave in one write. */
  #settleSoon(): void {
    if (this.#isSettling) return;
    this.#isSettling = true;
    process.nextTick(() => {
      this.#isSettling = false;
      this.#settle();
    });
  }

  /** Answers, in order, what is stored and has nothing unstored before it. */
  #settle(): void {
    if (this.destroyed) return;
    const answers: number[] = [];
    let settled = 0;
    for (const delivery of this.#deliveries) {
      if (!delivery.isStored) break;
      for (const answer of delivery.answers) answers.push(answer);
      settled++;
    }
    this.#deliveries.splice(0, settled);
    this.#answer(answers);
    this.#wakeSettled();
  }

  /** Ends the connection when what was left to the broker may come: there is room, and all before it is answered. */
  async #endWhenFree(): Promise<void> {
    do {
      await this.settled();
      await this.#intake.whenFree();
    } while (this.#deliveries.length > 0 && !this.destroyed);
    // Whoever closes the connection ends it anyway.
    if (this.destroyed || !this.#storing || this.writableEnded) return;
    const left = new NotStoredError(`${String(this.#left)} messages found no room, because too many waited to be stored.`);
    // The answers first: they have left when this has.
    this.write(Buffer.alloc(0), () => this.destroy(left));
  }

  /**
   * Nothing of the delivery is answered. Where nothing in it asks for an answer that is all; otherwise the connection has to end,
   * because a broker repeats a message only on a new one, and acknowledging later messages would break their order.
   */
  #refuse(delivery: Delivery, cause: unknown): void {
    if (this.destroyed) return;
    if (delivery.answers.length === 0) {
      delivery.isStored = true;
      this.#settle();
      return;
    }
    const count = String(delivery.answers.length);
    this.destroy(new NotStoredError(`${count} messages could not be stored and were not acknowledged.`, { cause }));
  }

  #answer(answers: readonly number[]): void {
    // Nor on a socket that has said goodbye, because the broker did: that would only be an error of its own.
    if (answers.length === 0 || this.destroyed || this.writableEnded || this.#socket.writableEnded) return;
    const bytes = Buffer.allocUnsafe(answers.length * ANSWER_SIZE);
    let offset = 0;
    for (const answer of answers) {
      bytes[offset] = answer >> 16;
      bytes[offset + 1] = 2;
      bytes[offset + 2] = (answer >> 8) & 0xff;
      bytes[offset + 3] = answer & 0xff;
      offset += ANSWER_SIZE;
    }
    this.write(bytes);
  }

  get #mayRead(): boolean {
    return this.#wantsBytes && this.#endWaiting === undefined && !this.#pace.isResting;
  }

  /** Reads on or not: mqtt.js must want bytes, and what came before must find its way to the disk. */
  #regulate(): void {
    const reads = this.#mayRead;
    if (reads === !this.#socket.isPaused()) return;
    if (reads) this.#socket.resume();
    else this.#socket.pause();
  }

  #endReading(): void {
    if (this.#closed || this.destroyed) return;
    this.#closed = true;
    this.push(null);
  }

  #wakeSettled(): void {
    if (this.#deliveries.length > 0) return;
    const waiting = this.#whenSettled;
    this.#whenSettled = [];
    for (const resolve of waiting) resolve();
  }
}
