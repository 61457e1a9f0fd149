import { expect } from 'chai';
import { PropertyReader } from '../../../src/flow/compile/PropertyReader';
import { reduceByKeyParameters } from '../../../src/flow/compile/reduceByKey';
import type { AggregateParameters } from '../../../src/plan/Plan';
import type { Problem } from '../../../src/plan/Problem';

const of = { from: 'property', property: 'payload' } as const;

/** What the rows of a dialog mean. */
function compiled(...rows: object[]): { aggregates: readonly AggregateParameters[]; problems: readonly Problem[] } {
  const reader = new PropertyReader('k', { aggregates: rows.map((row) => ({ of: 'payload', ofType: 'msg', as: 'x', ...row })) });
  const { aggregates } = reduceByKeyParameters(reader);
  return { aggregates, problems: reader.problems };
}

describe('the rows of reduceByKey, compiled', () => {
  it('bring the number of their aggregate, as number or text, or the usual one', () => {
    for (const [aggregate, parameter, expected] of [
      ['percentile', '99.5', 99.5], ['percentile', 0, 0], ['percentile', undefined, 50], ['percentile', '', 50],
      ['topK', '3', 3], ['topK', undefined, 10], ['list', 5, 5], ['list', null, 1000],
    ] as const) {
      const { aggregates, problems } = compiled({ aggregate, parameter });
      expect(aggregates, `${aggregate} ${String(parameter)}`).to.deep.equal([{ aggregate, of, as: 'x', parameter: expected }]);
      expect(problems).to.deep.equal([]);
    }
  });

  it('leave out what their aggregate does not use', () => {
    const leftOver = { parameter: '7', reduce: 'return a;', inverse: 'return a;' };
    expect(compiled({ aggregate: 'mean', ...leftOver }).aggregates).to.deep.equal([{ aggregate: 'mean', of, as: 'x' }]);
    expect(compiled({ aggregate: 'topK', ...leftOver }).aggregates).to.deep.equal([{ aggregate: 'topK', of, as: 'x', parameter: 7 }]);
  });

  it('bring the functions of reduce', () => {
    const reduce = { lang: 'javascript', source: 'return a + b;' };
    expect(compiled({ aggregate: 'reduce', reduce: 'return a + b;', inverse: ' ' }).aggregates).to.deep.equal([{ aggregate: 'reduce', of, as: 'x', reduce }]);
    expect(compiled({ aggregate: 'reduce', reduce: 'return a + b;', inverse: 'return a - b;' }).aggregates).to.deep.equal([
      { aggregate: 'reduce', of, as: 'x', reduce, inverse: { lang: 'javascript', source: 'return a - b;' } },
    ]);
  });

  it('are problems where the number or the function is none', () => {
    for (const [row, code, text] of [
      [{ aggregate: 'percentile', parameter: 'high' }, 'not-a-number', 'parameter is "high" It must be a number from 0 to 100.'],
      [{ aggregate: 'percentile', parameter: '-1' }, 'not-a-number', 'from 0 to 100'],
      [{ aggregate: 'topK', parameter: '0' }, 'not-a-number', 'a whole number from 1 to 10000'],
      [{ aggregate: 'list', parameter: '1.5' }, 'not-a-number', 'a whole number from 1 to 100000'],
      [{ aggregate: 'reduce' }, 'reduce-missing', 'the function that reduces to "x" is empty'],
      [{ aggregate: 'reduce', reduce: '  ' }, 'reduce-missing', 'return a + b;'],
    ] as const) {
      const [problem, ...more] = compiled(row).problems;
      expect(more).to.deep.equal([]);
      expect(problem?.code, text).to.equal(code);
      expect([problem?.what, problem?.why, problem?.fix].join(' ')).to.include(text);
    }
  });
});
