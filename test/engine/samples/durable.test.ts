import { expect } from 'chai';
import type { SampleEvent } from '../../../src/engine/Engine';
import { aggregate, map, OPTIONS, receiver, reduceByKey, sink, window } from '../plans';
import { checkpoint, durablePlan, World } from '../durable/World';

const plan = durablePlan([
  receiver(), checkpoint('keeper', 'in'), map('m', 'keeper', 'return msg;'), window('w', 'm', 3000, 1000), reduceByKey('r', 'w', [aggregate('count')]), sink('out', 'r'),
]);

/** What becomes of a graph that ran for some batches, was killed and went on. */
async function run(looks: boolean): Promise<{ readonly outputs: unknown; readonly files: unknown; readonly world: World; readonly told: SampleEvent[] }> {
  const world = new World();
  const told: SampleEvent[] = [];
  const look = (operators: readonly string[]): void => {
    if (looks) world.runner.samples.look({ operators, records: 20, bytes: 1000 }, (event) => told.push(event));
  };
  const second = async (payload: number): Promise<void> => {
    await world.offer([{ topic: 'a', payload }]);
    await world.clock.advance(1000);
  };
  await world.start(plan);
  await second(1);
  look(['m', 'keeper', 'w', 'r']);
  await second(2);
  await world.runner.update(plan, OPTIONS);
  await second(3);
  look([]);
  await second(4);
  look(['r']);
  world.kill();
  await world.start(plan, { afterDeath: true });
  look(['r']);
  await second(5);
  await world.stop();
  return { outputs: [...world.once('out')], files: [...world.disk.files()], world, told };
}

describe('samples of a graph with a checkpoint', () => {
  it('change nothing: neither what it gives nor what it keeps', async () => {
    const [looked, plain] = [await run(true), await run(false)];
    expect(looked.outputs).to.deep.equal(plain.outputs);
    expect(looked.files).to.deep.equal(plain.files);
    expect([looked.world.failures, looked.world.problems, looked.world.warnings]).to.deep.equal(
      [plain.world.failures, plain.world.problems, plain.world.warnings],
    );
    expect(looked.world.durability).to.deep.equal(plain.world.durability);
    const lastOf = (id: string): unknown => looked.told.filter(({ operator }) => operator === id).at(-1)?.records.map(({ payload }) => payload);
    expect(lastOf('m')).to.deep.equal([2, 3]);
    expect(lastOf('r')).to.include(5);
  });
});
