import { Duplex } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { MqttClient } from 'mqtt';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { InboundLane } from '../../../src/sources/mqtt/InboundLane';
import { MessageIntake } from '../../../src/sources/mqtt/MessageIntake';
import { ReadingPace } from '../../../src/sources/mqtt/ReadingPace';
import { bytesOf, publishBytes, split } from './packets';
import { QUICK_RESTS } from './quickRests';

/** A connection whose other end is a recording of what a broker sent. */
class Recording extends Duplex {
  readonly written: Buffer[] = [];

  override _read(): void {
    // Bytes are pushed.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.written.push(chunk);
    callback();
  }
}

/** What a subscriber made of a recording. */
interface Outcome {
  /** Messages of QoS 0 and 1, in order. */
  readonly messages: readonly string[];
  /** Messages of QoS 2: mqtt.js tells them when they are released, the lane when they come. */
  readonly once: readonly string[];
  /** The ids that each kind of acknowledgement names, in order: what the standard asks for (MQTT 5, 4.6). */
  readonly answers: Readonly<Record<string, readonly number[]>>;
}

type Version = 4 | 5;

/** At QoS 2 mqtt.js tells the last copy of a message that came again, the lane the first: only what the sender wrote is compared. */
function shown(topic: string, payload: Buffer, qos: number, retain: boolean, dup: boolean): string {
  return JSON.stringify([topic, payload.toString('hex'), qos, retain, qos < 2 && dup]);
}

function outcome(messages: readonly { readonly qos: number; readonly text: string }[], recording: Recording, version: Version): Outcome {
  const texts = (wanted: (qos: number) => boolean): string[] => messages.filter(({ qos }) => wanted(qos)).map(({ text }) => text);
  return { messages: texts((qos) => qos < 2), once: texts((qos) => qos === 2).sort(), answers: answersIn(recording, version) };
}

/** Success is written with or without a reason code; anything else would not be an answer here. */
function answersIn({ written }: Recording, protocolVersion: Version): Outcome['answers'] {
  const answers: Record<string, number[]> = { puback: [], pubrec: [], pubcomp: [] };
  const parser = mqttPacket.parser({ protocolVersion });
  parser.on('packet', (packet: Packet) => {
    const { cmd, messageId = 0, reasonCode = 0 } = packet as Packet & { messageId?: number; reasonCode?: number };
    if (reasonCode === 0) answers[cmd]?.push(messageId);
  });
  parser.parse(Buffer.concat(written));
  return answers;
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function play(client: MqttClient, recording: Recording, chunks: readonly Buffer[]): Promise<void> {
  await turns(2);
  for (const chunk of chunks) {
    recording.push(chunk);
    await turns(1);
  }
  await turns(10);
  client.end(true);
}

function clientOver(stream: Duplex, protocolVersion: Version): MqttClient {
  const client = new MqttClient(() => stream, { protocolVersion, clientId: 'c', keepalive: 0, reconnectPeriod: 0 });
  client.on('error', () => undefined);
  return client;
}

/** mqtt.js on its own. */
async function stock(chunks: readonly Buffer[], protocolVersion: Version): Promise<Outcome> {
  const recording = new Recording();
  const messages: { qos: number; text: string }[] = [];
  const client = clientOver(recording, protocolVersion);
  client.on('message', (topic, payload, { qos, retain, dup }) => {
    messages.push({ qos, text: shown(topic, payload, qos, retain, dup) });
  });
  await play(client, recording, chunks);
  return outcome(messages, recording, protocolVersion);
}

/** mqtt.js with the lane before it. */
async function throughLane(chunks: readonly Buffer[], protocolVersion: Version): Promise<Outcome> {
  const recording = new Recording();
  const messages: { qos: number; text: string }[] = [];
  const intake = new MessageIntake(
    {
      store: (stored) => {
        for (const message of stored) {
          const { topic, payload, qos, retain, dup } = message as typeof message & { qos: number; retain: boolean; dup: boolean };
          messages.push({ qos, text: shown(topic, payload as Buffer, qos, retain, dup) });
        }
        return undefined;
      },
      dropped: () => undefined,
      status: () => undefined,
      problem: () => undefined,
    },
    { session: 's', isKept: false, dropped: () => undefined },
  );
  const decoder = { protocolVersion, maximumPacketSize: 100_000, topicAliasMaximum: 0 };
  const lane = new InboundLane(recording, decoder, intake, () => () => undefined, new ReadingPace(QUICK_RESTS));
  const client = clientOver(lane, protocolVersion);
  client.on('message', () => {
    throw new Error('A message went past the lane.');
  });
  await play(client, recording, chunks);
  return outcome(messages, recording, protocolVersion);
}

const publish = fc.record({
  topic: fc.stringMatching(/^[a-zäö€/]{1,12}$/),
  payload: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
  retain: fc.boolean(),
  again: fc.boolean(),
});

/** Packets as a broker may send them: ids of QoS 2 are released some time after their message, which may come twice before that. */
const recordings = fc.array(publish, { maxLength: 15 }).map((publishes) => {
  const packets: ((version: Version) => Buffer)[] = [];
  const open: number[] = [];
  for (const [index, { qos, again, ...rest }] of publishes.entries()) {
    const messageId = index + 1;
    const message = { ...rest, qos, ...(qos > 0 ? { messageId } : {}) };
    packets.push((version) => publishBytes(message, version));
    if (qos === 2) {
      if (again) packets.push((version) => publishBytes({ ...message, dup: true }, version));
      open.push(messageId);
    }
    const released = again ? open.shift() : undefined;
    if (released !== undefined) packets.push((version) => bytesOf({ cmd: 'pubrel', messageId: released }, version));
    if (rest.retain) packets.push((version) => bytesOf({ cmd: 'pingresp' }, version));
  }
  for (const messageId of open) packets.push((version) => bytesOf({ cmd: 'pubrel', messageId }, version));
  return packets;
});

describe('the inbound lane and mqtt.js alone', () => {
  for (const version of [4, 5] as const) {
    it(`make the same of the same bytes in version ${String(version)}, however these are cut`, async () => {
      const connack: Packet = { cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent: false };
      await fc.assert(
        fc.asyncProperty(recordings, fc.array(fc.nat(2000), { maxLength: 12 }), async (packets, places) => {
          const bytes = Buffer.concat([bytesOf(connack, version), ...packets.map((packet) => packet(version))]);
          const chunks = split(bytes, places);
          const [alone, lane] = await Promise.all([stock(chunks, version), throughLane(chunks, version)]);
          expect(lane).to.deep.equal(alone);
        }),
        { numRuns: 60 },
      );
    });
  }
});
