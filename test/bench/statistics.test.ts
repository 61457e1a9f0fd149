import { expect } from 'chai';
import * as fc from 'fast-check';
import { median, medianRatio, quantile, quantileOfWaits, spreadOf, weightedQuantile } from '../../bench/support/statistics';

describe('the statistics of benchmarks', () => {
  it('have the middle value, or the mean of the two in the middle', () => {
    expect(median([9, 1, 5])).to.equal(5);
    expect(median([4, 1, 3, 2])).to.equal(2.5);
    expect(median([7])).to.equal(7);
    expect(median([])).to.be.NaN;
  });

  it('interpolate quantiles between neighbours', () => {
    const values = [10, 20, 30, 40, 50];
    expect(quantile(values, 0)).to.equal(10);
    expect(quantile(values, 0.25)).to.equal(20);
    expect(quantile(values, 0.9)).to.be.closeTo(46, 1e-9);
    expect(quantile(values, 1)).to.equal(50);
  });

  it('leave their input as it is', () => {
    const values = [3, 1, 2];
    expect(spreadOf(values)).to.deep.equal({ median: 2, min: 1, max: 3 });
    expect(values).to.deep.equal([3, 1, 2]);
  });

  it('take the ratio of each round, so that a slow moment of the machine slows both sides', () => {
    // The second round ran on a machine that was ten times as slow.
    expect(medianRatio([2, 20, 2.2], [1, 10, 1])).to.equal(2);
    // The ratio of the medians would say 2.2.
    expect(medianRatio([2, 20, 2.2], [1, 10, 1])).not.to.equal(median([2, 20, 2.2]) / median([1, 10, 1]));
    expect(medianRatio([1, 2], [1])).to.be.NaN;
  });

  it('count each value as often as its weight says', () => {
    const delays = [
      { value: 30, weight: 1 },
      { value: 10, weight: 98 },
      { value: 20, weight: 1 },
    ];
    expect(weightedQuantile(delays, 0.5)).to.equal(10);
    expect(weightedQuantile(delays, 0.98)).to.equal(10);
    expect(weightedQuantile(delays, 0.99)).to.equal(20);
    expect(weightedQuantile(delays, 1)).to.equal(30);
    expect(weightedQuantile([], 0.5)).to.be.NaN;
  });

  it('say how long one waits who comes at a random moment', () => {
    // Held for 100 of 1,000 ms: one in ten comes then, and one in ten of these waits longer than 90 ms.
    expect(quantileOfWaits([100], 900, 0.99)).to.be.closeTo(90, 1e-9);
    expect(quantileOfWaits([100], 900, 0.95)).to.be.closeTo(50, 1e-9);
    expect(quantileOfWaits([100], 900, 0.5)).to.equal(0);
    expect(quantileOfWaits([], 1000, 0.99)).to.equal(0);
  });

  it('agree about waiting with somebody who comes at every moment, one after the other', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 0, max: 500 }), fc.constantFrom(0.5, 0.9, 0.99), (held, free, part) => {
        const step = 0.02;
        const waits: number[] = Array.from({ length: free / step }, () => 0);
        for (const length of held) for (let rest = length; rest > 0; rest -= step) waits.push(rest);
        waits.sort((first, second) => first - second);
        const found = waits[Math.min(waits.length - 1, Math.floor(waits.length * part))] ?? 0;
        expect(quantileOfWaits(held, free, part)).to.be.closeTo(found, 0.2);
      }),
      { numRuns: 40 },
    );
  });
});
