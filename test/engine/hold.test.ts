import { expect } from 'chai';
import type { Operator, Plan } from '../../src/plan/Plan';
import { checkpoint, durablePlan, World } from './durable/World';
import { aggregate, map, OPTIONS, planOf, receiver, reduceByKey, sink, window } from './plans';
import { RecordedGraph } from './RecordedGraph';

const PASSING: Plan = planOf([receiver({ bufferLimit: 10 }), sink('out', 'in')]);

const slidingSum = (factor = 1): Operator[] => [
  receiver(), map('m', 'in', `return { value: msg.payload.value * ${String(factor)} };`), window('w', 'm', 3000, 1000),
  reduceByKey('r', 'w', [aggregate('sum')]), sink('out', 'r'),
];

/** Offers a record each second, and holds the graph between two moments, in seconds. */
async function run(seconds: number, from = Infinity, to = Infinity): Promise<RecordedGraph> {
  const graph = await RecordedGraph.started(planOf(slidingSum()));
  for (let second = 0; second < seconds; second++) {
    if (second === from) graph.runner.hold();
    if (second === to) graph.runner.release();
    await graph.offer([{ value: 2 ** second }]);
    await graph.clock.advance(1000);
  }
  return graph;
}

async function reasonOf(refused: Promise<unknown>): Promise<unknown> {
  return refused.then(() => 'nothing was refused', (thrown: unknown) => thrown);
}

describe('a graph that a person holds', () => {
  it('begins no batch until it is released, and then runs those that were due, each with its records', async () => {
    const graph = await RecordedGraph.started(PASSING);
    graph.runner.hold();
    await graph.offer([1]);
    await graph.clock.advance(1000);
    await graph.offer([2, 3]);
    await graph.clock.advance(2000);
    expect(graph.batches).to.deep.equal([]);
    graph.runner.release();
    await graph.clock.advance(0);
    expect(graph.batches.map(({ batchTime, records, schedulingDelay }) => [batchTime, records, schedulingDelay]))
      .to.deep.equal([[1000, 1, 2000], [2000, 2, 1000], [3000, 0, 0]]);
    expect(graph.results).to.deep.equal([['out', 1000, [1]], ['out', 2000, [2, 3]]]);
    await graph.runner.stop();
  });

  it('lets the batch end that runs when it is held', async () => {
    const graph = await RecordedGraph.started(PASSING);
    graph.slowness = 1500;
    await graph.offer([1]);
    await graph.clock.advance(1000);
    graph.runner.hold();
    await graph.offer([2]);
    await graph.clock.advance(5000);
    expect(graph.results).to.deep.equal([['out', 1000, [1]]]);
    await graph.runner.stop();
  });

  it('has the results afterwards that a run has which was never held, window by window', async () => {
    const free = await run(12);
    const held = await run(12, 4, 9);
    // Powers of two: each window of three tells by its sum which records are in it.
    expect(free.results.map(([, , [only]]) => (only as { sum: number }).sum)).to.deep.equal([1, 3, 7, 14, 28, 56, 112, 224, 448, 896, 1792, 3584]);
    expect(held.results).to.deep.equal(free.results);
    await Promise.all([free.runner.stop(), held.runner.stop()]);
  });

  it('keeps no more than a hundred batches and a full receiver, refuses what comes beyond, and loses none of these', async () => {
    const graph = await RecordedGraph.started(planOf([receiver({ bufferLimit: 150 }), sink('out', 'in')]));
    graph.runner.hold();
    let taken = 0;
    for (let second = 0; second < 200; second++) {
      taken += await graph.offer([second]);
      await graph.clock.advance(1000);
    }
    expect(taken).to.equal(150);
    expect(graph.progress.at(-1)?.active?.count).to.equal(100);
    graph.runner.release();
    await graph.clock.advance(2000);
    expect(graph.results.flatMap(([, , payloads]) => payloads)).to.deep.equal(Array.from({ length: 150 }, (_, index) => index));
    await graph.runner.stop();
  });

  it('shows how many records wait, in batches that have not begun and at the receiver, as many as its limit lets in', async () => {
    const graph = await RecordedGraph.started(planOf([receiver({ bufferLimit: 10 }), receiver({}, 'other'), sink('out', 'in')]));
    graph.runner.hold();
    await graph.offer([1, 2, 3, 4]);
    await graph.offer([1], 'other');
    await graph.clock.advance(1000);
    expect([graph.operator('in')?.waiting, graph.operator('other')?.waiting]).to.deep.equal([4, 1]);
    expect(await graph.offer([5, 6, 7, 8, 9, 10, 11]), 'as many as there is room for').to.equal(6);
    await graph.clock.advance(1000);
    expect(graph.operator('in')).to.include({ waiting: 10, refused: 1 });
    graph.runner.release();
    await graph.clock.advance(2000);
    expect([graph.operator('in')?.waiting, graph.operator('other')?.waiting]).to.deep.equal([0, 0]);
    await graph.runner.stop();
  });

  it('says at a stop how many records are lost, in batches that have not begun and at receivers', async () => {
    const graph = await RecordedGraph.started(PASSING);
    graph.runner.hold();
    await graph.offer([1, 2]);
    await graph.clock.advance(1000);
    await graph.offer([3]);
    expect(await graph.runner.stop(), 'each counts once').to.equal(3);
    expect(graph.batches).to.deep.equal([]);
    expect(graph.clock.pendingTimers).to.equal(0);
  });

  it('is updated at once and stays held; what waited goes through the new plan', async () => {
    const graph = await RecordedGraph.started(planOf(slidingSum()));
    await graph.offer([{ value: 1 }]);
    await graph.clock.advance(1000);
    graph.runner.hold();
    await graph.offer([{ value: 2 }]);
    await graph.clock.advance(1000);
    expect(await graph.update(planOf(slidingSum(10)))).to.deep.equal({ kept: ['in', 'w', 'r', 'out'], restarted: ['m'], dropped: [] });
    await graph.clock.advance(1000);
    expect(graph.results).to.have.length(1);
    graph.runner.release();
    await graph.clock.advance(0);
    // 1 went through the old plan before, 2 goes through the new one.
    expect((graph.results.at(-1)?.[2][0] as { sum: number }).sum).to.equal(21);
    await graph.runner.stop();
  });

  it('is held from its first batch on where that is said before it starts', async () => {
    const graph = new RecordedGraph();
    graph.runner.hold();
    await graph.runner.start(PASSING, OPTIONS);
    await graph.clock.advance(3000);
    expect(graph.batches).to.deep.equal([]);
    graph.runner.release();
    await graph.clock.advance(0);
    expect(graph.batches).to.have.length(3);
    await graph.runner.stop();
  });

  it('may be held twice and released twice', async () => {
    const graph = await RecordedGraph.started(PASSING);
    graph.runner.hold();
    graph.runner.hold();
    await graph.clock.advance(1000);
    graph.runner.release();
    graph.runner.release();
    await graph.clock.advance(1000);
    expect(graph.batches.map(({ batchTime }) => batchTime)).to.deep.equal([1000, 2000]);
    await graph.runner.stop();
  });
});

describe('a graph with a checkpoint that a person holds', () => {
  const kept = durablePlan([
    receiver(), checkpoint('keeper', 'in', { interval: 60_000 }), window('w', 'keeper', 3000, 1000),
    reduceByKey('r', 'w', [aggregate('sum')]), sink('out', 'r'),
  ]);
  const offer = (world: World, value: number): Promise<number> => world.offer([{ topic: 'a', payload: { value } }]);
  const sums = (world: World): unknown[] => [...world.once('out').values()].map(([only]) => (only as { sum: number }).sum);

  it('makes a checkpoint at once when it is asked for one', async () => {
    const world = new World();
    await world.start(kept);
    await offer(world, 1);
    await world.clock.advance(1000);
    world.runner.hold();
    await offer(world, 2);
    await world.clock.advance(1000);
    await world.runner.checkpoint();
    expect(world.durability?.checkpointBatch).to.equal(1_001_000);
    // There is nothing new to keep; the second answer is that there is one.
    await world.runner.checkpoint();
    world.runner.release();
    await world.clock.advance(0);
    await world.stop();
    expect(sums(world)).to.deep.equal([1, 3]);
  });

  it('makes the checkpoint for which somebody waited already', async () => {
    const world = new World();
    await world.start(kept);
    await offer(world, 1);
    await world.clock.advance(1000);
    const asked = world.runner.checkpoint();
    world.runner.hold();
    await asked;
    expect(world.durability?.checkpointBatch).to.equal(1_001_000);
    await world.stop();
  });

  it('makes it when the batch has ended that runs', async () => {
    const world = new World();
    world.slowness = 500;
    await world.start(kept);
    await offer(world, 1);
    await world.clock.advance(1200);
    world.runner.hold();
    const asked = world.runner.checkpoint();
    expect(world.batches).to.have.length(0);
    await world.clock.advance(300);
    await asked;
    expect(world.batches).to.have.length(1);
    expect(world.durability?.checkpointBatch).to.equal(1_001_000);
    await world.stop();
  });

  it('says why it makes none before it has completed a batch', async () => {
    const world = new World();
    await world.start(kept);
    world.runner.hold();
    const refused = await reasonOf(world.runner.checkpoint());
    expect(refused).to.have.nested.property('problem.code', 'checkpoint-failed');
    expect(refused).to.have.nested.property('problem.nodeId', 'keeper');
    expect(refused).to.have.nested.property('problem.what').that.includes('paused');
    await world.stop();
  });

  it('loses nothing when it dies, and goes on as if it had not been held', async () => {
    const world = new World();
    await world.start(kept);
    await offer(world, 1);
    await world.clock.advance(1000);
    world.runner.hold();
    await offer(world, 2);
    await world.clock.advance(1000);
    world.kill();
    await world.start(kept);
    await world.clock.advance(1000);
    expect(sums(world).at(-1)).to.equal(3);
    await world.stop();
  });

  it('loses nothing when it is stopped', async () => {
    const world = new World();
    await world.start(kept);
    world.runner.hold();
    await offer(world, 2);
    await world.clock.advance(1000);
    expect(await world.stop()).to.equal(0);
    await world.start(kept);
    await world.clock.advance(1000);
    expect(sums(world)).to.include(2);
    await world.stop();
  });

  it('ends the batches that a crash interrupted although it is held, and begins no other', async () => {
    const world = new World();
    await world.start(kept);
    world.hangs = true;
    await offer(world, 1);
    void world.clock.advance(1000);
    for (let turn = 0; turn < 1000; turn++) await Promise.resolve();
    world.kill();
    world.hangs = false;
    const starting = world.start(kept);
    world.runner.hold();
    await starting;
    await offer(world, 2);
    await world.clock.advance(3000);
    expect(sums(world)).to.deep.equal([1]);
    world.runner.release();
    await world.clock.advance(0);
    expect(sums(world).slice(0, 2)).to.deep.equal([1, 3]);
    await world.stop();
  });
});
