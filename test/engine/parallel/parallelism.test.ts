import { expect } from 'chai';
import { EmbeddedEngine } from '../../../src/engine/EmbeddedEngine';
import type { OutputEvent, Query } from '../../../src/engine/Engine';
import type { Parallelism } from '../../../src/engine/parallel/Helpers';
import type { Plan } from '../../../src/plan/Plan';
import type { Problem } from '../../../src/plan/Problem';
import { until } from '../../support/until';
import { aggregate, map, OPTIONS, planOf, receiver, reduceByKey, sink } from '../plans';

const COUNT = 3000;
const WORK = 'let n = msg.payload.n; for (let step = 0; step < 1000; step++) n = Math.sqrt(n * n + step); return { payload: { n: msg.payload.n, value: n } };';

class Run {
  readonly query: Query;
  readonly outputs: OutputEvent[] = [];
  readonly interruptions: Problem[] = [];

  constructor(isolation: 'thread' | 'process', parallelism: Parallelism, plan: Plan) {
    const engine = new EmbeddedEngine({ isolation, parallelism, hangLimit: 500, restarts: { delays: [50, 50], forgiveness: 60_000 } });
    this.query = engine.start(plan, OPTIONS);
    this.query.on('output', (event) => this.outputs.push(event));
    this.query.on('interrupted', (problem) => this.interruptions.push(problem));
  }

  get results(): unknown[] {
    return this.outputs.flatMap(({ records }) => records.map(({ payload }) => payload));
  }
}

const jsonMessages = (): { topic: string; payload: Buffer }[] =>
  Array.from({ length: COUNT }, (_, n) => ({ topic: `t${String(n % 3)}`, payload: Buffer.from(JSON.stringify({ n })) }));

describe('parallelism', function () {
  this.timeout(30_000);

  for (const isolation of ['thread', 'process'] as const) {
    it(`${isolation}: two threads, and as many as pay off, give what one gives, in the same order`, async () => {
      const plan = planOf([receiver({ format: 'json' }), map('m', 'in', WORK), sink('out', 'm')], 50);
      const results: unknown[][] = [];
      for (const parallelism of [1, 2, 'auto'] as const) {
        const run = new Run(isolation, parallelism, plan);
        await run.query.started;
        await run.query.offer('in', jsonMessages());
        await until('all results are there', () => run.results.length === COUNT);
        await run.query.stop();
        results.push(run.results);
      }
      expect(results[1]).to.deep.equal(results[0]);
      expect(results[2]).to.deep.equal(results[0]);
    });

    it(`${isolation}: a function that does not return is named; the graph starts again, and takes a correction`, async () => {
      const drawing = (source: string): Plan => planOf([receiver(), map('guilty', 'in', source), sink('out', 'guilty')], 50);
      const run = new Run(isolation, 2, drawing('if (msg.payload === 70) for (;;) { /* for ever */ } return msg.payload;'));
      await run.query.started;
      const offer = (): Promise<void> => run.query.offer('in', Array.from({ length: 100 }, (_, payload) => ({ topic: 'a', payload })));
      await offer();
      await until('the graph is interrupted', () => run.interruptions.length === 1);
      expect(run.interruptions[0]).to.include({ nodeId: 'guilty', code: 'function-hung' });
      await run.query.update(drawing('return msg.payload;'), OPTIONS);
      await offer();
      await until('it runs again', () => run.results.length >= 100);
      await run.query.stop();
    });
  }

  it('is the same for several graphs in one thread', async () => {
    const engine = new EmbeddedEngine({ isolation: 'thread', shared: true, parallelism: 3 });
    const plan = planOf([receiver({ format: 'json' }), map('m', 'in', WORK), reduceByKey('r', 'm', [aggregate('count')]), sink('out', 'r', 'record')], 50);
    const counts = await Promise.all(['one', 'two'].map(async (graph) => {
      const query = engine.start({ ...plan, graph }, OPTIONS);
      const counted: Record<string, number> = {};
      query.on('output', ({ records }) => {
        for (const { payload, topic } of records) counted[topic] = (counted[topic] ?? 0) + (payload as { count: number }).count;
      });
      await query.started;
      await query.offer('in', jsonMessages());
      await until('all is counted', () => Object.values(counted).reduce((sum, count) => sum + count, 0) === COUNT);
      await query.stop();
      return counted;
    }));
    expect(counts).to.deep.equal([{ t0: 1000, t1: 1000, t2: 1000 }, { t0: 1000, t1: 1000, t2: 1000 }]);
  });
});
