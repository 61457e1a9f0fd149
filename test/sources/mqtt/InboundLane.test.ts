import { Duplex } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { InboundLane, NotStoredError, type StoreMessages } from '../../../src/sources/mqtt/InboundLane';
import { MalformedPacketError } from '../../../src/sources/mqtt/MalformedPacketError';
import type { PublishMessage } from '../../../src/sources/mqtt/PublishDecoder';
import { bytesOf, publishBytes, split } from './packets';

const OPTIONS = { protocolVersion: 4, maximumPacketSize: 1000, topicAliasMaximum: 0 } as const;

/** The socket of a connection whose other end is the test. */
class TestSocket extends Duplex {
  readonly written: Buffer[] = [];
  /** Set to hold writes back; call it to let the next one go on. */
  heldWrite: (() => void) | undefined;
  holdsWrites = false;

  override _read(): void {
    // The test pushes.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.written.push(chunk);
    if (this.holdsWrites) this.heldWrite = callback;
    else callback();
  }

  get text(): string {
    return Buffer.concat(this.written).toString('hex');
  }
}

interface Bench {
  readonly socket: TestSocket;
  readonly lane: InboundLane;
  /** What mqtt.js would see. */
  readonly passed: Buffer[];
  readonly errors: Error[];
}

function bench(store: StoreMessages, options: ConstructorParameters<typeof InboundLane>[1] = OPTIONS): Bench {
  const socket = new TestSocket();
  const lane = new InboundLane(socket, options, store);
  const passed: Buffer[] = [];
  const errors: Error[] = [];
  lane.on('data', (bytes: Buffer) => passed.push(bytes));
  lane.on('error', (error) => errors.push(error));
  return { socket, lane, passed, errors };
}

/** Streams pass things on in later turns of the event loop. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function deferred(): Deferred {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((onResolve) => {
    resolve = onResolve;
  });
  return { promise, resolve };
}

const message = (messageId: number, qos: 0 | 1 = 1): Buffer =>
  publishBytes({ topic: 't', payload: String(messageId), qos, messageId });
const puback = (id: number): string => `4002${id.toString(16).padStart(4, '0')}`;

describe('InboundLane', () => {
  it('stores the messages of one chunk together and acknowledges them with one write, in order', async () => {
    const stored: (readonly PublishMessage[])[] = [];
    const { socket, passed } = bench((messages) => {
      stored.push(messages);
      return undefined;
    });
    socket.push(Buffer.concat([message(5), message(0, 0), message(300)]));
    await turns();
    expect(stored.map((messages) => messages.map(({ packetId }) => packetId))).to.deep.equal([[5, 0, 300]]);
    expect(socket.written).to.have.length(1);
    expect(socket.text).to.equal(puback(5) + puback(300));
    expect(passed).to.deep.equal([]);
  });

  it('gives mqtt.js all other packets, and the same ones however the bytes are cut', async () => {
    const before = bytesOf({ cmd: 'connack', returnCode: 0, sessionPresent: true });
    const after = bytesOf({ cmd: 'pingresp' });
    const second = publishBytes({ topic: 't', payload: 'two', qos: 2, messageId: 9 });
    const bytes = Buffer.concat([before, message(1), second, message(2, 0), after]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 20 }), async (places) => {
        const stored: string[] = [];
        const { socket, passed } = bench((messages) => {
          stored.push(...messages.map(({ payload }) => payload.toString()));
          return undefined;
        });
        for (const chunk of split(bytes, places)) socket.push(chunk);
        await turns();
        expect(stored).to.deep.equal(['1', '2']);
        expect(Buffer.concat(passed)).to.deep.equal(Buffer.concat([before, second, after]));
        expect(socket.text).to.equal(puback(1));
      }),
      { numRuns: 50 },
    );
  });

  it('acknowledges when the promise resolves and not before', async () => {
    const storing = deferred();
    const { socket } = bench(() => storing.promise);
    socket.push(message(1));
    await turns();
    expect(socket.text).to.equal('');
    storing.resolve();
    await turns();
    expect(socket.text).to.equal(puback(1));
  });

  it('acknowledges in the order of the messages, whatever the order of the promises', async () => {
    const storings = [deferred(), deferred(), undefined];
    let next = 0;
    const { socket } = bench(() => storings[next++]?.promise);
    for (const id of [1, 2, 3]) {
      socket.push(message(id));
      await turns();
    }
    storings[1]?.resolve();
    await turns();
    expect(socket.text).to.equal('');
    storings[0]?.resolve();
    await turns();
    expect(socket.text).to.equal(puback(1) + puback(2) + puback(3));
    expect(socket.written).to.have.length(1);
  });

  it('acknowledges nothing on a connection that has ended', async () => {
    const storing = deferred();
    const { socket, lane } = bench(() => storing.promise);
    socket.push(message(1));
    await turns();
    lane.destroy();
    storing.resolve();
    await turns();
    expect(socket.text).to.equal('');
    expect(socket.destroyed).to.equal(true);
  });

  it('acknowledges nothing after goodbye', async () => {
    const storing = deferred();
    const { socket, lane, errors } = bench(() => storing.promise);
    socket.push(message(1));
    await turns();
    lane.end(bytesOf({ cmd: 'disconnect' }));
    storing.resolve();
    await turns();
    expect(socket.text).to.equal('e000');
    expect(errors).to.deep.equal([]);
  });

  it('acknowledges nothing on a socket that said goodbye after the broker did, and reports no error', async () => {
    const storing = deferred();
    const { socket, errors } = bench(() => storing.promise);
    socket.push(message(1));
    await turns();
    socket.end();
    storing.resolve();
    await turns();
    expect(socket.text).to.equal('');
    expect(errors).to.deep.equal([]);
  });

  it('acknowledges nothing that was not stored, and ends the connection so that the broker sends it again', async () => {
    const rejects = (): Promise<void> => Promise.reject(new Error('full'));
    const throws = (): undefined => {
      throw new Error('full');
    };
    for (const store of [rejects, throws]) {
      const { socket, errors } = bench(store);
      socket.push(Buffer.concat([message(1), message(2)]));
      await turns();
      expect(socket.text).to.equal('');
      expect(errors[0]).to.be.instanceOf(NotStoredError);
      expect(errors[0]?.message).to.contain('2 messages');
      expect(socket.closed).to.equal(true);
    }
  });

  it('goes on when only messages of QoS 0 were not stored', async () => {
    let isFull = true;
    const { socket, errors } = bench(() => (isFull ? Promise.reject(new Error('full')) : undefined));
    socket.push(message(0, 0));
    await turns();
    isFull = false;
    socket.push(message(7));
    await turns();
    expect(errors).to.deep.equal([]);
    expect(socket.text).to.equal(puback(7));
  });

  it('ends the connection at a malformed packet, after storing what came before it', async () => {
    const stored: string[] = [];
    const { socket, errors } = bench((messages) => {
      stored.push(...messages.map(({ payload }) => payload.toString()));
      return undefined;
    });
    socket.push(Buffer.concat([message(1), Buffer.from([0x36, 3, 0, 1, 0x61])]));
    await turns();
    expect(stored).to.deep.equal(['1']);
    expect(errors[0]).to.be.instanceOf(MalformedPacketError);
    expect(socket.closed).to.equal(true);
  });

  it('writes acknowledgements between the packets of mqtt.js, never inside one', async () => {
    const { socket, lane } = bench(() => undefined);
    socket.holdsWrites = true;
    const packet = bytesOf({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a/long/topic', qos: 1 }] });
    lane.write(packet.subarray(0, 1));
    lane.write(packet.subarray(1));
    socket.push(message(1));
    await turns();
    while (socket.heldWrite !== undefined) {
      const release = socket.heldWrite;
      socket.heldWrite = undefined;
      release();
      await turns();
    }
    expect(socket.text).to.equal(packet.toString('hex') + puback(1));
  });

  it('stores nothing more after stopStoring, but still acknowledges what was handed over', async () => {
    const storing = deferred();
    let calls = 0;
    const { socket, lane } = bench(() => {
      calls++;
      return storing.promise;
    });
    socket.push(message(1));
    await turns();
    lane.stopStoring();
    socket.push(message(2));
    await turns();
    let isSettled = false;
    const settled = lane.settled().then(() => (isSettled = true));
    await turns();
    expect(isSettled).to.equal(false);
    storing.resolve();
    await settled;
    await turns();
    expect(calls).to.equal(1);
    expect(socket.text).to.equal(puback(1));
  });

  it('stops reading while mqtt.js does not, and while too many bytes wait to be stored', async () => {
    const storing = deferred();
    const { socket, lane, passed } = bench(() => storing.promise, { ...OPTIONS, maximumPacketSize: 20_000_000 });
    lane.pause();
    const second = publishBytes({ topic: 't', payload: Buffer.alloc(1000), qos: 2, messageId: 1 });
    for (let count = 0; count < 100; count++) socket.push(second);
    await turns();
    expect(socket.isPaused()).to.equal(true);
    lane.resume();
    await turns();
    expect(socket.isPaused()).to.equal(false);
    expect(Buffer.concat(passed)).to.have.length(100 * second.length);

    for (let count = 0; count < 17; count++) {
      socket.push(publishBytes({ topic: 't', payload: Buffer.alloc(1_048_576) }));
      await turns();
    }
    expect(socket.isPaused()).to.equal(true);
    storing.resolve();
    await turns();
    expect(socket.isPaused()).to.equal(false);
  });

  it('passes errors and the end of the socket on, and its own end to the socket', async () => {
    const failing = bench(() => undefined);
    failing.socket.destroy(new Error('reset'));
    await turns();
    expect(failing.errors.map(({ message: text }) => text)).to.deep.equal(['reset']);
    expect(failing.lane.closed).to.equal(true);

    const ending = bench(() => undefined);
    ending.socket.push(bytesOf({ cmd: 'pingresp' }));
    ending.socket.push(null);
    ending.socket.end();
    await turns();
    expect(ending.passed).to.have.length(1);
    expect(ending.errors).to.deep.equal([]);
    expect(ending.lane.closed).to.equal(true);

    const saying = bench(() => undefined);
    saying.lane.end(bytesOf({ cmd: 'disconnect' }));
    await turns();
    expect(saying.socket.text).to.equal('e000');
    expect(saying.socket.writableEnded).to.equal(true);
  });
});
