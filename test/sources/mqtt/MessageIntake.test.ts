import { expect } from 'chai';
import type { SourceHost, SourceMessage, StoredWith } from '../../../src/sources/Source';
import { MessageIntake, MOST_WAITING_BYTES, WAITING_BYTES } from '../../../src/sources/mqtt/MessageIntake';
import type { PublishMessage } from '../../../src/sources/mqtt/PublishDecoder';

/** A host whose log a test looks into. What is stored is known at once, and safe when the test says so. */
class LogHost implements SourceHost {
  readonly calls: string[] = [];
  readonly open = new Set<number>();
  readonly marks = new Map<string, unknown>();
  readonly log = {
    hasPacket: (packet: number): boolean => this.open.has(packet),
    releasePackets: (packets: readonly number[]): Promise<void> => {
      this.calls.push(`release ${packets.join(' ')}`);
      for (const packet of packets) this.open.delete(packet);
      return this.#wait();
    },
    openPackets: [] as readonly number[],
    marks: this.marks,
  };
  isSlow = false;
  fails = false;
  readonly #waiting: (() => void)[] = [];

  constructor(open: readonly number[] = [], session?: string) {
    for (const packet of open) this.open.add(packet);
    Object.defineProperty(this.log, 'openPackets', { get: () => [...this.open] });
    if (session !== undefined) this.marks.set('mqtt-session', session);
  }

  store(messages: readonly SourceMessage[], { packets = [], marks }: StoredWith = {}): Promise<void> {
    this.calls.push(`store ${[...messages.map(({ payload }) => String(payload)), '|', ...packets].join(' ')}${marks === undefined ? '' : ' mark'}`);
    if (this.fails) return Promise.reject(new Error('full'));
    for (const packet of packets) this.open.add(packet);
    for (const [place, mark] of marks ?? []) this.marks.set(place, mark);
    return this.#wait();
  }

  status(): void {
    // Not looked at.
  }

  problem(): void {
    // Not looked at.
  }

  /** What was stored until now is safe. */
  async sync(): Promise<void> {
    for (const resolve of this.#waiting.splice(0)) resolve();
    await turns();
  }

  #wait(): Promise<void> {
    return this.isSlow ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve();
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

const SESSION = 'me at broker:1883';

function message(packetId: number, payload: string, more: Partial<PublishMessage> = {}): PublishMessage {
  return { topic: 't', payload: Buffer.from(payload), qos: 2, retain: false, dup: false, packetId, ...more };
}

function intakeOf(host: SourceHost): { intake: MessageIntake; lost: number[] } {
  const lost: number[] = [];
  return { lost, intake: new MessageIntake(host, { session: SESSION, isKept: true, dropped: (count) => lost.push(count) }) };
}

/** Whether a promise has been resolved by now. */
async function state(promise: Promise<void> | undefined): Promise<string> {
  let now = 'waits';
  promise?.then(() => (now = 'done'), () => (now = 'refused'));
  await turns();
  return promise === undefined ? 'done' : now;
}

describe('MessageIntake', () => {
  it('stores a message of QoS 2 with its id, and one that comes again not, but waits until the first is safe', async () => {
    const host = new LogHost([], SESSION);
    const { intake } = intakeOf(host);
    intake.opened(true);
    host.isSlow = true;
    const first = intake.store([message(7, 'a')], 1);
    // The connection broke, and the message comes again on the next one while the disk is still at it.
    intake.opened(true);
    const second = intake.store([message(7, 'a', { dup: true })], 1);
    expect(host.calls).to.deep.equal(['store a | 7']);
    expect([await state(first), await state(second)]).to.deep.equal(['waits', 'waits']);
    await host.sync();
    expect([await state(first), await state(second)]).to.deep.equal(['done', 'done']);
    // Known, and nobody here knows whether it is safe: storing the id alone tells.
    const third = intake.store([message(7, 'a', { dup: true }), message(8, 'b')], 1);
    expect(host.calls.slice(1)).to.deep.equal(['store b | 7 8']);
    expect(await state(third)).to.equal('waits');
    await host.sync();
    expect(await state(third)).to.equal('done');
  });

  it('waits, before anything is subscribed to, until the broker has mentioned every known id again', async () => {
    const host = new LogHost([3, 4], SESSION);
    const { intake } = intakeOf(host);
    intake.opened(true);
    expect(intake.isSettled).to.equal(false);
    const settled = intake.settle(() => new Promise(() => undefined));
    await intake.store([message(3, 'a')], 1);
    expect(await state(settled)).to.equal('waits');
    await intake.release([4]);
    expect(await state(settled)).to.equal('done');
    expect(intake.isSettled).to.equal(true);
    expect(host.calls).to.deep.equal(['store | 3', 'release 4']);
  });

  // Also in MQTT 3.1, which does not say whether the session is known.
  for (const sessionPresent of [true, undefined]) {
    it(`takes ids that the broker does not mention, session ${String(sessionPresent)}, for those of a session that is gone`, async () => {
      const host = new LogHost([3, 4, 5], SESSION);
      const { intake } = intakeOf(host);
      intake.opened(sessionPresent);
      let pauses: (() => void)[] = [];
      const settled = intake.settle(() => new Promise((resolve) => pauses.push(resolve)));
      await turns();
      await intake.store([message(3, 'a', { dup: true })], 1);
      // It is still at it: it gets as long again.
      pauses[0]?.();
      await turns();
      expect(pauses).to.have.length(2);
      expect(await state(settled)).to.equal('waits');
      pauses[1]?.();
      expect(await state(settled)).to.equal('done');
      pauses = [];
      await intake.store([message(4, 'new')], 1);
      expect(host.calls).to.deep.equal(['store | 3', 'release 4 5', 'store new | 4']);
    });
  }

  it('releases nothing when the connection ends while it waits', async () => {
    const host = new LogHost([3], SESSION);
    const { intake } = intakeOf(host);
    intake.opened(true);
    expect(await state(intake.settle(() => Promise.reject(new Error('ended'))))).to.equal('refused');
    expect(host.calls).to.deep.equal([]);
  });

  it('releases ids that nobody knows as well, and waits until that is safe', async () => {
    const host = new LogHost([5], SESSION);
    const { intake } = intakeOf(host);
    intake.opened(true);
    host.isSlow = true;
    const known = intake.release([5]);
    const unknown = intake.release([6]);
    expect(host.calls).to.deep.equal(['release 5', 'release 6']);
    expect([await state(known), await state(unknown)]).to.deep.equal(['waits', 'waits']);
    await host.sync();
    expect([await state(known), await state(unknown)]).to.deep.equal(['done', 'done']);
  });

  it('releases an id only after its message is stored, whatever the broker does', async () => {
    const host = new LogHost([], SESSION);
    const { intake } = intakeOf(host);
    intake.opened(true);
    host.isSlow = true;
    void intake.store([message(5, 'a')], 1);
    const releasing = intake.release([5]);
    await turns();
    expect(host.calls).to.deep.equal(['store a | 5']);
    await host.sync();
    expect(host.calls).to.deep.equal(['store a | 5', 'release 5']);
    await host.sync();
    expect(await state(releasing)).to.equal('done');
  });

  it('forgets all ids, once what is under way is stored, when the session is gone; nothing may be subscribed to before', async () => {
    const host = new LogHost([9], SESSION);
    const { intake } = intakeOf(host);
    intake.opened(true);
    host.isSlow = true;
    const old = intake.store([message(1, 'old')], 1);
    intake.opened(false);
    const ready = intake.settle(() => Promise.reject(new Error('nothing to wait for')));
    const early = intake.store([message(1, 'new')], 1);
    expect(host.calls).to.deep.equal(['store old | 1']);
    expect([await state(old), await state(ready)]).to.deep.equal(['waits', 'waits']);
    await host.sync();
    expect(host.calls).to.deep.equal(['store old | 1', 'release 9 1']);
    expect(await state(ready)).to.equal('waits');
    await host.sync();
    expect(await state(ready)).to.equal('done');
    expect(host.calls).to.deep.equal(['store old | 1', 'release 9 1', 'store new | 1']);
    await host.sync();
    expect(await state(early)).to.equal('done');
  });

  it('forgets them on the next connection where it could not, although the broker knows the session by then', async () => {
    const host = new LogHost([9], SESSION);
    const { intake } = intakeOf(host);
    const { releasePackets } = host.log;
    host.log.releasePackets = () => Promise.reject(new Error('no'));
    intake.opened(false);
    expect(await state(intake.settle(() => Promise.reject(new Error('nothing to wait for'))))).to.equal('refused');
    host.log.releasePackets = releasePackets;
    intake.opened(true);
    expect(await state(intake.settle(() => Promise.reject(new Error('nothing to wait for'))))).to.equal('done');
    expect(host.calls).to.deep.equal(['release 9']);
  });

  it('notes the session once, and forgets the ids of another one although the broker knows this one', async () => {
    const fresh = new LogHost();
    const { intake } = intakeOf(fresh);
    expect(intake.hadSession).to.equal(false);
    intake.opened(false);
    await turns();
    intake.opened(true);
    await turns();
    expect(fresh.calls).to.deep.equal(['store | mark']);
    expect(intakeOf(fresh).intake.hadSession).to.equal(true);
    const elsewhere = new LogHost([2], 'me at another:1883');
    const other = intakeOf(elsewhere).intake;
    other.opened(true);
    await turns();
    expect(elsewhere.calls).to.deep.equal(['release 2', 'store | mark']);
    expect(elsewhere.marks.get('mqtt-session')).to.equal(SESSION);
  });

  it('remembers the ids itself where there is no log', async () => {
    const calls: string[] = [];
    const { intake } = intakeOf({
      store: (messages) => {
        calls.push(messages.map(({ payload }) => String(payload)).join(' '));
        return undefined;
      },
      status: () => undefined,
      problem: () => undefined,
    });
    intake.opened(false);
    expect(intake.store([message(1, 'a'), message(1, 'a'), message(0, 'b', { qos: 0 })], 1)).to.equal(undefined);
    intake.opened(true);
    expect(intake.store([message(1, 'a', { dup: true })], 1)).to.equal(undefined);
    expect(intake.release([1])).to.equal(undefined);
    await intake.store([message(1, 'c')], 1);
    intake.opened(false);
    await intake.store([message(1, 'd', { dup: true })], 1);
    expect(calls).to.deep.equal(['a b', 'c', 'd']);
  });

  it('is behind when more waits than one group holds, until half of that has been stored', async () => {
    const host = new LogHost([], SESSION);
    const { intake } = intakeOf(host);
    intake.opened(true);
    host.isSlow = true;
    void intake.store([message(1, 'a', { qos: 1 })], WAITING_BYTES);
    expect(intake.isBehind).to.equal(false);
    void intake.store([message(2, 'b', { qos: 1 })], 1);
    expect([intake.isBehind, intake.isFull]).to.deep.equal([true, false]);
    const caughtUp = intake.whenCaughtUp();
    expect(await state(caughtUp)).to.equal('waits');
    await host.sync();
    expect(intake.isBehind).to.equal(false);
    expect(await state(caughtUp)).to.equal('done');
  });

  it('is full over all connections until something is stored, and counts messages of QoS 0 that were refused', async () => {
    const host = new LogHost([], SESSION);
    const { intake, lost } = intakeOf(host);
    intake.opened(true);
    host.isSlow = true;
    void intake.store([message(0, 'a', { qos: 0 })], MOST_WAITING_BYTES);
    expect(intake.isFull).to.equal(false);
    intake.opened(true);
    void intake.store([message(1, 'b', { qos: 1 })], 1);
    expect(intake.isFull).to.equal(true);
    const free = intake.whenFree();
    expect(await state(free)).to.equal('waits');
    await host.sync();
    expect(intake.isFull).to.equal(false);
    expect(await state(free)).to.equal('done');
    host.fails = true;
    expect(await state(intake.store([message(0, 'a', { qos: 0 }), message(1, 'b', { qos: 1 })], 1))).to.equal('refused');
    expect(lost).to.deep.equal([1]);
    // And the id was not kept, so the message may come again.
    expect(await state(intake.store([message(2, 'c')], 1))).to.equal('refused');
    host.fails = false;
    host.isSlow = false;
    await intake.store([message(2, 'c', { dup: true })], 1);
    expect(host.calls.slice(-2)).to.deep.equal(['store c | 2', 'store c | 2']);
  });
});
