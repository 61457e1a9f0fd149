import { expect } from 'chai';
import { findStages, operatorsOf } from '../../../src/engine/parallel/Stage';
import type { Operator } from '../../../src/plan/Plan';
import { aggregate, from, map, planOf, receiver, reduceByKey, sink, window } from '../plans';

/** The stages of a plan, each as the operators it consists of. */
function stages(operators: readonly Operator[], taps: readonly string[] = []): (readonly string[])[] {
  const readers = new Map<string, number>();
  const add = (id: string): void => void readers.set(id, (readers.get(id) ?? 0) + 1);
  for (const { inputs } of operators) for (const { id } of inputs) add(id);
  taps.forEach(add);
  return findStages(planOf(operators), readers).map((stage) => [stage.end, ...operatorsOf(stage)]);
}

const batcher = (id: string, ...inputs: string[]): Operator => ({ id, type: 'batcher', inputs: from(...inputs), parameters: {} });

describe('the stages of a plan', () => {
  it('go from the receivers to the first operator that needs several records', () => {
    const chain = [receiver(), batcher('b', 'in'), map('m', 'b', 'return msg;'), map('f', 'm', 'return true;', 'filter')];
    expect(stages([...chain, reduceByKey('r', 'f', [aggregate('count')]), map('n', 'r', 'return msg;'), sink('out', 'n')]))
      .to.deep.equal([['f', 'in', 'b', 'm', 'f']]);
    expect(stages([...chain, map('all', 'f', 'return msgs;', 'batch'), sink('out', 'all')])).to.deep.equal([['f', 'in', 'b', 'm', 'f']]);
  });

  it('know who combines their records by key, where nobody else reads them', () => {
    const combinerOf = (behind: readonly Operator[], readersOfM = 1): string | undefined =>
      findStages(planOf([receiver(), map('m', 'in', 'return msg;'), ...behind]), new Map([['in', 1], ['m', readersOfM], ['w', 1]]))
        .flatMap(({ branches }) => branches.map(({ combiner }) => combiner?.id))[0];
    const counted = (input: string): Operator => reduceByKey('r', input, [aggregate('count'), aggregate('mean')]);
    expect(combinerOf([counted('m'), sink('out', 'r')])).to.equal('r');
    expect(combinerOf([window('w', 'm', 5000, 1000), counted('w'), sink('out', 'r')])).to.equal('r');
    expect(combinerOf([counted('m'), sink('out', 'r')], 2)).to.equal(undefined);
    expect(combinerOf([sink('out', 'm')])).to.equal(undefined);
    expect(combinerOf([reduceByKey('r', 'm', [aggregate('reduce')]), sink('out', 'r')])).to.equal(undefined);
  });

  it('take several receivers together', () => {
    expect(stages([receiver({}, 'one'), receiver({}, 'two'), batcher('b', 'two', 'one'), map('m', 'b', 'return msg;'), sink('out', 'm')]))
      .to.deep.equal([['m', 'two', 'b', 'm', 'one', 'b', 'm']]);
  });

  it('end where somebody else reads too, so that no function runs twice', () => {
    const operators = [receiver(), map('m', 'in', 'return msg;'), map('n', 'm', 'return msg;'), sink('out', 'n')];
    expect(stages([...operators, sink('other', 'm')])).to.deep.equal([['m', 'in', 'm']]);
    expect(stages(operators, ['m'])).to.deep.equal([['m', 'in', 'm']]);
    expect(stages(operators, ['n'])).to.deep.equal([['n', 'in', 'm', 'n']]);
    expect(stages([...operators, map('o', 'in', 'return msg;'), sink('other', 'o')])).to.deep.equal([]);
  });

  it('are not worth it without functions', () => {
    expect(stages([receiver(), batcher('b', 'in'), reduceByKey('r', 'b', [aggregate('count')]), sink('out', 'r')])).to.deep.equal([]);
  });

  for (const source of ['globalThis.n = 1; return msg;', 'ctx.n = 1; return msg;', 'const { random } = ctx; return random();', 'return f(ctx);']) {
    it(`stay in one thread where a function may remember something: ${source}`, () => {
      expect(stages([receiver(), map('m', 'in', source), sink('out', 'm')])).to.deep.equal([]);
    });
  }

  it('may use what ctx offers', () => {
    const source = 'ctx.log(ctx . batchTime); ctx.warn(ctx.env("a")); return ctx.random();';
    expect(stages([receiver(), map('m', 'in', source), sink('out', 'm')])).to.deep.equal([['m', 'in', 'm']]);
  });
});
