import { expect } from 'chai';
import fc from 'fast-check';
import { axisTop, histogram, mean } from '../../../nodes/sidebar/editor/histogram';

describe("the sidebar's histogram", () => {
  it('counts each value in its part', () => {
    expect(histogram([0, 4.9, 5, 9.9, 10], 10, 2)).to.deep.equal([2, 3]);
    expect(histogram([], 10, 3)).to.deep.equal([0, 0, 0]);
  });

  it('counts what is outside to the nearest part, so that every value is counted once', () => {
    expect(histogram([-1, 99], 10, 2)).to.deep.equal([1, 1]);
    expect(histogram([0, 0], 0, 2)).to.deep.equal([2, 0]);
    const values = fc.array(fc.double({ noNaN: true }));
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1e9, noNaN: true }), fc.integer({ min: 1, max: 20 }), (numbers, top, bins) => {
        const counts = histogram(numbers, top, bins);
        expect(counts).to.have.length(bins);
        expect(counts.reduce((sum, count) => sum + count, 0)).to.equal(numbers.length);
      }),
    );
  });

  it('ends an axis at a round number that has room', () => {
    const tops = [0, 0.3, 1, 1.1, 7, 83, 420, 9001, 12_400].map((value) => axisTop(value));
    expect(tops).to.deep.equal([1, 1, 1, 2, 8, 100, 500, 10_000, 20_000]);
    fc.assert(fc.property(fc.double({ min: 0, max: 1e15, noNaN: true }), (value) => axisTop(value) >= value));
  });

  it('has no mean of nothing', () => {
    expect(mean([])).to.be.NaN;
    expect(mean([1, 2, 6])).to.equal(3);
  });
});
