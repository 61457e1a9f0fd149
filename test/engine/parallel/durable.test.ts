import { expect } from 'chai';
import type { OfferedMessage } from '../../../src/engine/Engine';
import type { Helpers } from '../../../src/engine/parallel/Helpers';
import { checkpoint, durablePlan, World } from '../durable/World';
import { aggregate, map, receiver, reduceByKey, sink, window } from '../plans';
import { type Fate, LocalHelpers } from './LocalHelpers';

const PLAN = durablePlan([
  receiver({ format: 'json' }),
  map('m', 'in', 'if (msg.payload.n % 10 === 4) throw new Error("four " + msg.payload.n); return { ...msg, payload: { ...msg.payload, drawn: ctx.random() } };'),
  checkpoint('keeper', 'm'),
  sink('each', 'keeper'),
  window('w', 'keeper', 3000, 1000),
  reduceByKey('r', 'w', [aggregate('sum', 'payload.drawn'), aggregate('last', 'payload.n'), { ...aggregate('list', 'payload.n'), parameter: 500 }]),
  sink('out', 'r'),
]);

function messages(batch: number): OfferedMessage[] {
  return Array.from({ length: 120 }, (_, place) => {
    const n = batch * 1000 + place;
    return { topic: `t${String(n % 7)}`, payload: Buffer.from(place % 20 === 13 ? '{' : JSON.stringify({ n })) };
  });
}

/** What comes out of a graph that is killed twice, and the dead letters that it leaves behind. */
async function story(helpers: Helpers | undefined): Promise<{ readonly outputs: World['outputs']; readonly letters: readonly string[] }> {
  const world = new World();
  world.helpers = helpers;
  let batch = 0;
  for (const batches of [4, 3, 2]) {
    await world.start(PLAN);
    for (let count = 0; count < batches; count++) {
      await world.offer(messages(batch++));
      await world.clock.advance(1000);
    }
    // In the middle of a batch: its output is never taken.
    world.hangs = true;
    await world.offer(messages(batch++));
    world.clock.advance(1000).catch(() => undefined);
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
    world.kill();
    world.hangs = false;
  }
  await world.start(PLAN);
  await world.clock.advance(2000);
  await world.stop();
  expect(world.failures).to.deep.equal([]);
  const letters: string[] = [];
  for (const [name, size] of world.disk.files()) {
    if (!name.startsWith('dead/')) continue;
    const text = Buffer.from(await world.disk.connect().read(name, 0, size)).toString();
    letters.push(...text.trim().split('\n'));
  }
  return { outputs: world.outputs, letters };
}

describe('a graph with a checkpoint whose work several threads share', function () {
  this.timeout(20_000);

  it('comes back with the same results and dead letters as in one thread, whoever is lost on the way', async () => {
    const alone = await story(undefined);
    let pieces = 0;
    const helpers = new LocalHelpers(2, (): Fate => (++pieces % 5 === 0 ? 'lost' : 'done'));
    const together = await story(helpers);
    expect(helpers.done).to.be.above(20);
    expect(together.outputs).to.deep.equal(alone.outputs);
    expect(together.letters).to.deep.equal(alone.letters);
    expect(alone.letters.length).to.be.above(100);
  });
});
