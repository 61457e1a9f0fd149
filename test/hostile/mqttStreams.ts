import type { PublishDecoderOptions } from '../../src/sources/mqtt/PublishDecoder';
import type { Random } from './random';

/** A message as it was written into a stream. */
export interface WrittenMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly packetId: number;
}

/** The bytes of one connection, and what an honest one says. */
export interface HostileStream {
  readonly bytes: Buffer;
  readonly options: PublishDecoderOptions;
  readonly packets: number;
  /** Undefined where the bytes were damaged, so that only the decoder can tell. */
  readonly messages: readonly WrittenMessage[] | undefined;
}

const TOPICS = [
  'sensors/kitchen', '__proto__', 'constructor/toString', 'a', '/', 'ü/\u{1f321}', ' ', 'x'.repeat(127), 'x'.repeat(128), 'y'.repeat(300),
];
const BAD_TOPICS = [
  Buffer.from([0xff, 0xfe]), Buffer.from([0xc0, 0x80]), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from([0xe2, 0x82]), Buffer.from('a\0b'),
  Buffer.from('a/#'), Buffer.from('+'), Buffer.from([0xf5, 0x80, 0x80, 0x80]), Buffer.alloc(0), Buffer.alloc(5000, 0x61),
];

/** A variable byte integer, also in more bytes than it needs. */
function integer(value: number, least = 1): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push(rest % 128);
    rest = Math.floor(rest / 128);
  } while (rest > 0 || bytes.length < least);
  return Buffer.from(bytes.map((byte, index) => (index < bytes.length - 1 ? byte | 0x80 : byte)));
}

function number16(value: number): Buffer {
  return Buffer.from([(value >> 8) & 0xff, value & 0xff]);
}

function text(bytes: Buffer): Buffer {
  return Buffer.concat([number16(bytes.length), bytes]);
}

function packet(first: number, body: Buffer, length = integer(body.length)): Buffer {
  return Buffer.concat([Buffer.from([first]), length, body]);
}

/** The aliases that an honest broker has given topics to on this connection. */
type Aliases = Map<number, string>;

function soundProperties(random: Random, alias: number): Buffer {
  const parts: Buffer[] = [];
  if (random.happens(0.3)) parts.push(Buffer.from([1, random.below(2)]));
  if (random.happens(0.3)) parts.push(Buffer.from([2]), random.bytes(4));
  if (random.happens(0.3)) parts.push(Buffer.from([3]), text(Buffer.from('text/plain')));
  for (let count = random.below(3); count > 0; count--) parts.push(Buffer.from([38]), text(Buffer.from('__proto__')), text(random.bytes(5)));
  if (random.happens(0.3)) parts.push(Buffer.from([11]), integer(1 + random.below(1_000_000)));
  if (alias > 0) parts.push(Buffer.from([35]), number16(alias));
  return Buffer.concat(parts);
}

function wildProperties(random: Random): Buffer {
  const parts: Buffer[] = [];
  for (let count = random.below(5); count > 0; count--) {
    parts.push(Buffer.from([random.pick([1, 2, 3, 8, 9, 11, 35, 38, 0, 255, random.below(256)])]), random.bytes(random.below(12)));
  }
  return Buffer.concat(parts);
}

/** One honest PUBLISH; adds what it says to `messages`. */
function soundPublish(random: Random, options: PublishDecoderOptions, aliases: Aliases, messages: WrittenMessage[]): Buffer {
  const qos = random.pick([0, 1, 2] as const);
  const packetId = qos === 0 ? 0 : 1 + random.below(65_535);
  const payload = random.bytes(random.pick([0, 1, 20, 100]));
  const alias = options.protocolVersion === 5 && options.topicAliasMaximum > 0 && random.happens(0.4)
    ? 1 + random.below(Math.min(options.topicAliasMaximum, 8)) : 0;
  const known = aliases.get(alias);
  const usesAlias = known !== undefined && random.happens(0.7);
  const topic = usesAlias ? known : random.pick(TOPICS);
  if (alias > 0) aliases.set(alias, topic);
  const parts = [text(usesAlias ? Buffer.alloc(0) : Buffer.from(topic))];
  if (qos > 0) parts.push(number16(packetId));
  if (options.protocolVersion === 5) {
    const properties = soundProperties(random, alias);
    parts.push(integer(properties.length, random.happens(0.1) ? 3 : 1), properties);
  }
  messages.push({ topic, payload, qos, packetId });
  const body = Buffer.concat([...parts, payload]);
  return packet(0x30 | (qos << 1) | random.below(2) | (qos > 0 ? random.below(2) << 3 : 0), body, integer(body.length, random.happens(0.1) ? 4 : 1));
}

/** A packet that is wrong in a way that flipped bytes rarely hit. */
function wildPacket(random: Random, options: PublishDecoderOptions): Buffer {
  switch (random.below(8)) {
    case 0:
      return packet(0x30, Buffer.concat([text(random.pick(BAD_TOPICS)), Buffer.from([0]), random.bytes(10)]));
    case 1: {
      const properties = wildProperties(random);
      return packet(0x32, Buffer.concat([text(Buffer.from('t')), number16(random.below(3)), integer(properties.length), properties]));
    }
    case 2: // A length that was never sent, up to the largest there is.
      return packet(0x30, Buffer.concat([text(Buffer.from('t')), random.bytes(10)]), integer(random.pick([200, 70_000, 2_000_000, 268_435_455])));
    case 3: // An alias that was never given, or is out of range.
      return packet(0x30, Buffer.concat([text(Buffer.alloc(0)), Buffer.from([3, 35]), number16(random.below(65_536))]));
    case 4: // Longer than allowed, and really sent.
      return packet(0x30, Buffer.concat([text(Buffer.from('t')), Buffer.alloc(Math.min(options.maximumPacketSize, 3000) + 1)]));
    case 5:
      return Buffer.from([random.below(256), 0xff, 0xff, 0xff, random.pick([0x7f, 0x80, 0xff])]);
    case 6:
      return packet(random.below(256), random.bytes(random.below(30)));
    default:
      return random.bytes(random.below(40));
  }
}

function otherPacket(random: Random): Buffer {
  return random.pick([
    Buffer.from([0x20, 2, 0, 0]), Buffer.from([0xd0, 0]), packet(0x90, Buffer.from([0, 1, 1])), packet(0x62, number16(1 + random.below(65_535))),
  ]);
}

function damaged(random: Random, stream: Buffer): Buffer {
  let bytes: Buffer = Buffer.from(stream);
  for (let count = 1 + random.below(3); count > 0 && bytes.length > 0; count--) {
    const place = random.below(bytes.length);
    const end = Math.min(bytes.length, place + 1 + random.below(40));
    switch (random.below(5)) {
      case 0:
        bytes[place] = (bytes[place] ?? 0) ^ (1 << random.below(8));
        break;
      case 1:
        bytes[place] = random.pick([0, 0x7f, 0x80, 0xff, random.below(256)]);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(end)]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, end), bytes.subarray(place)]);
        break;
      default:
        bytes = Buffer.concat([bytes.subarray(0, place), random.bytes(1 + random.below(6)), bytes.subarray(place)]);
    }
  }
  return bytes;
}

/** The stream of a seed: one in four is honest, the others are damaged or have hostile packets in them. */
export function hostileStream(random: Random): HostileStream {
  const options: PublishDecoderOptions = {
    protocolVersion: random.pick([3, 4, 5, 5]),
    maximumPacketSize: random.pick([1000, 5000, 1_048_576]),
    topicAliasMaximum: random.pick([0, 3, 65_535]),
  };
  const kind = random.below(4);
  const packets = 1 + random.below(40);
  const aliases: Aliases = new Map();
  const messages: WrittenMessage[] = [];
  const parts: Buffer[] = [];
  for (let count = 0; count < packets; count++) {
    if (kind >= 2 && random.happens(0.05)) parts.push(wildPacket(random, options));
    else if (random.happens(0.2)) parts.push(otherPacket(random));
    else parts.push(soundPublish(random, options, aliases, messages));
  }
  const bytes = Buffer.concat(parts);
  const harmed = kind === 1 || kind === 3;
  return { bytes: harmed ? damaged(random, bytes) : bytes, options, packets, messages: kind === 0 ? messages : undefined };
}

/** The stream in pieces: whole, byte by byte, or anywhere between. */
export function pieces(random: Random, bytes: Buffer): Buffer[] {
  const most = random.pick([1, 3, 50, 1000]);
  const result: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = Math.min(bytes.length, start + 1 + random.below(most));
    // A copy, as each piece from the network is: what is kept of it must not lean on the whole.
    result.push(Buffer.from(bytes.subarray(start, end)));
    start = end;
  }
  return result;
}
