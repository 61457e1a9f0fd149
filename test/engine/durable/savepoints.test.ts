import { expect } from 'chai';
import { GraphSavepoints } from '../../../src/engine/durable/GraphSavepoints';
import type { Storage } from '../../../src/engine/durable/Storage';
import type { CheckpointOperator, Plan } from '../../../src/plan/Plan';
import { aggregate, map, receiver, reduceByKey, sink, window } from '../plans';
import { checkpoint, durablePlan, World } from './World';

const numbers = (...payloads: number[]): { payload: number; topic: string }[] => payloads.map((payload) => ({ payload, topic: 'a' }));

/** Sums of the numbers of a window, which can be changed, as can what is done with the numbers before. */
const plan = ({ duration = 3000, factor = 1 } = {}): ReturnType<typeof durablePlan> => durablePlan([
  receiver(), checkpoint('keeper', 'in'), map('times', 'keeper', `return msg.payload * ${String(factor)};`),
  window('w', 'times', duration, 1000), reduceByKey('lately', 'w', [aggregate('sum', 'payload', 'sum')]), sink('out', 'lately'),
]);

/** What the sums were, in the order in which they came. */
const given = (world: World): unknown[] => world.outputs.flatMap(({ records }) => records.map(({ payload }) => (payload as { sum: number }).sum));

const last = (world: World): unknown => given(world).at(-1);

async function batch(world: World, ...payloads: number[]): Promise<void> {
  await world.offer(numbers(...payloads));
  await world.clock.advance(1000);
}

/** Makes a savepoint at the next batch, which has these numbers. */
async function savepoint(world: World, name: string, ...payloads: number[]): Promise<void> {
  const made = world.runner.checkpoint(name);
  await batch(world, ...payloads);
  await world.clock.advance(0);
  await made;
}

/** A graph whose window has 1 and 2 at the savepoint "early", for 4 is in the batch that it was made before; and 10 and 20 now, too. */
async function ran(): Promise<World> {
  const world = new World();
  await world.start(plan({ duration: 10_000 }));
  await batch(world, 1);
  await batch(world, 2);
  await savepoint(world, 'early', 4);
  await batch(world, 10);
  await batch(world, 20);
  return world;
}

const goBack = { id: 'back1', scope: 'all' as const, savepoint: 'early' };

describe('savepoints of a graph', () => {
  it('are gone back to, once, with what came since put aside', async () => {
    const world = await ran();
    expect(given(world)).to.deep.equal([1, 3, 7, 17, 37]);
    await world.stop();
    await world.start(plan({ duration: 10_000 }), { reset: goBack });
    expect(world.warnings).to.include('The graph went back to the savepoint "early": what it had kept since was put aside.');
    await batch(world, 100);
    expect(last(world)).to.equal(103);
    world.kill('power');
    // The same wish, as after the death of a thread.
    await world.start(plan({ duration: 10_000 }), { reset: goBack });
    await batch(world, 1000);
    expect(last(world)).to.equal(1103);
    expect(world.warnings.filter((text) => text.startsWith('The graph went back'))).to.have.length(1);
    expect([...world.disk.files().keys()].filter((path) => path.includes('-back1/ckpt/'))).not.to.be.empty;
  });

  it('are carried out once, also where a crash interrupts it and nobody wishes it any more', async () => {
    let operations = 1;
    for (let isDone = false; !isDone; operations += 3) {
      const world = await ran();
      await world.stop();
      const crashed = world.disk.crashAfter(operations, 'power').then(() => false);
      const started = world.start(plan({ duration: 10_000 }), { reset: goBack }).then(() => true, () => true);
      isDone = await Promise.race([started, crashed]);
      world.kill('power');
      await world.start(plan({ duration: 10_000 }));
      await batch(world, 100);
      // 1 + 2 + 4 + 10 + 20 + 100, or 1 + 2 + 100: nothing else.
      expect([137, 103], `operation ${String(operations)}`).to.include(last(world));
      if (isDone) expect(last(world)).to.equal(103);
      await world.stop();
    }
    expect(operations).to.be.above(50);
  });

  it('begin those afresh that do not fit, and name them', async () => {
    const world = await ran();
    await world.stop();
    await world.start(plan({ duration: 5000 }), { reset: goBack });
    expect(world.warnings).to.include(
      'The node "lately" begins afresh: it has changed since the savepoint "early", and what it remembered then does not fit it.',
    );
    await batch(world, 100);
    expect(last(world)).to.equal(100);
    world.kill();
    // A crash does not make it forget that this was allowed, and another change is refused as ever.
    await world.start(plan({ duration: 5000 }), { reset: goBack });
    await batch(world, 5);
    expect(last(world)).to.equal(105);
    await world.clock.advance(5000);
    const refusal: unknown = await world.runner.update(plan({ duration: 4000 }), { secrets: {}, taps: [], environment: {} }).catch((thrown: unknown) => thrown);
    expect(refusal).to.have.nested.property('problem.code', 'state-would-be-lost');
  });

  it('keep what still fits where something else was changed', async () => {
    const world = await ran();
    await world.stop();
    await world.start(plan({ duration: 10_000, factor: 2 }), { reset: goBack });
    await batch(world, 100);
    expect(last(world)).to.equal(203);
    expect(world.warnings.join()).not.to.contain('begins afresh');
  });

  it('are refused where they cannot be read, and nothing is changed', async () => {
    const world = await ran();
    await world.stop();
    const disk = world.disk.connect();
    const bytes = await disk.read('savepoints/early.ck', 0, 100_000);
    await disk.remove('savepoints/early.ck');
    const file = await disk.create('savepoints/early.ck');
    await file.append(bytes.map((byte, at) => (at === bytes.length - 20 ? byte ^ 1 : byte)));
    await file.fsync();
    await file.close();
    const refusal: unknown = await world.start(plan({ duration: 10_000 }), { reset: goBack }).catch((thrown: unknown) => thrown);
    expect(refusal).to.have.nested.property('problem.code', 'checkpoint-damaged');
    expect((refusal as Error).message).to.contain('savepoints/early.ck is damaged at byte ');
    await world.start(plan({ duration: 10_000 }));
    await batch(world, 100);
    expect(last(world)).to.equal(137);
  });

  it('are made of a graph on hold, and refused under a name that is taken or cannot be one', async () => {
    const world = await ran();
    world.runner.hold();
    const held = world.runner.checkpoint('held');
    await world.clock.advance(0);
    await held;
    expect([...world.disk.files().keys()].filter((path) => path.startsWith('savepoints/'))).to.deep.equal(['savepoints/early.ck', 'savepoints/held.ck']);
    for (const [name, message] of [['held', 'There is a savepoint "held" already.'], ['../x', 'and "../x" is no such name.']] as const) {
      const made = world.runner.checkpoint(name).then(() => undefined, (thrown: unknown) => thrown);
      await world.clock.advance(0);
      const refusal = await made;
      expect(refusal).to.have.nested.property('problem.code', 'savepoint-failed');
      expect((refusal as Error).message).to.contain(message);
    }
    world.runner.release();
    await batch(world, 100);
    expect(last(world)).to.equal(137);
    await world.stop();
    await world.start(plan({ duration: 10_000 }), { reset: { ...goBack, savepoint: 'held' } });
    await batch(world, 200);
    expect(last(world)).to.equal(237);
  });

  it('are listed newest first, with the nodes that would begin afresh, and removed for good', async () => {
    const world = await ran();
    const drawn = plan({ duration: 10_000 });
    const savepoints = savepointsOf(world, drawn);
    await savepoint(world, 'late', 5);
    const [late, early, ...others] = await savepoints.list();
    expect(others).to.deep.equal([]);
    expect(late).to.deep.include({ name: 'late', batchTime: 1_005_000, made: 1_006_000, afresh: [] });
    expect(early).to.deep.include({ name: 'early', batchTime: 1_002_000, made: 1_003_000, afresh: [] });
    await world.stop();
    // Another window: what the newest checkpoint has no longer fits what they have.
    await world.start(plan({ duration: 5000 }), { reset: { id: 'r', scope: ['lately'] } });
    await batch(world, 1);
    await world.stop();
    expect((await savepoints.list()).map(({ afresh }) => afresh)).to.deep.equal([['lately'], ['lately']]);
    expect([await savepoints.remove('late'), await savepoints.remove('late')]).to.deep.equal([true, false]);
    expect((await savepoints.list()).map(({ name }) => name)).to.deep.equal(['early']);
    await savepoints.check('early');
    expect(await savepoints.check('late').then(() => '', (thrown: unknown) => (thrown as Error).message)).to.contain('it is not there');
  });
});

function savepointsOf(world: World, drawn: Plan): GraphSavepoints {
  const storage: Storage = {
    disk: () => world.disk.connect(),
    owner: () => ({ id: 'other', host: 'here', boot: 'boot', process: 0, processStart: '' }),
    isGone: () => false,
    turn: () => Promise.resolve(),
  };
  return new GraphSavepoints(drawn, drawn.operators.find((operator): operator is CheckpointOperator => operator.type === 'checkpoint')!, storage);
}
