import { Duplex } from 'node:stream';
import { PublishDecoder, type PublishDecoderOptions, type PublishHandler, type PublishMessage } from './PublishDecoder';

/** Hands messages over. Resolved or undefined: they may be acknowledged; rejected: they may not. */
export type StoreMessages = (messages: readonly PublishMessage[]) => Promise<void> | undefined;

/** Messages of QoS 1 were not stored. They stay unacknowledged, and the broker sends them again on the next connection. */
export class NotStoredError extends Error {
  override readonly name = 'NotStoredError';
  readonly code = 'mqtt-not-stored';
}

/**
 * Bytes of the network that may wait to be stored. Beyond them nothing more is read until some are stored, so that a
 * disk that hangs fills the broker's buffers and not this process's memory. Should that last longer than the keep-alive
 * allows, the connection ends and the messages come again.
 */
const MOST_WAITING_BYTES = 16 * 1_048_576;

/** Type and remaining length of PUBACK; "success" needs no reason code in version 5 either (MQTT 5, 3.4). */
const PUBACK = 0x40;
const PUBACK_SIZE = 4;

/** The messages of one chunk between being handed over and being acknowledged. */
interface Delivery {
  readonly packetIds: readonly number[];
  readonly size: number;
  stored: boolean;
}

/**
 * Stands between a socket and mqtt.js for the length of one connection. mqtt.js writes through it and reads from it
 * all that the broker sends, except PUBLISH packets of QoS 0 and 1: these are decoded here, handed to the store, one
 * array for each chunk of the network, and acknowledged when they are stored.
 *
 * Acknowledgements take the same way as the packets of mqtt.js, through `write`: straight to the socket they could land
 * inside a packet that is half written. They follow the order of the messages (MQTT 5, 4.6), and they end with the lane:
 * packet ids mean nothing on another connection.
 */
export class InboundLane extends Duplex implements PublishHandler {
  readonly #socket: Duplex;
  readonly #store: StoreMessages;
  readonly #decoder: PublishDecoder;

  #messages: PublishMessage[] = [];
  #packetIds: number[] = [];
  readonly #deliveries: Delivery[] = [];
  #waitingBytes = 0;
  #wantsBytes = true;
  #closed = false;
  #storing = true;
  #whenSettled: (() => void)[] = [];

  /** @param socket owned by the lane from now on */
  constructor(socket: Duplex, options: PublishDecoderOptions, store: StoreMessages) {
    super();
    this.#socket = socket;
    this.#store = store;
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

  /** Ignores, and so leaves to the broker, every message from now on. Messages already handed over may still be acknowledged. */
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
    this.#messages.push(message);
    if (message.qos === 1) this.#packetIds.push(message.packetId);
  }

  pass(bytes: Buffer): void {
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
    if (this.#messages.length > 0) this.#deliver(chunk.length);
    if (malformed !== undefined) this.destroy(malformed as Error);
    else this.#regulate();
  }

  #deliver(size: number): void {
    const messages = this.#messages;
    const packetIds = this.#packetIds;
    this.#messages = [];
    if (packetIds.length > 0) this.#packetIds = [];
    if (!this.#storing) return;
    let storing: Promise<void> | undefined;
    try {
      storing = this.#store(messages);
    } catch (error) {
      this.#refuse({ packetIds, size, stored: false }, error);
      return;
    }
    if (storing === undefined && this.#deliveries.length === 0) {
      this.#acknowledge(packetIds);
      return;
    }
    const delivery: Delivery = { packetIds, size, stored: storing === undefined };
    this.#deliveries.push(delivery);
    this.#waitingBytes += size;
    storing?.then(
      () => {
        delivery.stored = true;
        this.#settle();
      },
      (error: unknown) => {
        this.#refuse(delivery, error);
      },
    );
  }

  /** Acknowledges, in order, what is stored and has nothing unstored before it. */
  #settle(): void {
    if (this.destroyed) return;
    const packetIds: number[] = [];
    let settled = 0;
    for (const delivery of this.#deliveries) {
      if (!delivery.stored) break;
      for (const packetId of delivery.packetIds) packetIds.push(packetId);
      this.#waitingBytes -= delivery.size;
      settled++;
    }
    this.#deliveries.splice(0, settled);
    this.#acknowledge(packetIds);
    this.#regulate();
    this.#wakeSettled();
  }

  /**
   * Nothing of the delivery is acknowledged. Without QoS 1 in it that is all; with it the connection has to end, because
   * a broker repeats a message only on a new one, and acknowledging later messages would break their order.
   */
  #refuse(delivery: Delivery, cause: unknown): void {
    if (this.destroyed) return;
    if (delivery.packetIds.length === 0) {
      delivery.stored = true;
      this.#settle();
      return;
    }
    const count = String(delivery.packetIds.length);
    this.destroy(new NotStoredError(`${count} messages could not be stored and were not acknowledged.`, { cause }));
  }

  #acknowledge(packetIds: readonly number[]): void {
    // Nor on a socket that has said goodbye, because the broker did: that would only be an error of its own.
    if (packetIds.length === 0 || this.destroyed || this.writableEnded || this.#socket.writableEnded) return;
    const bytes = Buffer.allocUnsafe(packetIds.length * PUBACK_SIZE);
    let offset = 0;
    for (const packetId of packetIds) {
      bytes[offset] = PUBACK;
      bytes[offset + 1] = 2;
      bytes[offset + 2] = packetId >> 8;
      bytes[offset + 3] = packetId & 0xff;
      offset += PUBACK_SIZE;
    }
    this.write(bytes);
  }

  /** Reads on or not: mqtt.js must want bytes, and not too many of ours may wait. */
  #regulate(): void {
    const reads = this.#wantsBytes && this.#waitingBytes <= MOST_WAITING_BYTES;
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
