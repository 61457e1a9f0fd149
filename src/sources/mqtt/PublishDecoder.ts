import type { SourceMessage } from '../Source';
import { MalformedPacketError } from './MalformedPacketError';
import { ReceivedPublish } from './ReceivedPublish';
import { TopicCache } from './TopicCache';

/** A PUBLISH packet as it came from the broker. */
export interface PublishMessage extends SourceMessage {
  readonly topic: string;
  /** A part of the bytes that were received: read it soon, or copy it. */
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** The broker says that it may have sent this before. */
  readonly dup: boolean;
  /** 0 at QoS 0; otherwise what the acknowledgement must name. */
  readonly packetId: number;
}

/** Where the decoder puts what it finds, in the order of the bytes. */
export interface PublishHandler {
  publish(message: PublishMessage): void;
  /** PUBREL: the broker will not send the message of QoS 2 with this id again. */
  release(packetId: number): void;
  /** Bytes of any other packet: unchanged, whole packets or parts of them. */
  pass(bytes: Buffer): void;
}

export interface PublishDecoderOptions {
  /** 3 is MQTT 3.1, 4 is MQTT 3.1.1, 5 is MQTT 5, where PUBLISH has properties. */
  readonly protocolVersion: 3 | 4 | 5;
  /** Bytes, the fixed header counted. */
  readonly maximumPacketSize: number;
  /** The highest topic alias that the broker was allowed to use; 0 when none. */
  readonly topicAliasMaximum: number;
}

const PUBLISH = 3;
const PUBREL = 6;

/** The first byte and at most four bytes of remaining length (MQTT 5, 2.1). */
const LONGEST_FIXED_HEADER = 5;

/** The properties that PUBLISH may have (MQTT 5, 3.3.2.3). */
const PAYLOAD_FORMAT_INDICATOR = 1;
const MESSAGE_EXPIRY_INTERVAL = 2;
const CONTENT_TYPE = 3;
const RESPONSE_TOPIC = 8;
const CORRELATION_DATA = 9;
const SUBSCRIPTION_IDENTIFIER = 11;
const TOPIC_ALIAS = 35;
const USER_PROPERTY = 38;

/**
 * Finds the packets in the bytes of one connection, however they are cut into chunks, takes PUBLISH and PUBREL packets
 * out and passes everything else on. One decoder serves one connection: topic aliases end with it.
 *
 * A packet that lies in one chunk is decoded where it is; one that is cut is put together in a buffer of its own size.
 */
export class PublishDecoder {
  readonly #protocolVersion: number;
  readonly #maximumPacketSize: number;
  readonly #topicAliasMaximum: number;
  readonly #handler: PublishHandler;
  readonly #topics = new TopicCache();
  readonly #aliases = new Map<number, string>();

  /** A fixed header that was cut: its bytes so far. */
  readonly #header = Buffer.alloc(LONGEST_FIXED_HEADER);
  #headerLength = 0;
  /** Bytes still to come of a packet that is being passed on. */
  #passing = 0;
  /** A packet of ours that was cut, as long as it will be, and how much of it is there. */
  #packet: Buffer | undefined;
  #packetLength = 0;
  #packetBody = 0;

  /** Results of reading a variable byte integer, kept here so that reading one allocates nothing. */
  #integer = 0;
  #integerEnd = 0;

  constructor(options: PublishDecoderOptions, handler: PublishHandler) {
    this.#protocolVersion = options.protocolVersion;
    this.#maximumPacketSize = options.maximumPacketSize;
    this.#topicAliasMaximum = options.topicAliasMaximum;
    this.#handler = handler;
  }

  /**
   * Takes the next bytes of the connection.
   * @throws MalformedPacketError when they are not MQTT; what came before was handed over, and nothing may follow
   */
  decode(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#passing > 0) offset = this.#pass(chunk, offset);
      else if (this.#packet !== undefined) offset = this.#fill(this.#packet, chunk, offset);
      else if (this.#headerLength > 0) offset = this.#completeHeader(chunk, offset);
      else offset = this.#packetAt(chunk, offset);
    }
  }

  /** A packet begins at `offset`. */
  #packetAt(chunk: Buffer, offset: number): number {
    const first = chunk[offset] ?? 0;
    const isComplete = this.#readRemainingLength(chunk, offset + 1);
    if (!isComplete) {
      this.#headerLength = chunk.copy(this.#header, 0, offset);
      return chunk.length;
    }
    const body = this.#integerEnd;
    const end = body + this.#integer;
    this.#check(first, end - offset);
    if (!isOurs(first)) {
      this.#passing = end - offset;
      return this.#pass(chunk, offset);
    }
    if (end <= chunk.length) {
      this.#take(chunk, offset, body, end);
      return end;
    }
    return this.#begin(end - offset, body - offset, chunk, offset);
  }

  /** A fixed header began in an earlier chunk: adds one byte to it. */
  #completeHeader(chunk: Buffer, offset: number): number {
    this.#header[this.#headerLength++] = chunk[offset] ?? 0;
    const header = this.#header.subarray(0, this.#headerLength);
    if (!this.#readRemainingLength(header, 1)) return offset + 1;
    const first = header[0] ?? 0;
    const body = header.length;
    const size = body + this.#integer;
    this.#headerLength = 0;
    this.#check(first, size);
    // The header's own bytes are used again for the next one, and the handler may keep what it is given.
    const copy = Buffer.from(header);
    if (!isOurs(first)) {
      this.#passing = size - body;
      this.#handler.pass(copy);
    } else {
      this.#begin(size, body, copy, 0);
    }
    return offset + 1;
  }

  #pass(chunk: Buffer, offset: number): number {
    const end = Math.min(chunk.length, offset + this.#passing);
    this.#passing -= end - offset;
    this.#handler.pass(chunk.subarray(offset, end));
    return end;
  }

  /** Starts to put a packet of ours of `size` bytes together; its body is at `body`. */
  #begin(size: number, body: number, chunk: Buffer, offset: number): number {
    this.#packet = Buffer.allocUnsafe(size);
    this.#packetLength = 0;
    this.#packetBody = body;
    return this.#fill(this.#packet, chunk, offset);
  }

  #fill(packet: Buffer, chunk: Buffer, offset: number): number {
    const copied = chunk.copy(packet, this.#packetLength, offset);
    this.#packetLength += copied;
    this.#finish();
    return offset + copied;
  }

  #finish(): void {
    const packet = this.#packet;
    if (packet === undefined || this.#packetLength < packet.length) return;
    this.#packet = undefined;
    this.#take(packet, 0, this.#packetBody, packet.length);
  }

  /** What can be said of a packet when only its fixed header is there. */
  #check(first: number, size: number): void {
    if (first >> 4 === 0) throw new MalformedPacketError('reserved-packet-type', 'A packet has the reserved type 0.');
    if (size > this.#maximumPacketSize) {
      throw new MalformedPacketError(
        'packet-too-large',
        `A packet of ${String(size)} bytes is larger than the ${String(this.#maximumPacketSize)} bytes that are allowed.`,
      );
    }
    if (first >> 4 === PUBLISH && (first & 0x06) === 0x06) {
      throw new MalformedPacketError('quality-of-service', 'A message has quality of service 3; there are 0, 1 and 2.');
    }
  }

  #take(bytes: Buffer, start: number, body: number, end: number): void {
    if ((bytes[start] ?? 0) >> 4 === PUBLISH) this.#publish(bytes, start, body, end);
    else this.#release(bytes, start, body, end);
  }

  /** Decodes the PUBREL packet in `bytes[start, end)` (MQTT 5, 3.6). Whatever reason and properties it has, the id is released. */
  #release(bytes: Buffer, start: number, body: number, end: number): void {
    const flags = (bytes[start] ?? 0) & 0x0f;
    // In MQTT 3.1 the bit above says that it is sent again.
    if (flags !== 2 && (this.#protocolVersion !== 3 || flags !== 10)) {
      throw new MalformedPacketError('flags', `A PUBREL packet has the flags ${String(flags)} and not 2.`);
    }
    const packetId = readUInt16(bytes, body, end, 'packet id');
    if (packetId === 0) throw new MalformedPacketError('packet-id', 'A PUBREL packet has packet id 0.');
    this.#handler.release(packetId);
  }

  /** Decodes the PUBLISH packet in `bytes[start, end)`, whose variable header begins at `body` (MQTT 5, 3.3). */
  #publish(bytes: Buffer, start: number, body: number, end: number): void {
    const first = bytes[start] ?? 0;
    // 3 was refused when the header was read.
    const qos = (first >> 1) & 3;
    const topicStart = body + 2;
    const topicEnd = topicStart + readUInt16(bytes, body, end, 'topic');
    if (topicEnd > end) throw tooShort('topic', topicEnd - topicStart, end - topicStart);
    let offset = topicEnd;
    let packetId = 0;
    if (qos > 0) {
      packetId = readUInt16(bytes, offset, end, 'packet id');
      if (packetId === 0) throw new MalformedPacketError('packet-id', `A message of QoS ${String(qos)} has packet id 0.`);
      offset += 2;
    }
    let alias = 0;
    if (this.#protocolVersion === 5) {
      const length = this.#readInteger(bytes, offset, end, 'property length');
      const properties = this.#integerEnd;
      offset = properties + length;
      if (offset > end) throw tooShort('properties', length, end - properties);
      if (length > 0) alias = this.#readAlias(bytes, properties, offset);
    }
    const topic = topicStart < topicEnd ? this.#topics.topic(bytes, topicStart, topicEnd) : this.#aliased(alias);
    if (alias > 0) this.#aliases.set(alias, topic);
    this.#handler.publish(new ReceivedPublish(topic, bytes, offset, end, packetId, first));
  }

  #aliased(alias: number): string {
    if (alias === 0) throw new MalformedPacketError('topic', 'A message has neither a topic nor a topic alias.');
    const topic = this.#aliases.get(alias);
    if (topic === undefined) {
      throw new MalformedPacketError('topic-alias', `Topic alias ${String(alias)} was never given a topic on this connection.`);
    }
    return topic;
  }

  /** Walks over the properties in `bytes[offset, end)`; the topic alias, or 0. */
  #readAlias(bytes: Buffer, offset: number, end: number): number {
    let alias = 0;
    // One bit for each property that may come only once. Their ids are below 10, but for the topic alias, which takes bit 10.
    let seen = 0;
    while (offset < end) {
      const property = bytes[offset++] ?? 0;
      switch (property) {
        case PAYLOAD_FORMAT_INDICATOR:
          offset += 1;
          break;
        case MESSAGE_EXPIRY_INTERVAL:
          offset += 4;
          break;
        case CONTENT_TYPE:
        case RESPONSE_TOPIC:
        case CORRELATION_DATA:
          offset += 2 + readUInt16(bytes, offset, end, `property ${String(property)}`);
          break;
        case SUBSCRIPTION_IDENTIFIER:
          this.#readInteger(bytes, offset, end, 'subscription identifier');
          offset = this.#integerEnd;
          break;
        case TOPIC_ALIAS:
          alias = readUInt16(bytes, offset, end, 'topic alias');
          if (alias === 0 || alias > this.#topicAliasMaximum) throw this.#wrongAlias(alias);
          offset += 2;
          break;
        case USER_PROPERTY:
          offset += 2 + readUInt16(bytes, offset, end, 'user property');
          offset += 2 + readUInt16(bytes, offset, end, 'user property');
          break;
        default:
          throw new MalformedPacketError('property', `A message has property ${String(property)}, which messages cannot have.`);
      }
      if (offset > end) throw endsInside(property, offset - end);
      if (property === USER_PROPERTY || property === SUBSCRIPTION_IDENTIFIER) continue;
      const bit = 1 << (property === TOPIC_ALIAS ? 10 : property);
      if ((seen & bit) !== 0) throw new MalformedPacketError('property', `A message has property ${String(property)} twice.`);
      seen |= bit;
    }
    return alias;
  }

  #wrongAlias(alias: number): MalformedPacketError {
    return new MalformedPacketError(
      'topic-alias',
      `Topic alias ${String(alias)} is outside 1 to ${String(this.#topicAliasMaximum)}, the range that this client allows.`,
    );
  }

  /** Reads the remaining length at `offset`; false when the bytes end before it does. */
  #readRemainingLength(bytes: Buffer, offset: number): boolean {
    let value = 0;
    for (let position = 0; position < 4; position++) {
      const byte = bytes[offset + position];
      if (byte === undefined) return false;
      value += (byte & 0x7f) << (7 * position);
      if (byte < 0x80) {
        this.#integer = value;
        this.#integerEnd = offset + position + 1;
        return true;
      }
    }
    throw new MalformedPacketError('remaining-length', 'The remaining length of a packet is longer than 4 bytes.');
  }

  /** Reads a variable byte integer inside a packet (MQTT 5, 1.5.5); leaves the offset behind it in `#integerEnd`. */
  #readInteger(bytes: Buffer, offset: number, end: number, what: string): number {
    let value = 0;
    for (let position = 0; position < 4 && offset + position < end; position++) {
      const byte = bytes[offset + position] ?? 0;
      value += (byte & 0x7f) << (7 * position);
      if (byte < 0x80) {
        this.#integerEnd = offset + position + 1;
        return value;
      }
    }
    throw new MalformedPacketError('length', `The ${what} of a message does not end where it should.`);
  }
}

/** Whether a packet with this first byte is decoded here. */
function isOurs(first: number): boolean {
  return first >> 4 === PUBLISH || first >> 4 === PUBREL;
}

function readUInt16(bytes: Buffer, offset: number, end: number, what: string): number {
  if (offset + 2 > end) throw tooShort(what, 2, Math.max(0, end - offset));
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}

function tooShort(what: string, needed: number, present: number): MalformedPacketError {
  return new MalformedPacketError(
    'length',
    `A message ends inside its ${what}: ${String(needed)} bytes are needed, ${String(present)} are there.`,
  );
}

function endsInside(property: number, missing: number): MalformedPacketError {
  return new MalformedPacketError(
    'length',
    `The properties of a message end inside property ${String(property)}: ${String(missing)} bytes are missing.`,
  );
}
