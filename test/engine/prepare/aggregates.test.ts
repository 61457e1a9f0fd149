import { expect } from 'chai';
import fc from 'fast-check';
import { EmbeddedEngine } from '../../../src/engine/EmbeddedEngine';
import type { LogEvent, OperatorProgress, Query } from '../../../src/engine/Engine';
import type { AggregateParameters, Code, Plan } from '../../../src/plan/Plan';
import type { Problem } from '../../../src/plan/Problem';
import { EngineProblem } from '../../../src/engine/EngineProblem';
import { ManualClock } from '../../../src/streaming';
import { until } from '../../support/until';
import { aggregate, OPTIONS, planOf, receiver, reduceByKey, sink, window } from '../plans';

const javascript = (source: string): Code => ({ lang: 'javascript', source });

function reduce(source: string, inverse?: string, as = 'own'): AggregateParameters {
  return {
    aggregate: 'reduce',
    of: { from: 'property', property: 'payload' },
    as,
    reduce: javascript(source),
    ...(inverse === undefined ? {} : { inverse: javascript(inverse) }),
  };
}

/** Batches of 1 s; windows of whole seconds. */
function plan(length: number, slide: number, aggregates: readonly AggregateParameters[]): Plan {
  const reduced = reduceByKey('r', 'w', aggregates);
  return planOf([receiver(), window('w', 'in', length * 1000, slide * 1000), reduced, sink('out', 'r')]);
}

type Payload = Readonly<Record<string, unknown>>;

class Run {
  readonly clock = new ManualClock(0);
  /** For each batch time with results the payloads. */
  readonly results: [time: number, payloads: readonly Payload[]][] = [];
  readonly problems: Problem[] = [];
  readonly logs: LogEvent[] = [];
  readonly query: Query;
  figures: OperatorProgress | undefined;

  constructor(first: Plan) {
    const options = { ...OPTIONS, environment: { r: { FACTOR: 3 } } };
    this.query = new EmbeddedEngine({ isolation: 'inline', clock: this.clock }).start(first, options);
    this.query.on('output', ({ batchTime, records }) => {
      this.results.push([batchTime / 1000, records.map(({ payload }) => payload as Payload)]);
    });
    this.query.on('problem', (problem) => this.problems.push(problem));
    this.query.on('log', (event) => this.logs.push(event));
    this.query.on('progress', ({ operators }) => (this.figures = operators['r']));
  }

  async batch(...records: readonly (readonly [topic: string, payload: unknown])[]): Promise<void> {
    await this.query.started;
    await this.query.offer('in', records.map(([topic, payload]) => ({ topic, payload })));
    await this.clock.advance(1000);
  }

  /** The last results: for each key the value of one output. */
  last(output = 'own'): Record<string, unknown> {
    return Object.fromEntries((this.results.at(-1)?.[1] ?? []).map((payload) => [String(payload['key']), payload[output]]));
  }
}

describe('the aggregates of reduceByKey, through the engine', () => {
  it('gives every named aggregate, over windows and their panes', async () => {
    const run = new Run(plan(2, 1, [
      ...['variance', 'stddev', 'sampleVariance', 'sampleStddev', 'distinct', 'distinctApprox', 'countByValue'].map((name) => aggregate(name, 'payload')),
      { ...aggregate('percentile', 'payload', 'p100'), parameter: 100 },
      { ...aggregate('topK', 'payload'), parameter: 2 },
      { ...aggregate('list', 'payload'), parameter: 3 },
    ]));
    await run.batch(['a', 2], ['a', 4], ['a', 4]);
    await run.batch(['a', 6], ['b', 'x'], ['b', { y: 1 }]);
    await run.batch(['b', 'x']);
    await run.query.stop();
    const [, second, third] = run.results.map(([, payloads]) => payloads);
    // 2, 4, 4, 6: mean 4, squared differences 4 + 0 + 0 + 4.
    expect(second?.[0]).to.deep.include({
      key: 'a', variance: 2, stddev: Math.sqrt(2), sampleVariance: 8 / 3, sampleStddev: Math.sqrt(8 / 3), distinct: 3, distinctApprox: 3,
      countByValue: [{ value: 4, count: 2 }, { value: 2, count: 1 }, { value: 6, count: 1 }], topK: [6, 4], list: [4, 4, 6],
    });
    expect(second?.[0]?.['p100']).to.be.closeTo(6, 0.06);
    // Values of any type, where the aggregate takes them.
    expect(second?.[1]).to.deep.include({
      key: 'b', variance: null, stddev: null, p100: null, distinct: 2, topK: [], list: ['x', { y: 1 }],
      countByValue: [{ value: 'x', count: 1 }, { value: { y: 1 }, count: 1 }],
    });
    expect(third?.find(({ key }) => key === 'b')).to.deep.include({ distinct: 2, list: ['x', { y: 1 }, 'x'] });
    expect(run.problems).to.deep.equal([]);
  });

  it('keeps what was gathered for one percentile when another is asked for, but not for another list', async () => {
    const of = (parameter: number, most: number): Plan => plan(10, 1, [
      { ...aggregate('percentile', 'payload', 'p'), parameter }, { ...aggregate('list', 'payload'), parameter: most },
    ]);
    const run = new Run(of(0, 5));
    await run.batch(['a', 1], ['a', 100]);
    expect(run.last('p')['a']).to.be.closeTo(1, 0.01);
    await run.query.update(of(100, 6), OPTIONS);
    await run.batch(['a', 50]);
    await run.query.stop();
    expect(run.last('p')['a']).to.be.closeTo(100, 1);
    expect(run.last('list')).to.deep.equal({ a: [50] });
  });
});

describe('the aggregate reduce', () => {
  it('combines two by two, the older value first; one alone is the result, and none is null', async () => {
    const run = new Run(plan(3, 1, [reduce('return a + b;')]));
    await run.batch(['a', 'x'], ['a', 'y'], ['b', 'z'], ['c', null]);
    await run.batch(['a', 'w']);
    await run.query.stop();
    expect(run.results.map(([, payloads]) => payloads.map(({ key, own }) => [key, own]))).to.deep.equal([
      [['a', 'xy'], ['b', 'z'], ['c', null]],
      [['a', 'xyw'], ['b', 'z'], ['c', null]],
    ]);
    expect(run.figures).to.include({ skipped: 1, failed: 0 });
  });

  it('sees ctx beside a and b', async () => {
    const run = new Run(plan(1, 1, [reduce('ctx.log(ctx.batchTime); return (a + b) * Number(ctx.env("FACTOR"));')]));
    await run.batch(['a', 1], ['a', 2]);
    await run.query.stop();
    expect(run.last()).to.deep.equal({ a: 9 });
    expect(run.logs.map(({ text }) => text)).to.deep.equal(['1000']);
  });

  for (const inverse of [undefined, 'a.all.splice(0, b.all.length); a.n -= b.n; return a;']) {
    it(`may build its result in a, without harm to records and windows${inverse === undefined ? '' : ', its inverse too'}`, async () => {
      const run = new Run(plan(3, 1, [
        reduce('a.n += b.n; a.all.push(...b.all); return a;', inverse),
        ...(inverse === undefined ? [aggregate('list', 'payload')] : []),
      ]));
      const record = (n: number): readonly [string, unknown] => ['a', { n, all: [n] }];
      for (let n = 1; n <= 6; n++) await run.batch(record(n), record(n * 10));
      await run.query.stop();
      const windows = [1, 2, 3, 4, 5, 6].map((end) => [end - 2, end - 1, end].filter((n) => n > 0).flatMap((n) => [n, n * 10]));
      expect(run.results.map(([, [payload]]) => payload?.['own'])).to.deep.equal(
        windows.map((all) => ({ n: all.reduce((sum, n) => sum + n, 0), all })));
      if (inverse === undefined) {
        expect(run.results.map(([, [payload]]) => payload?.['list'])).to.deep.equal(windows.map((all) => all.map((n) => ({ n, all: [n] }))));
      }
    });
  }

  it('leaves out a record on which it throws, whatever it had changed by then, and tells once a batch', async () => {
    const run = new Run(plan(2, 1, [reduce('a.n += b.n; if (b.bad) throw new Error("no such thing"); return a;')]));
    await run.batch(['a', { n: 1 }], ['a', { n: 10, bad: true }], ['a', { n: 100 }], ['a', { n: 10, bad: true }]);
    await run.batch(['a', { n: 1000 }]);
    await run.query.stop();
    expect(run.results.map(([, [payload]]) => payload?.['own'])).to.deep.equal([{ n: 101 }, { n: 1101 }]);
    expect(run.figures).to.include({ failed: 2 });
    expect(run.problems.map(({ nodeId, code }) => [nodeId, code])).to.deep.equal([['r', 'function-failed']]);
    expect(run.problems[0]?.what).to.match(/no such thing.*line 1/);
  });

  it('complains about a function that returns nothing for some values', async () => {
    const run = new Run(plan(1, 1, [reduce('if (b > 1) return a + b;')]));
    await run.batch(['a', 1], ['a', 1], ['a', 2]);
    await run.query.stop();
    expect(run.last()).to.deep.equal({ a: 3 });
    expect(run.problems.map(({ what }) => what)).to.deep.equal(['The function returned nothing for two values.']);
  });

  it('leaves a batch out of the one window in which combining fails', async () => {
    // Sums above 10 cannot be combined; 6 + 6 comes together only where both are in the window.
    for (const inverse of [undefined, 'return a - b;']) {
      const run = new Run(plan(2, 1, [reduce('if (a + b > 10) throw new Error("too much"); return a + b;', inverse)]));
      for (const n of [6, 6, 1, 2, 3]) await run.batch(['a', n]);
      await run.query.stop();
      expect(run.results.map(([, [payload]]) => payload?.['own'])).to.deep.equal([6, 6, 7, 3, 5]);
      expect(run.problems.map(({ code }) => code)).to.deep.equal(['function-failed']);
      expect(run.figures).to.include({ failed: 0 });
    }
  });

  it('uses the inverse for what leaves overlapping windows, and only then', async () => {
    const source = 'ctx.log("inverse"); return a - b;';
    // Whatever is beside it.
    for (const other of [aggregate('count'), aggregate('max', 'payload')]) {
      const sliding = new Run(plan(3, 1, [reduce('return a + b;', source), other]));
      for (const n of [1, 2, 3, 4, 5]) await sliding.batch(['a', n]);
      await sliding.query.stop();
      expect(sliding.results.map(([, [payload]]) => payload?.['own'])).to.deep.equal([1, 3, 6, 9, 12]);
      expect(sliding.logs).to.have.length(2);
    }
    const tumbling = new Run(plan(2, 2, [reduce('return a + b;', source)]));
    for (const n of [1, 2, 3, 4]) await tumbling.batch(['a', n]);
    await tumbling.query.stop();
    expect(tumbling.logs).to.deep.equal([]);
  });

  it('combines anew where the inverse fails or leaves what is not finite', async () => {
    const failing = new Run(plan(2, 1, [reduce('return a + b;', 'if (b > 0) throw new Error("cannot"); return a;')]));
    for (const n of [1, 2, 3]) await failing.batch(['a', n]);
    await failing.query.stop();
    expect(failing.results.map(([, [payload]]) => payload?.['own'])).to.deep.equal([1, 3, 5]);
    expect(failing.problems.map(({ code, what }) => [code, what])).to.deep.equal([['function-failed', 'cannot (line 1)']]);
    const infinite = new Run(plan(2, 1, [reduce('return { x: a.x + b.x };', 'return { x: a.x - b.x };')]));
    for (const x of [1, Infinity, 2, 3]) await infinite.batch(['a', { x }]);
    await infinite.query.stop();
    expect(infinite.results.map(([, [payload]]) => payload?.['own'])).to.deep.equal([{ x: 1 }, { x: Infinity }, { x: Infinity }, { x: 5 }]);
  });

  it('goes on with its window when only the inverse or the name changes, and begins afresh with another function', async () => {
    const run = new Run(plan(3, 1, [reduce('return a + b;')]));
    const next = async (aggregates: readonly AggregateParameters[], n: number, output = 'own'): Promise<unknown> => {
      await run.query.update(plan(3, 1, aggregates), OPTIONS);
      await run.batch(['a', n]);
      return run.last(output)['a'];
    };
    await run.batch(['a', 1]);
    expect(await next([reduce('return a + b;', 'return a - b - 1000;')], 2)).to.equal(3);
    expect(await next([reduce('return a + b;', 'return a - b;')], 4)).to.equal(7);
    expect(await next([reduce('return a + b;', 'return a - b;', 'renamed')], 8, 'renamed')).to.equal(14);
    expect(await next([reduce('return a * b;')], 16)).to.equal(16);
    await run.query.stop();
  });

  it('calls the functions of the latest plan, and tells its failures where that plan is', async () => {
    const logging = (name: string): Plan => plan(2, 1, [reduce('return a + b;', `ctx.log("${name}"); return a - b;`)]);
    const run = new Run(logging('first'));
    for (const n of [1, 2, 3]) await run.batch(['a', n]);
    await run.query.update(logging('second'), OPTIONS);
    for (const n of [4, 5, 6]) await run.batch(['a', n]);
    await run.query.stop();
    expect(run.results.map(([, [payload]]) => payload?.['own'])).to.deep.equal([1, 3, 5, 7, 9, 11]);
    // After the update the window is combined from its batches once.
    expect(run.logs.map(({ text }) => text)).to.deep.equal(['first', 'second', 'second']);
  });

  it('is ended by the watchdog where it never returns, over records and over batches', async () => {
    for (const offers of [[[1, 1]], [[1], [1]]]) {
      const looping = reduceByKey('r', 'w', [reduce('for (;;) { if (a > 1) return a; }')]);
      const engine = new EmbeddedEngine({ isolation: 'thread', hangLimit: 500 });
      const query = engine.start(planOf([receiver(), window('w', 'in', 10_000, 50), looping, sink('out', 'r')], 50), OPTIONS);
      const interruptions: Problem[] = [];
      let outputs = 0;
      query.on('interrupted', (problem) => interruptions.push(problem));
      query.on('output', () => outputs++);
      await query.started;
      for (const payloads of offers) {
        const before = outputs;
        await query.offer('in', payloads.map((payload) => ({ topic: 'a', payload })));
        await until('the batch gives its results, or hangs', () => outputs > before || interruptions.length > 0, 20_000);
      }
      await until('the graph is interrupted', () => interruptions.length > 0, 20_000);
      expect(interruptions[0]).to.include({ nodeId: 'r', code: 'function-hung' });
      await query.stop();
    }
  }).timeout(40_000);

  it('names what is wrong with a function before anything runs', async () => {
    for (const [source, inverse, what] of [
      ['return a +', undefined, /not valid JavaScript/],
      ['a + b;', undefined, /must return/],
      ['', undefined, /empty/],
      ['return a;', 'return (', /not valid JavaScript/],
    ] as const) {
      const run = new Run(plan(2, 1, [reduce(source, inverse)]));
      const thrown: unknown = await run.query.started.then(() => undefined, (error: unknown) => error);
      expect(thrown).to.be.instanceOf(EngineProblem);
      expect((thrown as EngineProblem).problem).to.include({ nodeId: 'r', code: 'function-invalid' });
      expect((thrown as EngineProblem).problem.what).to.match(what);
    }
  });

  it('gives what combining all values of the window gives, with and without inverse, in windows of any kind', async () => {
    const batch = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: -9, max: 9 })), { maxLength: 4 });
    await fc.assert(fc.asyncProperty(fc.array(batch, { maxLength: 8 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), fc.boolean(),
      async (batches, length, slide, inverse) => {
        const run = new Run(plan(length, slide, [reduce('return { n: a.n + b.n };', inverse ? 'return { n: a.n - b.n };' : undefined)]));
        for (const records of batches) await run.batch(...records.map(([key, n]) => [key, { n }] as const));
        await run.query.stop();
        const seen = new Map(run.results.map(([time, payloads]) => [time, Object.fromEntries(payloads.map(({ key, own }) => [String(key), own]))]));
        for (let end = slide; end <= batches.length; end += slide) {
          const expected: Record<string, { n: number }> = {};
          for (const [key, n] of batches.slice(Math.max(0, end - length), end).flat()) expected[key] = { n: (expected[key]?.n ?? 0) + n };
          expect(seen.get(end) ?? {}, `the window that ends at ${String(end)} s`).to.deep.equal(expected);
        }
      }), { numRuns: 30 });
  });
});
