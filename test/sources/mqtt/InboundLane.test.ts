import { Duplex } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { InboundLane, type Intake, NotStoredError } from '../../../src/sources/mqtt/InboundLane';
import { MalformedPacketError } from '../../../src/sources/mqtt/MalformedPacketError';
import { ReadingPace } from '../../../src/sources/mqtt/ReadingPace';
import type { PublishMessage } from '../../../src/sources/mqtt/PublishDecoder';
import { ManualClock } from '../../../src/ports/ManualClock';
import { bytesOf, publishBytes, split } from './packets';
import { QUICK_RESTS } from './quickRests';

const OPTIONS = { protocolVersion: 4, maximumPacketSize: 1000, topicAliasMaximum: 0 } as const;

/** Chunks never come close together. */
const WITH_PAUSES = { ...QUICK_RESTS, monotonic: ((time) => () => (time += 10))(0) };

type StoreMessages = (messages: readonly PublishMessage[]) => Promise<void> | undefined;

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
  /** Whether sessions were present, at each accepted connection. */
  readonly opened: (boolean | undefined)[];
  readonly released: number[];
  dropped: number;
  /** Sets whether the intake has room. */
  fill(isFull: boolean): void;
  /** Sets whether the intake is behind. */
  delay(isBehind: boolean): void;
  /** Who waits until patience is over. */
  readonly waiting: Set<() => void>;
}

interface More {
  readonly options?: ConstructorParameters<typeof InboundLane>[1];
  readonly release?: () => Promise<void> | undefined;
  readonly clock?: ConstructorParameters<typeof ReadingPace>[0];
}

function bench(store: StoreMessages, { options = OPTIONS, release, clock = WITH_PAUSES }: More = {}): Bench {
  const socket = new TestSocket();
  const freed: (() => void)[] = [];
  const caughtUp: (() => void)[] = [];
  const waiting = new Set<() => void>();
  const more = { isBehind: false, isFull: false, opened: [] as (boolean | undefined)[], released: [] as number[], dropped: 0 };
  const intake: Intake = {
    get isBehind() {
      return more.isBehind;
    },
    whenCaughtUp: () => new Promise<void>((resolve) => caughtUp.push(resolve)),
    get isFull() {
      return more.isFull;
    },
    whenFree: async () => {
      if (more.isFull) await new Promise<void>((resolve) => freed.push(resolve));
    },
    opened: (sessionPresent) => more.opened.push(sessionPresent),
    store,
    release: (packetIds) => {
      more.released.push(...packetIds);
      return release?.();
    },
    dropped: (count) => (more.dropped += count),
  };
  const lane = new InboundLane(socket, options, intake, (over) => {
    waiting.add(over);
    return () => waiting.delete(over);
  }, new ReadingPace(clock));
  const passed: Buffer[] = [];
  const errors: Error[] = [];
  lane.on('data', (bytes: Buffer) => passed.push(bytes));
  lane.on('error', (error) => errors.push(error));
  return Object.assign(more, {
    socket,
    lane,
    passed,
    errors,
    fill: (isFull: boolean) => {
      more.isFull = isFull;
      if (!isFull) for (const resolve of freed.splice(0)) resolve();
    },
    delay: (isBehind: boolean) => {
      more.isBehind = isBehind;
      if (!isBehind) for (const resolve of caughtUp.splice(0)) resolve();
    },
    waiting,
  });
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

const message = (messageId: number, qos: 0 | 1 | 2 = 1): Buffer =>
  publishBytes({ topic: 't', payload: String(messageId), qos, messageId });
const pubrel = (messageId: number): Buffer => bytesOf({ cmd: 'pubrel', messageId });
const answer = (type: string, id: number): string => `${type}02${id.toString(16).padStart(4, '0')}`;
const puback = (id: number): string => answer('40', id);
const pubrec = (id: number): string => answer('50', id);
const pubcomp = (id: number): string => answer('70', id);

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
    const bytes = Buffer.concat([before, message(1), message(9, 2), message(2, 0), pubrel(8), after]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 20 }), async (places) => {
        const stored: string[] = [];
        const { socket, passed, opened, released } = bench((messages) => {
          stored.push(...messages.map(({ payload }) => payload.toString()));
          return undefined;
        });
        for (const chunk of split(bytes, places)) socket.push(chunk);
        await turns();
        expect(stored).to.deep.equal(['1', '9', '2']);
        expect(Buffer.concat(passed)).to.deep.equal(Buffer.concat([before, after]));
        expect([opened, released]).to.deep.equal([[true], [8]]);
        // Answers to PUBLISH are in order, and so are those to PUBREL; which of the two comes first says nothing (MQTT 5, 4.6).
        expect(socket.text.replace(pubcomp(8), '')).to.equal(puback(1) + pubrec(9));
        expect(socket.text).to.contain(pubcomp(8));
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

  it('stops reading while mqtt.js does not', async () => {
    const { socket, lane, passed } = bench(() => undefined);
    lane.pause();
    const packet = bytesOf({ cmd: 'suback', messageId: 1, granted: Array.from({ length: 900 }, () => 1) });
    for (let count = 0; count < 100; count++) socket.push(packet);
    await turns();
    expect(socket.isPaused()).to.equal(true);
    lane.resume();
    await turns();
    expect(socket.isPaused()).to.equal(false);
    expect(Buffer.concat(passed)).to.have.length(100 * packet.length);
  });

  it('answers in one write all that one fsync covers', async () => {
    const group = deferred();
    // Each waits as a host makes it wait, some a little longer than others.
    let depth = 0;
    const { socket } = bench(async () => {
      const own = depth++;
      await group.promise;
      for (let turn = 0; turn < own % 5; turn++) await Promise.resolve();
    });
    for (let id = 1; id <= 50; id++) socket.push(message(id, id % 2 === 0 ? 1 : 2));
    await turns();
    expect(socket.written).to.deep.equal([]);
    group.resolve();
    await turns();
    const expected = Array.from({ length: 50 }, (_, index) => (index % 2 === 1 ? puback(index + 1) : pubrec(index + 1)));
    expect(socket.text).to.equal(expected.join(''));
    expect(socket.written).to.have.length(1);
  });

  it('sends PUBREC when a message is stored, PUBCOMP when its id is released, and neither before', async () => {
    const storing = deferred();
    const releasing = deferred();
    const { socket } = bench(() => storing.promise, { release: () => releasing.promise });
    socket.push(message(300, 2));
    await turns();
    expect(socket.text).to.equal('');
    storing.resolve();
    await turns();
    expect(socket.text).to.equal(pubrec(300));
    socket.push(pubrel(300));
    await turns();
    expect(socket.text).to.equal(pubrec(300));
    releasing.resolve();
    await turns();
    expect(socket.text).to.equal(pubrec(300) + pubcomp(300));
  });

  it('releases an id before a message that has it again, and after one that came before', async () => {
    for (const [chunk, expected] of [
      [[pubrel(5), message(5, 2)], ['release 5', 'store 5']],
      [[message(5, 2), pubrel(5)], ['store 5', 'release 5']],
    ] as const) {
      const order: string[] = [];
      const { socket } = bench(
        (messages) => {
          order.push(...messages.map(({ packetId }) => `store ${String(packetId)}`));
          return undefined;
        },
        {
          release: () => {
            order.push('release 5');
            return undefined;
          },
        },
      );
      socket.push(Buffer.concat(chunk));
      await turns();
      expect(order).to.deep.equal(expected);
    }
  });

  it('ends the connection when an id could not be released, without PUBCOMP', async () => {
    const { socket, errors } = bench(() => undefined, { release: () => Promise.reject(new Error('the log failed')) });
    socket.push(pubrel(1));
    await turns();
    expect(socket.text).to.equal('');
    expect(errors[0]).to.be.instanceOf(NotStoredError);
  });

  it('reads CONNACK before mqtt.js does: the session, where the broker accepts and says whether it knows it', async () => {
    const connack = (flags: number, code: number, length = 2): Buffer => Buffer.from([0x20, length, flags, code, ...(length === 3 ? [0] : [])]);
    for (const [bytes, protocolVersion, expected] of [
      [connack(1, 0), 4, [true]],
      [connack(0, 0), 4, [false]],
      [connack(1, 0, 3), 5, [true]],
      [connack(0, 0), 3, [undefined]],
      [connack(0, 5), 4, []],
      [bytesOf({ cmd: 'connack', reasonCode: 0, sessionPresent: true, properties: { reasonString: 'x'.repeat(300) } }, 5), 5, [true]],
    ] as const) {
      const { socket, opened } = bench(() => undefined, { options: { ...OPTIONS, protocolVersion } });
      for (const byte of bytes) socket.push(Buffer.from([byte]));
      // Another packet is not taken for it.
      socket.push(bytesOf({ cmd: 'suback', messageId: 1, granted: [0] }, protocolVersion));
      await turns();
      expect(opened).to.deep.equal(expected);
    }
  });

  describe('a stream of small chunks of QoS 0', () => {
    const stored = (): { readonly ids: number[]; readonly store: StoreMessages } => {
      const ids: number[] = [];
      return { ids, store: (messages) => void ids.push(...messages.map(({ payload }) => Number(payload.toString()))) };
    };

    it('is read with rests of 5 ms, and all of it', async () => {
      const clock = new ManualClock();
      const { ids, store } = stored();
      const { socket } = bench(store, { clock });
      for (const id of [1, 2, 3, 4]) {
        socket.push(message(id, 0));
        await turns();
      }
      // The first says nothing of what follows; the second comes at the same moment.
      expect([ids, socket.isPaused()]).to.deep.equal([[1, 2], true]);
      await clock.advance(4);
      expect([ids, socket.isPaused()]).to.deep.equal([[1, 2], true]);
      await clock.advance(1);
      expect([ids, socket.isPaused()]).to.deep.equal([[1, 2, 3, 4], false]);
      socket.push(message(5, 0));
      await turns();
      expect([ids, socket.isPaused()]).to.deep.equal([[1, 2, 3, 4, 5], true]);
    });

    it('is read at once where it has pauses of 2 ms', async () => {
      const clock = new ManualClock();
      const { ids, store } = stored();
      const { socket } = bench(store, { clock });
      for (const id of [1, 2, 3]) {
        socket.push(message(id, 0));
        await turns();
        expect([ids.at(-1), socket.isPaused()]).to.deep.equal([id, false]);
        await clock.advance(2);
      }
    });

    it('is read at once where its chunks are large, or somebody waits for an answer', async () => {
      const clock = new ManualClock();
      const { socket, passed } = bench(() => undefined, { clock, options: { ...OPTIONS, maximumPacketSize: 100_000 } });
      const large = publishBytes({ topic: 't', payload: 'x'.repeat(16_384), qos: 0 });
      const pingresp = bytesOf({ cmd: 'pingresp' });
      for (const chunk of [message(1, 0), large, message(2), message(3), pingresp, message(4, 2), pubrel(4), Buffer.concat([message(5, 0), message(6)])]) {
        socket.push(chunk);
        await turns();
        expect(socket.isPaused()).to.equal(false);
      }
      expect(Buffer.concat(passed)).to.deep.equal(pingresp);
    });

    it('ends with its connection, also in the middle of a rest', async () => {
      const clock = new ManualClock();
      const { ids, store } = stored();
      const { socket, lane } = bench(store, { clock });
      for (const id of [1, 2, 3]) {
        socket.push(message(id, 0));
        await turns();
      }
      lane.destroy();
      await clock.advance(100);
      await turns();
      expect([ids, socket.destroyed]).to.deep.equal([[1, 2], true]);
    });
  });

  describe('while more waits than can be stored', () => {
    it('leaves the socket unread until it has been stored', async () => {
      const { socket, waiting, errors, ...more } = bench(() => undefined);
      more.delay(true);
      socket.push(message(1));
      await turns();
      expect([socket.isPaused(), waiting.size, socket.text]).to.deep.equal([true, 1, puback(1)]);
      socket.push(message(2));
      await turns();
      expect(socket.text).to.equal(puback(1));
      more.delay(false);
      await turns();
      expect([socket.isPaused(), waiting.size, socket.text]).to.deep.equal([false, 0, puback(1) + puback(2)]);
      expect(errors).to.deep.equal([]);
    });

    it('reads on when that takes too long, and waits again only after all has been stored', async () => {
      const { socket, passed, waiting, ...more } = bench(() => undefined);
      more.delay(true);
      socket.push(message(1));
      await turns();
      for (const over of waiting) over();
      const pingresp = bytesOf({ cmd: 'pingresp' });
      socket.push(Buffer.concat([message(2), pingresp]));
      await turns();
      expect([socket.isPaused(), waiting.size, socket.text]).to.deep.equal([false, 0, puback(1) + puback(2)]);
      expect(Buffer.concat(passed)).to.deep.equal(pingresp);
      more.delay(false);
      await turns();
      more.delay(true);
      socket.push(message(3));
      await turns();
      expect([socket.isPaused(), waiting.size]).to.deep.equal([true, 1]);
    });

    it('waits for nothing any more when it is destroyed', async () => {
      const { socket, lane, waiting, ...more } = bench(() => undefined);
      more.delay(true);
      socket.push(message(1));
      await turns();
      lane.destroy();
      expect(waiting.size).to.equal(0);
      more.delay(false);
      await turns();
      expect(socket.destroyed).to.equal(true);
    });
  });

  describe('while there is no room', () => {
    it('reads on, counts messages of QoS 0 as dropped, and leaves the others to the broker', async () => {
      const storing = deferred();
      const stored: number[] = [];
      const { socket, lane, passed, errors, ...more } = bench((messages) => {
        stored.push(...messages.map(({ packetId }) => packetId));
        return storing.promise;
      });
      socket.push(message(1));
      await turns();
      more.fill(true);
      socket.push(Buffer.concat([message(2), message(0, 0), message(3, 2), message(0, 0)]));
      const pingresp = bytesOf({ cmd: 'pingresp' });
      socket.push(pingresp);
      await turns();
      // What the connection lives on gets through for as long as it takes.
      expect(Buffer.concat(passed)).to.deep.equal(pingresp);
      expect(socket.isPaused()).to.equal(false);
      expect(stored).to.deep.equal([1]);
      expect(errors).to.deep.equal([]);
      storing.resolve();
      await turns();
      expect(socket.text).to.equal(puback(1));
      expect(lane.destroyed).to.equal(false);
      // Nothing may be answered out of order: later messages are left too.
      more.fill(false);
      socket.push(message(4));
      await turns();
      expect(stored).to.deep.equal([1]);
      expect(socket.text).to.equal(puback(1));
      expect(errors[0]).to.be.instanceOf(NotStoredError);
      expect(errors[0]?.message).to.contain('3 messages found no room');
    });

    it('goes on afterwards where only messages of QoS 0 came', async () => {
      const taken = bench(() => undefined);
      taken.fill(true);
      taken.socket.push(Buffer.concat([message(0, 0), message(0, 0)]));
      await turns();
      expect(taken.dropped).to.equal(2);
      taken.fill(false);
      taken.socket.push(message(7));
      await turns();
      expect(taken.socket.text).to.equal(puback(7));
      expect(taken.errors).to.deep.equal([]);
    });
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
