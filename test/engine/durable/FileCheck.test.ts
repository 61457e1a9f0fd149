import { expect } from 'chai';
import { aggregate, receiver, reduceByKey, sink, window } from '../plans';
import { flipBit } from './flipBit';
import { checkpoint, durablePlan, World } from './World';

const DAY = 24 * 60 * 60 * 1000;

/** A batch an hour, so that a day does not take long; and a new segment with every dozen or so. */
const plan = (): ReturnType<typeof durablePlan> => durablePlan([
  receiver(), checkpoint('keeper', 'in', { interval: 1e12, logLimit: 40_000 }), window('w', 'keeper', 48 * 3_600_000, 3_600_000),
  reduceByKey('sums', 'w', [aggregate('sum', 'payload', 'sum')]), sink('out', 'sums'),
], 3_600_000);

async function hours(world: World, count: number): Promise<void> {
  for (let hour = 0; hour < count; hour++) {
    await world.offer([{ payload: 1, topic: 'a'.repeat(100) }]);
    await world.clock.advance(3_600_000);
  }
}

/** Lets a batch go by, and a checkpoint be made with it. */
async function keep(world: World): Promise<void> {
  const made = world.runner.checkpoint();
  await hours(world, 1);
  await made;
}

const pathsIn = (world: World, folder: string): string[] => [...world.disk.files().keys()].filter((path) => path.startsWith(folder)).sort();

describe('reading files again', () => {
  it('finds nothing where nothing is damaged, once a day', async () => {
    const world = new World();
    await world.start(plan());
    await hours(world, 60);
    expect(world.problems).to.deep.equal([]);
    const line = 'The files of the graph were read again, and all are as they were written.';
    expect(world.warnings).to.deep.equal([line, line]);
    expect(world.clock.now()).to.be.greaterThan(2 * DAY);
    await world.stop();
  });

  for (const folder of ['log/', 'ckpt/']) {
    it(`finds damage in ${folder} while the graph runs, tells it, and mends it with fresh checkpoints`, async () => {
      const world = new World();
      await world.start(plan());
      await hours(world, 18);
      if (folder === 'ckpt/') for (let count = 0; count < 2; count++) await keep(world);
      const [path = ''] = pathsIn(world, folder);
      await flipBit(world, path, 150);
      await hours(world, 8);
      const told = world.problems.filter(({ code }) => code === 'damage-found');
      expect(told.map(({ what }) => what)).to.have.length(1);
      expect(told[0]?.what).to.match(new RegExp(`^A file of this graph is damaged: ${path}, byte \\d+\\. The graph goes on\\.$`));
      for (let count = 0; count < 2; count++) await keep(world);
      expect(pathsIn(world, folder)).not.to.include(path);
      world.kill('power');
      await world.start(plan());
      const before = 18 + 8 + 2 + (folder === 'ckpt/' ? 2 : 0);
      await hours(world, 1);
      expect((world.outputs.at(-1)?.records[0]?.payload as { sum: number } | undefined)?.sum).to.equal(before + 1);
    });
  }
});
