import { expect } from 'chai';
import type { OperatorProgress } from '../../src/engine/Engine';
import { GraphRunner } from '../../src/engine/GraphRunner';
import type { BackpressureParameters, Plan } from '../../src/plan/Plan';
import { ManualClock } from '../../src/streaming';
import { OPTIONS, planOf, receiver, sink } from './plans';

/** A receiver and a sink on a clock of their own. Outputs that are taken late make a batch slow. */
class Trial {
  readonly clock = new ManualClock(0);
  readonly runner: GraphRunner;
  /** Records of each batch that had any. */
  readonly batches: [number, number][] = [];
  progress: OperatorProgress | undefined;
  #offered = 0;
  /** ms */
  #delay = 0;

  constructor(failures: string[] = []) {
    this.runner = new GraphRunner(this.clock, {
      batch: ({ batchTime, records }) => {
        if (records > 0) this.batches.push([batchTime, records]);
      },
      output: () => (this.#delay === 0 ? undefined : this.clock.sleep(this.#delay)),
      progress: ({ operators }) => {
        this.progress = operators['in'];
      },
      problem: () => undefined,
      log: () => undefined,
      described: () => undefined,
      failed: ({ what }) => failures.push(what),
    });
  }

  static plan(backpressure: BackpressureParameters | null, maxRate: number | null = null): Plan {
    return planOf([receiver({ backpressure, maxRate }), sink('out', 'in')]);
  }

  static async started(backpressure: BackpressureParameters | null, maxRate: number | null = null, failures: string[] = []): Promise<Trial> {
    const trial = new Trial(failures);
    await trial.runner.start(Trial.plan(backpressure, maxRate), OPTIONS);
    return trial;
  }

  async offer(count: number): Promise<void> {
    const messages = Array.from({ length: count }, () => ({ topic: 'a', payload: this.#offered++ }));
    expect(await this.runner.offer('in', messages)).to.equal(count);
  }

  /** Offers records, and has their batch take 2,000 ms. Two batches without records wait meanwhile. */
  async slowBatch(count: number): Promise<void> {
    await this.offer(count);
    this.#delay = 2000;
    await this.clock.advance(3000);
    this.#delay = 0;
  }
}

describe('back-pressure of a receiver', () => {
  it('lowers the rate to what batches can take, and tells it while it makes records wait', async () => {
    const trial = await Trial.started({ initialRate: null, minRate: 1 });
    await trial.slowBatch(10);
    expect(trial.batches).to.deep.equal([[1000, 10]]);
    // 10 records in 2,000 ms are 5 a second: measured first, then taken.
    await trial.slowBatch(10);
    expect(trial.progress?.rateLimit).to.equal(undefined);
    await trial.offer(12);
    await trial.clock.advance(1000);
    expect(trial.batches).to.deep.equal([[1000, 10], [4000, 10], [7000, 5]]);
    expect(trial.progress).to.include({ rateLimit: 5, waiting: 7 });
    // Batches that take no time say nothing, so the rate stays.
    await trial.clock.advance(2000);
    expect(trial.batches.slice(3)).to.deep.equal([[8000, 5], [9000, 2]]);
    expect(trial.progress).to.include({ waiting: 0 }).and.not.to.have.property('rateLimit');
    await trial.runner.stop();
  });

  it('tells no rate once the limit is taken away while it holds records back, and goes on', async () => {
    const failures: string[] = [];
    const trial = await Trial.started(null, 3, failures);
    await trial.offer(10);
    await trial.clock.advance(1000);
    expect(trial.progress).to.include({ rateLimit: 3, waiting: 7 });
    // The source that is new says at once how it is, and the figures are told with it.
    const source = { kind: 'simulated', sensors: 1, rate: 0.001, seed: 1 } as const;
    await trial.runner.update(planOf([receiver({ source, maxRate: null }), sink('out', 'in')]), OPTIONS);
    await trial.offer(1);
    await trial.clock.advance(1000);
    expect(failures).to.deep.equal([]);
    expect(trial.batches).to.deep.equal([[1000, 3], [2000, 8]]);
    expect(trial.progress?.rateLimit).to.equal(undefined);
    await trial.runner.stop();
  });

  it('begins with the first rate, and keeps to the maximum rate', async () => {
    for (const [initialRate, maxRate] of [[4, null], [4, 100], [100, 4], [null, 4]] as const) {
      const trial = await Trial.started({ initialRate, minRate: 1 }, maxRate);
      await trial.offer(10);
      await trial.clock.advance(3000);
      expect(trial.batches).to.deep.equal([[1000, 4], [2000, 4], [3000, 2]]);
      await trial.runner.stop();
    }
  });

  it('keeps what it has learnt when the graph is updated, unless its own numbers changed', async () => {
    const plans = [
      [Trial.plan({ initialRate: null, minRate: 1 }), 5],
      [Trial.plan({ initialRate: null, minRate: 2 }), 12],
      [Trial.plan(null), 12],
    ] as const;
    for (const [plan, expected] of plans) {
      const trial = await Trial.started({ initialRate: null, minRate: 1 });
      await trial.slowBatch(10);
      await trial.slowBatch(10);
      await trial.runner.update(plan, OPTIONS);
      await trial.offer(12);
      await trial.clock.advance(1000);
      expect(trial.batches.at(-1)).to.deep.equal([7000, expected]);
      await trial.runner.stop();
    }
  });
});
