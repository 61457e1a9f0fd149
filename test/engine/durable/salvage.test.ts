import { expect } from 'chai';
import { aggregate, receiver, reduceByKey, sink, window } from '../plans';
import { flipBit } from './flipBit';
import { checkpoint, durablePlan, World } from './World';

const plan = (): ReturnType<typeof durablePlan> => durablePlan([
  receiver(), checkpoint('keeper', 'in', { interval: 1_000_000 }), window('w', 'keeper', 60_000, 1000),
  reduceByKey('sums', 'w', [aggregate('sum', 'payload', 'sum')]), sink('out', 'sums'),
]);

const SALVAGE = { id: 'salvage1', scope: 'all' as const, salvage: true as const };

const last = (world: World): unknown => (world.outputs.at(-1)?.records[0]?.payload as { sum: number } | undefined)?.sum;

async function batch(world: World, payload: number): Promise<void> {
  await world.offer([{ payload, topic: 'a' }]);
  await world.clock.advance(1000);
}

/** Turns one bit in the middle of the frame that has a record with this text in it. */
async function damage(world: World, text: string): Promise<void> {
  const disk = world.disk.connect();
  for (const path of [...world.disk.files().keys()].filter((each) => each.startsWith('log/'))) {
    const bytes = Buffer.from(await disk.read(path, 0, 1_000_000));
    const at = bytes.indexOf(text);
    if (at === -1) continue;
    await flipBit(world, path, at);
    return;
  }
  throw new Error(`Nothing in the log has "${text}".`);
}

describe('a graph whose log is damaged', () => {
  async function damaged(): Promise<World> {
    const world = new World();
    await world.start(plan());
    for (const payload of [1, 10]) await batch(world, payload);
    await world.offer([{ payload: 100, topic: 'the damaged one' }]);
    await world.clock.advance(1000);
    for (const payload of [1000, 10_000]) await batch(world, payload);
    world.kill();
    await damage(world, 'the damaged one');
    return world;
  }

  it('refuses to start until somebody has it salvaged, and goes on with everything else then', async () => {
    const world = await damaged();
    for (let attempt = 0; attempt < 2; attempt++) {
      const refusal: unknown = await world.start(plan()).catch((thrown: unknown) => thrown);
      expect(refusal).to.have.nested.property('problem.code', 'checkpoint-damaged');
      expect(refusal).to.have.nested.property('problem.fix').that.contains('salvaged in the Streaming sidebar');
    }
    await world.start(plan(), { reset: SALVAGE });
    await batch(world, 100_000);
    expect(last(world)).to.equal(111_011);
    const [problem, ...others] = world.problems.filter(({ code }) => code === 'records-lost');
    expect(others).to.deep.equal([]);
    expect(problem).to.include({ nodeId: 'keeper' });
    expect(problem?.what).to.match(/^The log was salvaged at .+, and 1 record was lost\. Damage: log\/0+1\.seg, byte \d+\. Unreadable: "in" 2 to 2\.$/);
    // Whoever starts it again with the same wish is told again, and loses nothing more.
    world.kill('power');
    await world.start(plan(), { reset: SALVAGE });
    await batch(world, 1_000_000);
    expect(last(world)).to.equal(1_111_011);
    expect(world.problems.filter(({ code }) => code === 'records-lost')).to.have.length(2);
  });

  it('has what it had put aside', async () => {
    const world = await damaged();
    await world.start(plan(), { reset: SALVAGE });
    const kept = [...world.disk.files().keys()].filter((path) => path.startsWith('quarantine/') && path.includes('salvage1/log/'));
    expect(kept.length).to.be.greaterThan(0);
  });

  it('is not touched by a wish where nothing is damaged', async () => {
    const world = new World();
    await world.start(plan());
    await batch(world, 1);
    await world.stop();
    await world.start(plan(), { reset: SALVAGE });
    await batch(world, 2);
    expect(last(world)).to.equal(3);
    expect(world.problems).to.deep.equal([]);
  });
});
