import { expect } from 'chai';
import { createSink } from '../../../src/engine/createSink';
import type { Places } from '../../../src/engine/Places';
import type { Plan, SinkOperator, SinkTarget } from '../../../src/plan/Plan';
import { map, OPTIONS, planOf, receiver, sink } from '../plans';
import { checkpoint, durablePlan, World } from './World';

const numbers = (from: number, count = 1): { payload: number; topic: string }[] =>
  Array.from({ length: count }, (_, index) => ({ payload: from + index, topic: 'a' }));

const range = (end: number): number[] => Array.from({ length: end }, (_, index) => index);

/** Places outside by the topic that leads there: "dead" takes nothing until it lives, others take everything at once. */
class Outside implements Places {
  /** What each took, batch by batch. */
  readonly taken = new Map<string, unknown[][]>();
  /** Whether the dead place does not answer. */
  isDead = true;

  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  source(): undefined {
    return undefined;
  }

  readonly sink: Places['sink'] = ({ parameters: { target } }, _secrets, host) => {
    if (target.kind !== 'mqtt') throw new Error(`Nothing leads to ${target.kind}.`);
    const { topic } = target;
    const { clock } = this.#world;
    let isStopped = false;
    return {
      start: () => undefined,
      deliver: async (records, settled) => {
        for (let attempt = 1; topic === 'dead' && this.isDead && !isStopped; attempt++) {
          host.status({ state: 'waiting', text: `attempt ${String(attempt)}` });
          await clock.sleep(500);
        }
        if (isStopped) return;
        for (const record of records) {
          this.taken.set(topic, [...(this.taken.get(topic) ?? []), record.payload as unknown[]]);
          settled(record);
        }
      },
      stop: () => {
        isStopped = true;
        return Promise.resolve();
      },
    };
  };

  /** All that a place took, in order. */
  of(topic: string): unknown[] {
    return (this.taken.get(topic) ?? []).flat();
  }
}

const to = (id: string, input: string, topic: string): SinkOperator => {
  const out = sink(id, input);
  const target: SinkTarget = { kind: 'mqtt', connection: `broker/${id}`, topic, qos: 1, retain: false };
  return { ...out, parameters: { ...out.parameters, target } };
};

/** A drawing that differs from the others by a number, which changes nothing of what it gives. */
const drawing = (number: number, ...outs: SinkOperator[]): Plan => durablePlan([
  receiver(), checkpoint('keeper', 'in'), map('same', 'keeper', `return msg.payload; // ${String(number)}`), sink('flow', 'same'), ...outs,
]);

describe('a graph with a checkpoint whose sink leads to a place that does not answer', () => {
  let world: World;
  let outside: Outside;

  beforeEach(() => {
    world = new World();
    outside = new Outside(world);
    world.places = outside;
  });

  /** Waits for a process to begin, or a plan, for so many seconds at most. */
  async function within(seconds: number, work: Promise<unknown>): Promise<boolean> {
    let isDone = false as boolean;
    const done = work.then(() => {
      isDone = true;
    });
    for (let second = 0; second < seconds && !isDone; second++) await world.clock.advance(1000);
    if (isDone) await done;
    return isDone;
  }

  /** Deploys again and again while the place is dead, so that each drawing leaves a batch behind. */
  async function deployOften(deploys: number, size = 1): Promise<void> {
    await world.start(drawing(0, to('out', 'same', 'dead')));
    for (let number = 0; number < deploys; number++) {
      await world.offer(numbers(number * size, size));
      await world.clock.advance(1000);
      const updated = world.runner.update(drawing(number + 1, to('out', 'same', 'dead')), OPTIONS);
      expect(await within(5, updated), `deploy ${String(number)}`).to.equal(true);
    }
  }

  it('goes on with any number of deploys, and delivers everything in order when it answers', async () => {
    await deployOften(25);
    outside.isDead = false;
    await world.clock.advance(3000);
    expect(outside.of('dead')).to.deep.equal(range(25));
  });

  it('runs the drawing that leads elsewhere after a crash, however many batches of former drawings were left', async () => {
    await deployOften(25);
    world.kill();
    expect(await within(60, world.start(drawing(99, to('out', 'same', 'alive'))))).to.equal(true);
    await world.clock.advance(3000);
    expect(outside.of('alive')).to.deep.equal(range(25));
    expect(outside.of('dead')).to.deep.equal([]);
    expect([...world.once('flow').values()].flat()).to.deep.equal(range(25));
  });

  it('runs the drawing that leads elsewhere, however many records wait: none has to be held in memory for it', async () => {
    const size = 12_000;
    await deployOften(10, size);
    await world.offer(numbers(10 * size, size));
    await world.clock.advance(1000);
    world.kill();
    expect(await within(60, world.start(drawing(99, to('out', 'same', 'alive'))))).to.equal(true);
    await world.clock.advance(3000);
    expect(outside.of('alive')).to.deep.equal(range(11 * size));
  });

  it('runs the drawing without that sink after a crash, whose address is known no more, and says how much was lost', async () => {
    await deployOften(25);
    world.kill();
    // As in a real start: only sinks of the drawing of today have an address.
    world.places = { source: () => undefined, sink: createSink };
    expect(await within(60, world.start(drawing(99)))).to.equal(true);
    await world.offer(numbers(25));
    await world.clock.advance(3000);
    expect(world.failures).to.deep.equal([]);
    expect(world.problems.map(({ nodeId, code, what }) => [nodeId, code, what.split(' ')[0]])).to.deep.equal([['out', 'sink-undelivered', '25']]);
    expect([...world.once('flow').values()].flat()).to.deep.equal(range(26));
    // What was given up holds up no checkpoint.
    await world.clock.advance(10_000);
    expect(world.durability?.checkpointBatch).to.be.a('number');
  });

  it('lets the log grow to its limit, then takes nothing more, and drains in order when it answers: an hour later', async () => {
    const plan = durablePlan([receiver({ bufferLimit: 10 }), checkpoint('keeper', 'in', { logLimit: 20_000 }), to('out', 'keeper', 'dead')]);
    await world.start(plan);
    let accepted = 0;
    let refused = 0;
    for (let minute = 0; minute < 60; minute++) {
      const count = await world.offer(numbers(accepted, 20));
      accepted += count;
      refused += 20 - count;
      await world.clock.advance(60_000);
    }
    expect(refused).to.be.above(0);
    expect(world.durability).to.include({ state: 'full', text: 'the log has reached its limit' });
    expect(world.durability?.logBytes).to.be.below(25_000);
    expect(world.problems.map(({ code }) => code)).to.include('log-full');
    outside.isDead = false;
    for (let second = 0; second < 180; second++) await world.clock.advance(1000);
    expect(outside.of('dead')).to.deep.equal(range(accepted));
    expect(world.durability).to.include({ state: 'running' });
    expect(await world.offer(numbers(accepted))).to.equal(1);
    await world.clock.advance(2000);
    expect(outside.of('dead')).to.deep.equal(range(accepted + 1));
  });

  it('does not give another sink again what that one has, after a crash', async () => {
    const plan = drawing(0, to('good', 'same', 'alive'), to('out', 'same', 'dead'));
    await world.start(plan);
    await world.offer(numbers(0, 3));
    await world.clock.advance(1000);
    expect(outside.of('alive')).to.deep.equal(range(3));
    // A note of what a sink has rides with what is logged next.
    await world.offer(numbers(3));
    world.kill();
    outside.isDead = false;
    expect(await within(10, world.start(plan))).to.equal(true);
    await world.clock.advance(2000);
    expect(outside.of('dead')).to.deep.equal(range(4));
    expect(outside.of('alive')).to.deep.equal(range(4));
    expect(outside.taken.get('alive')).to.deep.equal([[0, 1, 2], [3]]);
  });
});

describe('a graph without a checkpoint whose sink leads to a place that does not answer', () => {
  it('goes on with any number of deploys, and delivers everything in order when it answers', async () => {
    const world = new World();
    const outside = new Outside(world);
    world.places = outside;
    const plan = (number: number): Plan =>
      planOf([receiver(), map('same', 'in', `return msg.payload; // ${String(number)}`), to('out', 'same', 'dead')], 1000);
    await world.start(plan(0));
    for (let number = 0; number < 25; number++) {
      await world.offer(numbers(number));
      await world.clock.advance(1000);
      let isDone = false as boolean;
      const updated = world.runner.update(plan(number + 1), OPTIONS).then(() => {
        isDone = true;
      });
      for (let second = 0; second < 5 && !isDone; second++) await world.clock.advance(1000);
      expect(isDone, `deploy ${String(number)}`).to.equal(true);
      await updated;
    }
    outside.isDead = false;
    await world.clock.advance(10_000);
    expect(outside.of('dead')).to.deep.equal(range(25));
  });
});
