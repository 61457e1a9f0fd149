import { expect } from 'chai';
import { RawRecord } from '../../../src/engine/DataRecord';
import { HelperPool } from '../../../src/engine/parallel/HelperPool';
import type { BranchOrder } from '../../../src/engine/parallel/Helpers';
import { until } from '../../support/until';
import { map, OPTIONS, planOf, receiver, sink } from '../plans';
import { ParallelGraph, seenOf } from './ParallelGraph';

const LIMITS = { heapLimit: 64, hangLimit: 500 };

/** User code that ends the helper that it runs in, where it is told to, but nothing in this thread. */
const DEADLY = `
  const { isMainThread } = Function('return process')().getBuiltinModule('worker_threads');
  if (msg.payload === 'die' && !isMainThread) Function('return process')().exit(3);
  return msg.payload;`;

function orderOf(source: string, failures: unknown[] = []): BranchOrder {
  const last = map('m', 'in', source);
  const first = receiver();
  return {
    plan: planOf([first, last, sink('out', 'm')]),
    branch: { receiver: first, path: [last] },
    options: OPTIONS,
    backgroundFailure: (operator, thrown) => failures.push([operator, thrown instanceof Error ? thrown.message : thrown]),
  };
}

const records = (...payloads: unknown[]): RawRecord[] => payloads.map((payload, place) => new RawRecord(payload, 'a', undefined, 0, place));
const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const messages = (payloads: readonly unknown[]): { topic: string; payload: unknown }[] => payloads.map((payload) => ({ topic: 'a', payload }));

describe('helper threads', function () {
  this.timeout(20_000);
  let pool: HelperPool;

  beforeEach(() => {
    pool = new HelperPool(2, false, LIMITS);
  });
  afterEach(() => pool.stop());

  /** The payloads that a piece gave, or the code of the problem that it came back with. */
  async function run(order: BranchOrder, ...payloads: unknown[]): Promise<unknown> {
    const result = await pool.run(order, records(...payloads), 1000);
    return 'records' in result ? result.records.map(({ payload }) => payload) : result.problem;
  }

  it('run pieces', async () => {
    const double = orderOf('return msg.payload * 2;');
    const negate = orderOf('return -msg.payload;');
    expect(await Promise.all([run(double, 1, 2), run(negate, 3), run(double, 4)])).to.deep.equal([[2, 4], [-3], [8]]);
  });

  it('know what they have to run, also after they had so much else to run that they forgot it', async () => {
    const orders = Array.from({ length: 50 }, (_, factor) => orderOf(`return msg.payload * ${String(factor)};`));
    for (const payload of [1, 2]) {
      const results = await Promise.all(orders.map((order) => run(order, payload)));
      expect(results).to.deep.equal(orders.map((_, factor) => [payload * factor]));
    }
  });

  it('give back what cannot travel', async () => {
    expect(await run(orderOf('return { payload: () => 1 };'), 1)).to.equal(undefined);
    expect(await run(orderOf('return 1;'), new Map())).to.equal(undefined);
    expect(await run(orderOf('return 1;'), 1)).to.deep.equal([1]);
  });

  it('give back what they cannot prepare', async () => {
    expect(await run(orderOf('return {{;'), 1)).to.equal(undefined);
    expect(await run(orderOf('return 1;'), 1)).to.deep.equal([1]);
  });

  it('are ended where a function does not return, which is named; others take their place', async () => {
    const order = orderOf('if (msg.payload === "loop") for (;;) { /* for ever */ } return msg.payload;');
    const [hung, behind] = await Promise.all([run(order, 'loop'), run(order, 'well')]);
    expect(hung).to.include({ nodeId: 'm', code: 'helper-lost' });
    expect(hung).to.have.property('what').that.matches(/did not return for 0\.5 s/);
    expect(behind).to.deep.equal(['well']);
    expect(await run(order, 'again')).to.deep.equal(['again']);
  });

  it('are ended where a function needs too much memory', async () => {
    const order = orderOf('if (msg.payload === "grow") { const all = []; for (;;) all.push({ n: all.length }); } return msg.payload;');
    const patient = new HelperPool(1, false, { ...LIMITS, hangLimit: 15_000 });
    try {
      const result = await patient.run(order, records('grow'), 1000);
      expect(result).to.have.property('problem').that.includes({ code: 'helper-lost' });
      expect(result).to.have.nested.property('problem.what').that.matches(/too much memory/);
    } finally {
      await patient.stop();
    }
  });

  it('tell of what failed in the background', async () => {
    const failures: unknown[] = [];
    const order = orderOf('Promise.reject(new Error("nobody waited")); return msg.payload;', failures);
    expect(await run(order, 1)).to.deep.equal([1]);
    await until('it is told', () => failures.length > 0);
    expect(failures).to.deep.equal([[1, 'nobody waited']]);
  });

  it('are not asked any more when too many were lost, until there is something new to run', async () => {
    const deadly = orderOf(DEADLY);
    for (let loss = 0; loss < 10; loss++) {
      expect(pool.count).to.equal(2);
      expect(await run(deadly, 'die')).to.include({ nodeId: 'graph', code: 'helper-lost' });
    }
    expect(pool.count).to.equal(0);
    expect(await run(orderOf('return msg.payload;'), 1)).to.deep.equal([1]);
    expect(pool.count).to.equal(2);
  });

  it('give back what they have not done when they are stopped', async () => {
    const order = orderOf('for (;;) { /* for ever */ }');
    const running = run(order, 1);
    await pool.stop();
    expect(await running).to.include({ code: 'helper-lost' });
  });

  it('are as many as they shall be', () => {
    expect(HelperPool.for(1, LIMITS)).to.equal(undefined);
    expect(HelperPool.for(3, LIMITS)).to.include({ count: 2, isOptional: false });
    expect(HelperPool.for('auto', LIMITS)?.isOptional ?? true).to.equal(true);
  });

  it('that die in the middle of a batch lose nothing: their records are computed again', async () => {
    const operators = [receiver(), map('m', 'in', DEADLY), sink('out', 'm')];
    const payloads = numbers(1000).map((n) => (n % 250 === 20 ? 'die' : n));
    const seen = await seenOf(operators, [messages(payloads), messages(numbers(1000))], pool);
    expect(seen.outputs.flatMap((output) => output.records.map(({ payload }) => payload))).to.deep.equal([...payloads, ...numbers(1000)]);
    expect(seen.figures['m']).to.include({ recordsIn: 2000, recordsOut: 2000, failed: 0 });
    expect(seen.problems.map(({ nodeId, code }) => `${nodeId} ${code}`)).to.deep.equal(['graph helper-lost']);
    expect(seen.failures).to.deep.equal([]);
  });

  it('go on with another drawing', async () => {
    const graph = new ParallelGraph(pool);
    const drawing = (factor: number): Parameters<ParallelGraph['start']>[0] =>
      [receiver(), map('m', 'in', `return msg.payload * ${String(factor)};`), sink('out', 'm')];
    await graph.start(drawing(2));
    await graph.batch(messages(numbers(100)));
    await graph.update(drawing(3));
    await graph.batch(messages(numbers(100)));
    await graph.stop();
    expect(graph.results()).to.deep.equal([...numbers(100).map((n) => n * 2), ...numbers(100).map((n) => n * 3)]);
  });
});
