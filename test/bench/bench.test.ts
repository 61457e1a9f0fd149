import { expect } from 'chai';
import { runRounds, valuesOf, type Comparison, type Figures, type Variant } from '../../bench/support/bench';

/** Variants that take the next of the given figures in each run, and write down when they ran. */
function variants(figures: Readonly<Record<string, readonly number[]>>, order: string[] = []): Variant[] {
  return Object.entries(figures).map(([name, values]): Variant => {
    let run = 0;
    return {
      name,
      run: (round) => {
        order.push(`${name}${round}`);
        return { ms: values[run++] ?? NaN };
      },
    };
  });
}

describe('the rounds of a benchmark', () => {
  it('run all variants in turn, every other round the other way round, and count only those behind the warming up', async () => {
    const order: string[] = [];
    const told: string[] = [];
    const all = variants({ a: [100, 1, 2, 3], b: [900, 2, 6, 9] }, order);
    const summary = await runRounds({ name: 'both', variants: all, baseline: 'a' }, 3, (round, name, figures) => told.push(`${round} ${name} ${String(figures['ms'])}`));
    expect(order).to.deep.equal(['b-1', 'a-1', 'a0', 'b0', 'b1', 'a1', 'a2', 'b2']);
    expect(told).to.deep.equal(['-1 b 900', '-1 a 100', '0 a 1', '0 b 2', '1 b 6', '1 a 2', '2 a 3', '2 b 9']);
    expect(summary).to.deep.equal({
      name: 'both',
      baseline: 'a',
      rounds: 3,
      variants: [
        { name: 'a', figures: { ms: { median: 2, min: 1, max: 3, values: [1, 2, 3] } } },
        { name: 'b', figures: { ms: { median: 6, min: 2, max: 9, ratio: 3, values: [2, 6, 9] } } },
      ],
    });
    expect(valuesOf(summary, 'b', 'ms')).to.deep.equal([2, 6, 9]);
    expect(valuesOf(summary, 'b', 'µs')).to.deep.equal([]);
  });

  it('warm up as often as they are told, waiting for variants that take their time', async () => {
    const runs: number[] = [];
    const slow: Variant = {
      name: 'slow',
      run: async (round): Promise<Figures> => {
        await Promise.resolve();
        runs.push(round);
        return { ms: round };
      },
    };
    const summary = await runRounds({ name: 'slow', variants: [slow], warmUp: 2 }, 2);
    expect(runs).to.deep.equal([-2, -1, 0, 1]);
    expect(summary).to.not.have.property('baseline');
    expect(summary.variants[0]?.figures['ms']).to.deep.equal({ median: 0.5, min: 0, max: 1, values: [0, 1] });
  });

  it('have ratios only of the figures that were asked for', async () => {
    const both = ['a', 'b'].map((name): Variant => ({ name, run: () => ({ ms: 1, MB: 5 }) }));
    const summary = await runRounds({ name: 'x', variants: both, baseline: 'a', ratiosOf: ['MB'] }, 1);
    expect(summary.variants[1]?.figures['MB']).to.have.property('ratio', 1);
    expect(summary.variants[1]?.figures['ms']).to.not.have.property('ratio');
  });

  const refused: readonly [what: string, comparison: Partial<Comparison>, message: string][] = [
    ['a baseline that is none of the variants', { variants: variants({ a: [], b: [] }), baseline: 'c' }, 'The baseline of x is c, which is none of its variants: a, b.'],
    ['two variants of one name', { variants: [...variants({ a: [] }), ...variants({ a: [] })] }, 'Two variants of x have the same name: a, a.'],
  ];
  for (const [what, comparison, message] of refused) {
    it(`refuse ${what}`, async () => {
      const error = await runRounds({ name: 'x', variants: [], ...comparison }, 1).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(Error).with.property('message', message);
    });
  }

  it('end with what a variant throws: figures of wrong results are none', async () => {
    const wrong: Variant = {
      name: 'wrong',
      run: () => {
        throw new Error('The two disagree.');
      },
    };
    const error = await runRounds({ name: 'x', variants: [wrong] }, 1).catch((reason: unknown) => reason);
    expect(error).to.have.property('message', 'The two disagree.');
  });
});
