import { expect } from 'chai';
import { aggregate, map, receiver, reduceByKey, sink, window } from '../plans';
import { checkpoint, durablePlan, World } from './World';

const PLAIN = durablePlan([receiver(), checkpoint('keeper', 'in'), map('twice', 'keeper', 'return msg.payload * 2;'), sink('out', 'twice')]);

const numbers = (...payloads: number[]): { payload: number; topic: string }[] => payloads.map((payload) => ({ payload, topic: 'a' }));

describe('a graph with a checkpoint', () => {
  it('runs as one without', async () => {
    const world = new World();
    await world.start(PLAIN);
    expect(await world.offer(numbers(1, 2, 3))).to.equal(3);
    await world.clock.advance(1000);
    expect(await world.offer(numbers(4))).to.equal(1);
    await world.clock.advance(1000);
    expect([...world.once('out').values()]).to.deep.equal([[2, 4, 6], [8]]);
    expect(await world.stop()).to.equal(0);
  });

  it('gives records that waited for a batch to the first batch after a crash', async () => {
    const world = new World();
    await world.start(PLAIN);
    await world.offer(numbers(1, 2, 3));
    world.kill('power');
    await world.start(PLAIN);
    await world.clock.advance(1000);
    expect(world.once('out')).to.deep.equal(new Map([[1_001_000, [2, 4, 6]]]));
  });

  it('runs batches again that were not in a checkpoint, with the same records, and sinks get nothing twice that they had for good', async () => {
    const world = new World();
    await world.start(PLAIN);
    await world.offer(numbers(1));
    await world.clock.advance(1000);
    await world.offer(numbers(2));
    await world.clock.advance(1000);
    await world.offer(numbers(3));
    world.kill('kill');
    await world.start(PLAIN);
    await world.clock.advance(1000);
    expect([...world.once('out')]).to.deep.equal([[1_001_000, [2]], [1_002_000, [4]], [1_003_000, [6]]]);
    expect(world.outputs).to.have.length(3);
    expect(world.durability?.recovered).to.deep.include({ batches: 2, records: 3 });
    expect(world.warnings.join()).to.match(/^The graph goes on where it was: 2 batches ran again, 3 records came back from the log, in \d+ ms\.$/);
  });

  it('goes on with windows as if nothing had happened', async () => {
    const plan = durablePlan([
      receiver(), checkpoint('keeper', 'in'), window('w', 'keeper', 4000, 1000),
      reduceByKey('r', 'w', [aggregate('sum', 'payload', 'sum'), aggregate('max', 'payload', 'max')]), sink('out', 'r'),
    ]);
    const run = async (crashes: ReadonlySet<number>): Promise<Map<number, unknown[]>> => {
      const world = new World();
      await world.start(plan);
      for (let step = 0; step < 20; step++) {
        await world.offer(numbers(step + 0.1, 100 - step));
        if (crashes.has(step)) {
          world.kill(step % 2 === 0 ? 'kill' : 'power');
          await world.start(plan);
        }
        await world.clock.advance(1000);
      }
      await world.stop();
      return world.once('out');
    };
    const uninterrupted = await run(new Set());
    expect(uninterrupted.size).to.equal(20);
    expect(await run(new Set([3, 4, 9, 17]))).to.deep.equal(uninterrupted);
  });
});
