import { createRequire } from 'node:module';
import { expect } from 'chai';
import type { Code, Operator } from '../../src/plan/Plan';
import { describePlan } from '../../src/engine/describePlan';
import type { OperatorDescription } from '../../src/engine/Engine';
import type { Helpers } from '../../src/engine/parallel/Helpers';
import { preparePlan } from '../../src/engine/preparePlan';
import { checkpoint } from './durable/World';
import { aggregate, from, map, OPTIONS, planOf, receiver, reduceByKey, sink, window } from './plans';
import { RecordedGraph } from './RecordedGraph';

const utilPath = createRequire(require.resolve('node-red/package.json')).resolve('@node-red/util');

const helpers: Helpers = {
  isOptional: false,
  count: 3,
  run: () => Promise.reject(new Error('Nothing runs here.')),
};

function descriptionOf(operators: readonly Operator[], taps: readonly string[] = [], by?: Helpers): Readonly<Record<string, OperatorDescription>> {
  const plan = planOf(operators);
  const options = { ...OPTIONS, utilPath, taps };
  // Only what can be prepared is described.
  preparePlan(plan, options);
  return describePlan(plan, options, by).operators;
}

const passesOf = (operators: readonly Operator[], taps?: readonly string[]): Record<string, number | undefined> =>
  Object.fromEntries(Object.entries(descriptionOf(operators, taps)).map(([id, { pass }]) => [id, pass]));

const jsonata = (id: string, input: string, source: string): Operator =>
  ({ id, type: 'map', inputs: from(input), parameters: { mode: 'map', code: { lang: 'jsonata', source } } });

describe('the description of a plan', () => {
  it('numbers the passes: from the receiver to where records are put together, and again behind that', () => {
    expect(passesOf([
      receiver(), map('one', 'in', 'return msg;'), map('two', 'one', 'return true;', 'filter'), reduceByKey('r', 'two', [aggregate('sum')]),
      map('three', 'r', 'return msg;'), map('four', 'three', 'return msg;'), sink('out', 'four'),
    ])).to.deep.equal({ in: 1, one: 1, two: 1, r: 1, three: 2, four: 2, out: undefined });
  });

  it('takes the window along that a reduceByKey computes', () => {
    expect(passesOf([receiver(), window('w', 'in', 2000, 1000), reduceByKey('r', 'w', [aggregate('sum')]), sink('out', 'r')]))
      .to.deep.equal({ in: 1, w: 1, r: 1, out: undefined });
  });

  it('ends a pass where several read a stream, be it a tap', () => {
    const fork = [receiver(), map('m', 'in', 'return msg;'), map('n', 'm', 'return msg;'), sink('out', 'n')];
    expect(passesOf([...fork, sink('other', 'm')])).to.deep.equal({ in: 1, m: 1, n: undefined, out: undefined, other: undefined });
    expect(passesOf(fork, ['m'])).to.deep.equal({ in: 1, m: 1, n: undefined, out: undefined });
  });

  it('ends a pass at functions over whole batches, windows of records and what must be awaited', () => {
    expect(passesOf([
      receiver(), map('b', 'in', 'return msgs;', 'batch'), map('x', 'b', 'return msg;'), map('y', 'x', 'return msg;'),
      window('w', 'y', 2000, 1000), jsonata('slow', 'w', '$map([1], function($v) { $v })'), map('z', 'slow', 'return msg;'), sink('out', 'z'),
    ])).to.deep.equal({ in: undefined, b: undefined, x: 1, y: 1, w: undefined, slow: undefined, z: undefined, out: undefined });
  });

  it('takes records of several receivers along in the same pass', () => {
    expect(passesOf([
      receiver(), receiver({}, 'too'), { ...map('m', 'in', 'return msg;'), inputs: from('in', 'too') }, checkpoint('k', 'm'), sink('out', 'k'),
    ])).to.deep.equal({ in: 1, too: 1, m: 1, k: 1, out: undefined });
  });

  it('says how windows are computed: by what their aggregates can', () => {
    const windowOf = (length: number, ...names: string[]): unknown[] => {
      const { r, w } = descriptionOf([
        receiver(), window('w', 'in', length, 1000), reduceByKey('r', 'w', names.map((name) => aggregate(name))), sink('out', 'r'),
      ]);
      return [r?.window, w?.window];
    };
    expect(windowOf(5000, 'sum', 'mean')).to.deep.equal(['subtracting', 'subtracting']);
    expect(windowOf(5000, 'max')).to.deep.equal(['merging', 'merging']);
    expect(windowOf(5000, 'sum', 'max')).to.deep.equal(['both', 'both']);
    expect(windowOf(5000, 'reduce')).to.deep.equal(['merging', 'merging']);
    // Windows that do not overlap have nothing in common.
    expect(windowOf(1000, 'sum')).to.deep.equal(['merging', 'merging']);
    const inverse: Code = { lang: 'javascript', source: 'return a - b;' };
    const subtracted = { ...aggregate('reduce'), inverse };
    expect(descriptionOf([receiver(), window('w', 'in', 5000, 1000), reduceByKey('r', 'w', [subtracted]), sink('out', 'r')])['r']?.window)
      .to.equal('subtracting');
    // No window is drawn, or its records are kept for somebody else.
    expect(descriptionOf([receiver(), reduceByKey('r', 'in', [aggregate('sum')]), sink('out', 'r')])['r']).not.to.have.property('window');
    const kept = descriptionOf([
      receiver(), window('w', 'in', 5000, 1000), reduceByKey('r', 'w', [aggregate('sum')]), sink('out', 'r'), sink('raw', 'w'),
    ]);
    expect([kept['r']?.window, kept['w']?.window]).to.deep.equal(['subtracting', undefined]);
  });

  it('says what runs the code, the slowest where there are several', () => {
    const fast: Code = { lang: 'jsonata', source: 'payload.a + 1' };
    const { js, quick, slow, r, out } = descriptionOf([
      receiver(), map('js', 'in', 'return msg;'), jsonata('quick', 'js', fast.source),
      jsonata('slow', 'quick', '$map([1], function($v) { $v })'),
      reduceByKey('r', 'slow', [{ aggregate: 'sum', of: { from: 'code', code: fast }, as: 'sum' }, aggregate('reduce')]), sink('out', 'r'),
    ]);
    expect([js, quick, slow, r, out].map((operator) => operator?.code))
      .to.deep.equal(['javascript', 'jsonata compiled', 'jsonata interpreted', 'jsonata compiled', undefined]);
    expect(descriptionOf([receiver(), { ...map('m', 'in', '', 'batch'), parameters: { mode: 'batch', code: fast } }, sink('out', 'm')])['m']?.code)
      .to.equal('jsonata interpreted');
  });

  it('says how many threads share what they can, which is a pass by itself', () => {
    const drawn = [receiver(), map('m', 'in', 'return msg;'), reduceByKey('r', 'm', [aggregate('sum')]), sink('out', 'r')];
    const shared = descriptionOf(drawn, [], helpers);
    expect(shared).to.deep.equal({
      in: { pass: 1, threads: 4 }, m: { pass: 1, code: 'javascript', threads: 4 }, r: { partitions: 1 }, out: {},
    });
    expect(descriptionOf(drawn)['m']).to.deep.equal({ pass: 1, code: 'javascript' });
    expect(descriptionOf(drawn, [], { ...helpers, count: 0 })['m']).not.to.have.property('threads');
  });

  it('is told at the start and after each update', async () => {
    const graph = await RecordedGraph.started(planOf([receiver(), map('m', 'in', 'return msg;'), sink('out', 'm')]));
    await graph.update(planOf([receiver(), sink('out', 'in')]));
    await graph.runner.stop();
    expect(graph.descriptions).to.deep.equal([
      { operators: { in: { pass: 1 }, m: { pass: 1, code: 'javascript' }, out: {} } },
      { operators: { in: {}, out: {} } },
    ]);
  });
});
