import { expect } from 'chai';
import fc from 'fast-check';
import mqttPacket, { type IPublishPacket, type Packet } from 'mqtt-packet';
import { MalformedPacketError } from '../../../src/sources/mqtt/MalformedPacketError';
import { PublishDecoder, type PublishDecoderOptions, type PublishMessage } from '../../../src/sources/mqtt/PublishDecoder';
import { bytesOf, publishBytes, rawPublish, split } from './packets';

const VERSION_4: PublishDecoderOptions = { protocolVersion: 4, maximumPacketSize: 100_000, topicAliasMaximum: 0 };
const VERSION_5: PublishDecoderOptions = { protocolVersion: 5, maximumPacketSize: 100_000, topicAliasMaximum: 10 };

interface Decoded {
  readonly messages: PublishMessage[];
  readonly released: number[];
  readonly passed: Buffer;
}

function decode(chunks: readonly Buffer[], options = VERSION_4): Decoded {
  const messages: PublishMessage[] = [];
  const released: number[] = [];
  const passed: Buffer[] = [];
  const decoder = new PublishDecoder(options, {
    publish: (message) => messages.push(message),
    release: (packetId) => released.push(packetId),
    // Kept as they are, like a stream may keep them.
    pass: (bytes) => passed.push(bytes),
  });
  for (const chunk of chunks) decoder.decode(chunk);
  return { messages: messages.map(plain), released, passed: Buffer.concat(passed) };
}

/** All that a message says, when the decoder has gone on for long. */
function plain({ topic, payload, qos, retain, dup, packetId, place }: PublishMessage): PublishMessage {
  expect(place?.block.subarray(place.start, place.end)).to.deep.equal(payload);
  return { topic, payload, qos, retain, dup, packetId };
}

function reasonOf(chunks: readonly Buffer[], options = VERSION_4): string {
  try {
    decode(chunks, options);
  } catch (error) {
    if (error instanceof MalformedPacketError) return error.reason;
    throw error;
  }
  return 'well-formed';
}

const topics = fc
  .string({ minLength: 1, maxLength: 200, unit: 'grapheme' })
  .filter((topic) => !['\0', '+', '#'].some((character) => topic.includes(character)));

const publishes = (protocolVersion: 4 | 5): fc.Arbitrary<Packet> =>
  fc
    .record({
      topic: topics,
      payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
      retain: fc.boolean(),
      dup: fc.boolean(),
      messageId: fc.integer({ min: 1, max: 65_535 }),
      properties: fc.record(
        {
          payloadFormatIndicator: fc.boolean(),
          messageExpiryInterval: fc.integer({ min: 0, max: 0xffffffff }),
          contentType: fc.string({ maxLength: 20 }),
          responseTopic: fc.string({ maxLength: 20 }),
          correlationData: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
          subscriptionIdentifier: fc.integer({ min: 1, max: 268_435_455 }),
          topicAlias: fc.integer({ min: 1, max: 10 }),
          userProperties: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string({ maxLength: 10 }), { minKeys: 1 }),
        },
        { requiredKeys: [] },
      ),
    })
    .map(({ qos, dup, messageId, properties, ...rest }): Packet => ({
      cmd: 'publish',
      qos,
      ...rest,
      dup: qos > 0 && dup,
      ...(qos > 0 ? { messageId } : {}),
      ...(protocolVersion === 5 ? { properties } : {}),
    }));

const others: fc.Arbitrary<Packet> = fc.constantFrom<Packet>(
  { cmd: 'pingresp' },
  { cmd: 'puback', messageId: 7 },
  { cmd: 'pubrel', messageId: 8 },
  { cmd: 'suback', messageId: 9, granted: [0, 1] },
);

const recordings = (protocolVersion: 4 | 5): fc.Arbitrary<Packet[]> =>
  fc.array(fc.oneof({ weight: 4, arbitrary: publishes(protocolVersion) }, others), { maxLength: 12 });

/** What mqtt-packet's own parser finds: messages and released ids, and the bytes of all other packets. */
function oracle(packets: readonly Packet[], protocolVersion: 4 | 5): Decoded {
  const messages: PublishMessage[] = [];
  const released: number[] = [];
  const passed: Buffer[] = [];
  for (const packet of packets) {
    const bytes = bytesOf(packet, protocolVersion);
    if (packet.cmd === 'pubrel') {
      released.push(packet.messageId ?? 0);
      continue;
    }
    if (packet.cmd !== 'publish') {
      passed.push(bytes);
      continue;
    }
    const parser = mqttPacket.parser({ protocolVersion });
    const parsed: IPublishPacket[] = [];
    parser.on('packet', (found: Packet) => parsed.push(found as IPublishPacket));
    parser.parse(bytes);
    const found = parsed[0];
    if (found === undefined) throw new Error('mqtt-packet cannot read what it wrote.');
    messages.push({
      topic: found.topic,
      payload: Buffer.from(found.payload as Buffer),
      qos: found.qos,
      retain: found.retain,
      dup: found.dup,
      packetId: found.messageId ?? 0,
    });
  }
  return { messages, released, passed: Buffer.concat(passed) };
}

describe('PublishDecoder', () => {
  it('decodes a message byte by byte as the standard writes it', () => {
    // 3.1.1, 3.3: type 3 with dup, QoS 1 and retain; 9 bytes; topic "a/b"; packet id 10; payload "hi".
    const bytes = Buffer.from([0x3b, 9, 0, 3, 0x61, 0x2f, 0x62, 0, 10, 0x68, 0x69]);
    expect(decode([bytes]).messages).to.deep.equal([
      { topic: 'a/b', payload: Buffer.from('hi'), qos: 1, retain: true, dup: true, packetId: 10 },
    ]);
  });

  for (const protocolVersion of [4, 5] as const) {
    const options = protocolVersion === 4 ? VERSION_4 : VERSION_5;

    it(`agrees with mqtt-packet in version ${String(protocolVersion)}, however the bytes are cut`, () => {
      fc.assert(
        fc.property(recordings(protocolVersion), fc.array(fc.nat(3000), { maxLength: 40 }), (packets, places) => {
          const bytes = Buffer.concat(packets.map((packet) => bytesOf(packet, protocolVersion)));
          expect(decode(split(bytes, places), options)).to.deep.equal(oracle(packets, protocolVersion));
        }),
        { numRuns: 300 },
      );
    });

    it(`agrees with mqtt-packet in version ${String(protocolVersion)} when every byte comes alone`, () => {
      fc.assert(
        fc.property(recordings(protocolVersion), (packets) => {
          const bytes = Buffer.concat(packets.map((packet) => bytesOf(packet, protocolVersion)));
          const chunks = split(bytes, Array.from(bytes, (_, place) => place));
          expect(decode(chunks, options)).to.deep.equal(oracle(packets, protocolVersion));
        }),
        { numRuns: 50 },
      );
    });
  }

  it('survives any bytes: it decodes them or throws a MalformedPacketError, the same for every way to cut them', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((array) => {
      const copy = Buffer.from(array);
      copy[0] = 0x30 | ((copy[0] ?? 0) & 0x0f);
      return copy;
    });
    const outcome = (chunks: Buffer[]): unknown => {
      try {
        return decode(chunks, VERSION_5);
      } catch (error) {
        if (error instanceof MalformedPacketError) return { reason: error.reason, message: error.message };
        throw error;
      }
    };
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(60), { maxLength: 10 }), (whole, places) => {
        expect(outcome(split(whole, places))).to.deep.equal(outcome([whole]));
      }),
      { numRuns: 2000 },
    );
  });

  it('hands over, in order, what lies between other packets', () => {
    const order: string[] = [];
    const decoder = new PublishDecoder(VERSION_4, {
      publish: ({ topic }) => order.push(topic),
      release: (packetId) => order.push(`release ${String(packetId)}`),
      pass: (bytes) => order.push(`${String(bytes.length)} bytes`),
    });
    decoder.decode(
      Buffer.concat([
        bytesOf({ cmd: 'connack', returnCode: 0, sessionPresent: false }),
        publishBytes({ topic: 'first' }),
        bytesOf({ cmd: 'pingresp' }),
        bytesOf({ cmd: 'pubrel', messageId: 258 }),
        publishBytes({ topic: 'second' }),
      ]),
    );
    expect(order).to.deep.equal(['4 bytes', 'first', '2 bytes', 'release 258', 'second']);
  });

  it('never confuses topics, not even when one begins like the other and they share a slot of the cache', () => {
    const names = Array.from({ length: 5000 }, (_, index) => ['site', `site/${String(index % 3000)}`]).flat();
    const { messages } = decode([Buffer.concat(names.map((topic) => publishBytes({ topic })))]);
    expect(messages.map(({ topic }) => topic)).to.deep.equal(names);
  });

  it('decodes payloads of every length of the remaining length', () => {
    for (const size of [0, 1, 100, 127, 128, 16_000, 16_383, 16_384, 99_000]) {
      const payload = Buffer.alloc(size, 7);
      const bytes = publishBytes({ topic: 't', payload });
      expect(decode(split(bytes, [1, 2, 3, 4, 5, 6, 20_000])).messages[0]?.payload.equals(payload)).to.equal(true);
    }
  });

  describe('topic aliases', () => {
    const alias = (topic: string, topicAlias: number): Buffer => publishBytes({ topic, properties: { topicAlias } }, 5);

    it('stand for the topic they were last given, for the length of the connection', () => {
      const chunks = [alias('a', 1), alias('b', 10), alias('', 1), alias('', 10), alias('c', 1), alias('', 1)];
      const { messages } = decode(chunks, VERSION_5);
      expect(messages.map(({ topic }) => topic)).to.deep.equal(['a', 'b', 'a', 'b', 'c', 'c']);
    });

    it('may be given by a message of QoS 2', () => {
      const second = publishBytes({ topic: 'a', qos: 2, messageId: 1, properties: { topicAlias: 3 } }, 5);
      const { messages } = decode([second, alias('', 3)], VERSION_5);
      expect(messages.map(({ topic, qos }) => [topic, qos])).to.deep.equal([['a', 2], ['a', 0]]);
    });

    it('are refused when unknown, 0 or above the maximum', () => {
      // Property length 3, property 35 (topic alias), two bytes.
      const raw = (number: number): Buffer => rawPublish(0x30, Buffer.from('t'), [3, 35, 0, number]);
      expect(reasonOf([raw(10)], VERSION_5)).to.equal('well-formed');
      expect(reasonOf([raw(0)], VERSION_5)).to.equal('topic-alias');
      expect(reasonOf([raw(11)], VERSION_5)).to.equal('topic-alias');
      expect(reasonOf([alias('', 2)], VERSION_5)).to.equal('topic-alias');
    });
  });

  describe('refuses', () => {
    const topic = Buffer.from('t');

    it('a remaining length of more than 4 bytes, cut or whole', () => {
      const bytes = Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01]);
      expect(reasonOf([bytes])).to.equal('remaining-length');
      expect(reasonOf(split(bytes, [1, 2, 3, 4]))).to.equal('remaining-length');
    });

    it('quality of service 3', () => {
      expect(reasonOf([rawPublish(0x36, topic, [0, 1])])).to.equal('quality-of-service');
    });

    it('packet id 0 at QoS 1 and 2', () => {
      expect(reasonOf([rawPublish(0x32, topic, [0, 0])])).to.equal('packet-id');
      expect(reasonOf([rawPublish(0x34, topic, [0, 0])])).to.equal('packet-id');
      expect(reasonOf([rawPublish(0x32, topic, [0, 1])])).to.equal('well-formed');
    });

    it('packet type 0', () => {
      expect(reasonOf([Buffer.from([0x00, 0])])).to.equal('reserved-packet-type');
    });

    for (const [what, bytes] of [
      ['not UTF-8', [0xff, 0xfe]],
      ['a surrogate', [0xed, 0xa0, 0x80]],
      ['U+0000', [0x61, 0x00]],
      ['+', [0x61, 0x2b]],
      ['#', [0x23]],
      ['empty', []],
    ] as const) {
      it(`a topic that is or contains: ${what}`, () => {
        expect(reasonOf([rawPublish(0x30, Buffer.from(bytes), [])])).to.equal('topic');
      });
    }

    it('a long topic with a wildcard, which the cache never sees', () => {
      expect(reasonOf([publishBytes({ topic: 'x'.repeat(150) })])).to.equal('well-formed');
      const long = publishBytes({ topic: 'x'.repeat(150) });
      long[long.length - 1] = 0x23;
      expect(reasonOf([long])).to.equal('topic');
    });

    it('lengths that reach beyond the packet', () => {
      expect(reasonOf([Buffer.from([0x30, 0])])).to.equal('length');
      expect(reasonOf([Buffer.from([0x30, 1, 0])])).to.equal('length');
      expect(reasonOf([Buffer.from([0x30, 3, 0, 2, 0x61, 0x62])])).to.equal('length');
      expect(reasonOf([rawPublish(0x32, topic, [0])])).to.equal('length');
      expect(reasonOf([rawPublish(0x30, topic, [])], VERSION_5)).to.equal('length');
      expect(reasonOf([rawPublish(0x30, topic, [0x80])], VERSION_5)).to.equal('length');
      expect(reasonOf([rawPublish(0x30, topic, [5, 1, 0])], VERSION_5)).to.equal('length');
      expect(reasonOf([rawPublish(0x30, topic, [2, 1])], VERSION_5)).to.equal('length');
      // The content type says 9 bytes, the properties have 1.
      expect(reasonOf([rawPublish(0x30, topic, [4, 3, 0, 9, 0x61, 0, 0, 0, 0, 0, 0, 0, 0])], VERSION_5)).to.equal('length');
    });

    it('properties that messages do not have, and some that come twice', () => {
      expect(reasonOf([rawPublish(0x30, topic, [2, 17, 0])], VERSION_5)).to.equal('property');
      expect(reasonOf([rawPublish(0x30, topic, [4, 1, 0, 1, 0])], VERSION_5)).to.equal('property');
      expect(reasonOf([rawPublish(0x30, topic, [6, 35, 0, 1, 35, 0, 1])], VERSION_5)).to.equal('property');
      expect(reasonOf([rawPublish(0x30, topic, [4, 11, 1, 11, 1])], VERSION_5)).to.equal('well-formed');
    });

    it('packets above the maximum size as soon as their length is known, whatever they are', () => {
      const options = { ...VERSION_4, maximumPacketSize: 20 };
      expect(reasonOf([publishBytes({ topic: 't', payload: 'x'.repeat(15) })], options)).to.equal('well-formed');
      expect(reasonOf([publishBytes({ topic: 't', payload: 'x'.repeat(16) })], options)).to.equal('packet-too-large');
      expect(reasonOf([Buffer.from([0x30, 19])], options)).to.equal('packet-too-large');
      expect(reasonOf([Buffer.from([0x90, 19])], options)).to.equal('packet-too-large');
      expect(reasonOf([Buffer.from([0x90]), Buffer.from([19])], options)).to.equal('packet-too-large');
    });
  });

  it('has handed over what came before the malformed packet', () => {
    const messages: string[] = [];
    const decoder = new PublishDecoder(VERSION_4, {
      publish: ({ topic }) => messages.push(topic), release: () => undefined, pass: () => undefined,
    });
    expect(() => {
      decoder.decode(Buffer.concat([publishBytes({ topic: 'good' }), Buffer.from([0x36, 2, 0, 0])]));
    }).to.throw(MalformedPacketError, '3');
    expect(messages).to.deep.equal(['good']);
  });
});
