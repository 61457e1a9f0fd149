import { expect } from 'chai';
import { EmbeddedEngine } from '../../src/engine/EmbeddedEngine';
import type { OfferedMessage, OperatorProgress, OutputEvent, Query } from '../../src/engine/Engine';
import type { Plan } from '../../src/plan/Plan';
import type { Problem } from '../../src/plan/Problem';
import { ManualClock } from '../../src/streaming';
import { aggregate, from, OPTIONS, planOf, receiver, reduceByKey, sink, window } from '../engine/plans';
import { memoryInUse } from './memory';

/** A running plan, of which only what is asked for is kept. */
class Load {
  readonly clock = new ManualClock(0);
  readonly query: Query;
  readonly problems: Problem[] = [];
  batches = 0;
  figures: Readonly<Record<string, OperatorProgress>> = {};

  constructor(plan: Plan, output: (event: OutputEvent) => void) {
    this.query = new EmbeddedEngine({ isolation: 'inline', clock: this.clock }).start(plan, OPTIONS);
    this.query.on('output', output);
    this.query.on('problem', (problem) => this.problems.push(problem));
    this.query.on('progress', ({ operators }) => (this.figures = { ...operators }));
    this.query.on('batch', ({ failure }) => {
      if (failure === undefined) this.batches++;
    });
  }

  async batch(): Promise<void> {
    const wanted = this.batches + 1;
    await this.clock.advance(1000);
    // Large outputs are handed over in pieces, each in a turn of its own.
    for (let turn = 0; turn < 10_000 && this.batches < wanted; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(this.batches).to.equal(wanted);
  }
}

function messages(count: number, make: (index: number) => OfferedMessage): OfferedMessage[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

describe('a graph under hostile load', () => {
  it('holds 1,000,000 different keys with a limit of 100,000 in bounded memory', async function () {
    this.timeout(60_000);
    let rows = 0;
    const plan = planOf([
      receiver(),
      window('w', 'in', 25_000, 25_000),
      reduceByKey('r', 'w', [aggregate('mean'), aggregate('last')], { keyLimit: 100_000 }),
      sink('out', 'r'),
    ]);
    const load = new Load(plan, ({ records }) => (rows += records.length));
    await load.query.started;
    const fill = async (batch: number): Promise<void> => {
      await load.query.offer('in', messages(40_000, (index) => ({ topic: `sensor-${String(batch * 40_000 + index)}`, payload: { value: index } })));
      await load.batch();
    };
    for (let batch = 0; batch < 3; batch++) await fill(batch);
    // The limit is reached: from here on nothing may grow.
    const before = await memoryInUse();
    for (let batch = 3; batch < 24; batch++) await fill(batch);
    const growth = (await memoryInUse()) - before;
    await fill(24);
    expect(growth, 'growth in bytes').to.be.below(16 * 1_048_576);
    expect(load.figures['r']).to.include({ recordsIn: 1_000_000, refused: 900_000, recordsOut: 100_000 });
    expect(rows).to.equal(100_000);
    expect(load.problems.map(({ code }) => code)).to.deep.equal(Array.from({ length: 23 }, () => 'too-many-keys'));
    await load.query.stop();
  });

  it('costs no more with nine records in ten of one key', async function () {
    this.timeout(60_000);
    const run = async (keyOf: (index: number) => string): Promise<{ milliseconds: number; counts: Map<string, number> }> => {
      const counts = new Map<string, number>();
      const plan = planOf([
        receiver(), window('w', 'in', 10_000, 1000), reduceByKey('r', 'w', [aggregate('count'), aggregate('sum'), aggregate('max')]), sink('out', 'r'),
      ]);
      const load = new Load(plan, ({ records }) => {
        for (const { payload } of records) {
          const { key, count, sum } = payload as { key: string; count: number; sum: number };
          expect(sum).to.be.closeTo(count * 0.1, 1e-6);
          counts.set(key, count);
        }
      });
      await load.query.started;
      const begun = performance.now();
      for (let batch = 0; batch < 4; batch++) {
        await load.query.offer('in', messages(50_000, (index) => ({ topic: keyOf(index), payload: { value: 0.1 } })));
        await load.batch();
      }
      const milliseconds = performance.now() - begun;
      await load.query.stop();
      return { milliseconds, counts };
    };
    const even = await run((index) => `key-${String(index % 1000)}`);
    const hot = await run((index) => (index % 10 === 0 ? `key-${String((index / 10) % 1000)}` : 'hot'));
    expect(even.counts.get('key-7')).to.equal(200);
    expect(hot.counts.get('hot')).to.equal(180_000);
    expect(hot.counts.get('key-7')).to.equal(20);
    // Anything quadratic would be hundreds of times slower; the rest is the noise of a busy machine.
    expect(hot.milliseconds).to.be.below(4 * even.milliseconds + 1000);
  });

  it('serves a calm receiver beside one that is flooded, and holds no more of the flood than its limit', async function () {
    this.timeout(60_000);
    const limit = { bufferLimit: 1000 };
    const calm = new Map<number, number>();
    const plan = planOf([
      receiver(limit, 'flooded'),
      receiver(limit, 'calm'),
      { ...reduceByKey('r', 'calm', [aggregate('count')]), inputs: from('flooded', 'calm') },
      sink('out', 'r'),
    ]);
    const load = new Load(plan, ({ batchTime, records }) => {
      for (const { key, payload } of records) if (key === 'calm') calm.set(batchTime, (payload as { count: number }).count);
    });
    await load.query.started;
    let refused = 0;
    for (let batch = 0; batch < 10; batch++) {
      for (let piece = 0; piece < 10; piece++) {
        const flood = messages(5000, (index) => ({ topic: `flood-${String(index)}`, payload: { value: index } }));
        await load.query.offer('flooded', flood).catch(() => refused++);
        await load.query.offer('calm', [{ topic: 'calm', payload: { value: 1 } }]);
      }
      await load.batch();
    }
    expect(refused).to.equal(100);
    expect([...calm]).to.deep.equal(Array.from({ length: 10 }, (_, index) => [(index + 1) * 1000, 10]));
    expect(load.figures['flooded']).to.include({ recordsIn: 10_000, refused: 490_000, waiting: 0 });
    expect(load.figures['calm']).to.include({ recordsIn: 100, refused: 0 });
    expect(load.problems.map(({ nodeId, code }) => `${nodeId} ${code}`)).to.deep.equal(Array.from({ length: 10 }, () => 'flooded buffer-full'));
    await load.query.stop();
  });
});
