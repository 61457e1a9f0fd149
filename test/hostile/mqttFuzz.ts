import { Duplex } from 'node:stream';
import { expect } from 'chai';
import { InboundLane } from '../../src/sources/mqtt/InboundLane';
import { MalformedPacketError } from '../../src/sources/mqtt/MalformedPacketError';
import { PublishDecoder, type PublishDecoderOptions, type PublishMessage } from '../../src/sources/mqtt/PublishDecoder';
import { ReadingPace } from '../../src/sources/mqtt/ReadingPace';
import { QUICK_RESTS } from '../sources/mqtt/quickRests';
import { hostileStream, pieces } from './mqttStreams';
import { Random } from './random';

/** All that came of a stream. */
interface Outcome {
  readonly messages: readonly string[];
  readonly packetIds: readonly number[];
  readonly released: readonly number[];
  readonly passed: Buffer;
  /** Why it ended; empty where it did not. */
  readonly error: string;
}

class Socket extends Duplex {
  readonly written: Buffer[] = [];

  constructor() {
    // As sockets of the network: they say goodbye when the other end did.
    super({ allowHalfOpen: false });
  }

  override _read(): void {
    // The test pushes.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.written.push(chunk);
    callback();
  }
}

function shown({ topic, payload, qos, retain, dup, packetId }: PublishMessage): string {
  return [topic, payload.toString('latin1'), qos, retain, dup, packetId].join('\n');
}

/** The reason and the words: an error that depends on where the bytes were cut would mislead. */
function reasonOf(error: unknown): string {
  expect(error).to.be.instanceOf(MalformedPacketError);
  const { reason, message } = error as MalformedPacketError;
  return `${reason}: ${message}`;
}

function decode(options: PublishDecoderOptions, chunks: readonly Buffer[]): Outcome {
  const messages: string[] = [];
  const packetIds: number[] = [];
  const released: number[] = [];
  const passed: Buffer[] = [];
  let error = '';
  const decoder = new PublishDecoder(options, {
    publish: (message) => {
      messages.push(shown(message));
      if (message.qos > 0) packetIds.push(message.packetId);
    },
    release: (packetId) => released.push(packetId),
    pass: (bytes) => passed.push(bytes),
  });
  try {
    for (const chunk of chunks) decoder.decode(chunk);
  } catch (thrown) {
    error = reasonOf(thrown);
  }
  return { messages, packetIds, released, passed: Buffer.concat(passed), error };
}

async function throughLane(options: PublishDecoderOptions, chunks: readonly Buffer[]): Promise<Outcome> {
  const messages: string[] = [];
  const passed: Buffer[] = [];
  let error = '';
  const socket = new Socket();
  const lane = new InboundLane(socket, options, {
    isBehind: false,
    whenCaughtUp: () => Promise.resolve(),
    isFull: false,
    whenFree: () => Promise.resolve(),
    opened: () => undefined,
    store: (stored) => {
      for (const message of stored) messages.push(shown(message));
      return undefined;
    },
    release: () => undefined,
    dropped: () => undefined,
  }, () => () => undefined, new ReadingPace(QUICK_RESTS));
  lane.on('data', (bytes: Buffer) => passed.push(bytes));
  lane.on('error', (thrown) => {
    error = reasonOf(thrown);
  });
  const closed = new Promise<void>((resolve) => lane.once('close', resolve));
  for (const chunk of chunks) socket.push(chunk);
  socket.push(null);
  await closed;
  const acknowledged = Buffer.concat(socket.written);
  const packetIds: number[] = [];
  const released: number[] = [];
  for (let offset = 0; offset < acknowledged.length; offset += 4) {
    const type = acknowledged.readUInt16BE(offset);
    // PUBACK, PUBREC, PUBCOMP
    expect(type).to.be.oneOf([0x4002, 0x5002, 0x7002]);
    (type === 0x7002 ? released : packetIds).push(acknowledged.readUInt16BE(offset + 2));
  }
  return { messages, packetIds, released, passed: Buffer.concat(passed), error };
}

/** Runs the stream of one seed; throws where anything is not as it must be. @returns packets and whether it was refused */
export async function fuzzStream(seed: number): Promise<{ readonly packets: number; readonly refused: boolean }> {
  const random = new Random(seed);
  const stream = hostileStream(random);
  const whole = decode(stream.options, [stream.bytes]);
  const cut = decode(stream.options, pieces(random, stream.bytes));
  expect(cut.error, 'error however cut').to.equal(whole.error);
  expect(cut.messages, 'messages however cut').to.deep.equal(whole.messages);
  expect(cut.passed.equals(whole.passed), 'bytes passed on however cut').to.equal(true);
  if (stream.messages !== undefined) {
    expect(whole.error).to.equal('');
    const written = stream.messages.map(({ topic, payload, qos, packetId }) => [topic, payload.toString('latin1'), qos, packetId].join('\n'));
    expect(whole.messages.map((message) => message.replace(/\n(true|false)\n(true|false)(?=\n\d+$)/, ''))).to.deep.equal(written);
  }
  const lane = await throughLane(stream.options, pieces(random, stream.bytes));
  expect(lane.error, 'error of the lane').to.equal(whole.error);
  expect(lane.messages, 'messages of the lane').to.deep.equal(whole.messages);
  // A connection that ends at a malformed packet may take acknowledgements and other packets with it, but only the last ones.
  expect(whole.packetIds.slice(0, lane.packetIds.length)).to.deep.equal(lane.packetIds);
  expect(whole.released.slice(0, lane.released.length)).to.deep.equal(lane.released);
  expect(whole.passed.subarray(0, lane.passed.length).equals(lane.passed)).to.equal(true);
  if (whole.error === '') {
    expect(lane.packetIds).to.have.length(whole.packetIds.length);
    expect(lane.released).to.have.length(whole.released.length);
    expect(lane.passed).to.have.length(whole.passed.length);
  }
  return { packets: stream.packets, refused: whole.error !== '' };
}

/** Runs streams until there were so many packets. A failure names its seed. */
export async function fuzzPackets(packets: number, firstSeed: number): Promise<{ readonly streams: number; readonly refused: number }> {
  let streams = 0;
  let refused = 0;
  for (let done = 0; done < packets; streams++) {
    const seed = firstSeed + streams;
    try {
      const outcome = await fuzzStream(seed);
      done += outcome.packets;
      if (outcome.refused) refused++;
    } catch (thrown) {
      throw new Error(`Seed ${String(seed)}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, { cause: thrown });
    }
  }
  return { streams, refused };
}
