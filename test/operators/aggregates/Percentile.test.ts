import { expect } from 'chai';
import fc from 'fast-check';
import { percentile } from '../../../src/operators/aggregates/Percentile';
import { fold, resultOf } from './fold';
import { anyNumber, expectCopiesAndJson, expectSameForAllMergeTrees } from './mergeTrees';

/** The number at the rank, from the sorted numbers. */
function exact(percent: number, values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor((percent * (values.length - 1)) / 100)] ?? NaN;
}

describe('percentile', () => {
  it('is null for none, exact for zeros, infinities and NaN', () => {
    expect(resultOf(percentile(50), [])).to.equal(null);
    expect(resultOf(percentile(50), ['x', null])).to.equal(null);
    expect(resultOf(percentile(50), [0, -0, 0])).to.equal(0);
    expect(resultOf(percentile(100), [1, Infinity])).to.equal(Infinity);
    expect(resultOf(percentile(0), [1, -Infinity])).to.equal(-Infinity);
    expect(resultOf(percentile(50), [1, NaN])).to.eql(NaN);
  });

  it('takes the lower of two middle numbers', () => {
    expect(resultOf(percentile(50), [100, '300'])).to.be.closeTo(100, 1);
    expect(resultOf(percentile(50), [100, 200, 300])).to.be.closeTo(200, 2);
    expect(resultOf(percentile(95), Array.from({ length: 101 }, (_, index) => index))).to.be.closeTo(95, 0.95);
    expect(resultOf(percentile(99.9), Array.from({ length: 1001 }, (_, index) => index))).to.be.closeTo(999, 9.99);
  });

  it('is within 1 % of the number at the rank, for numbers of any size and sign', () => {
    const normal = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -50, max: 50 }), fc.constantFrom(
      Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** -1022, 1.01, 0.99));
    fc.assert(fc.property(fc.array(normal, { minLength: 1, maxLength: 30 }), fc.double({ min: 0, max: 100, noNaN: true }), (values, percent) => {
      const expected = exact(percent, values.map((value) => (Math.abs(value) < 2 ** -1022 ? 0 : value)));
      const result = resultOf(percentile(percent), values) as number;
      expect(Math.abs(result - expected)).to.be.at.most(Math.abs(expected) * 0.010_000_1);
    }), { numRuns: 500 });
  });

  it('has as many buckets as its comment says', () => {
    const ends = [Number.MAX_VALUE, 2 ** -1022, 1].map((value) => Number(Object.keys(fold(percentile(50), [value]).buckets)[0]));
    const [top = 0, bottom = 0, one = 0] = ends;
    expect([top - one, one - bottom]).to.deep.equal([35_488, 35_418]);
    // Twice, with 0 and the infinities.
    expect(2 * (top - bottom + 1) + 3).to.equal(141_817);
    const decade = Array.from({ length: 10_000 }, (_, index) => 10 ** (index / 10_000));
    expect(Object.keys(fold(percentile(50), decade).buckets).length).to.be.within(114, 117);
  });

  it('is the same for all merge trees, and exact after subtractions', () => {
    for (const percent of [0, 50, 99]) expectSameForAllMergeTrees(percentile(percent), anyNumber, { runs: 80 });
  });

  it('can be copied and stored', () => {
    expectCopiesAndJson(percentile(100), [-5, 0, 3, 1e200], 1e300);
  });
});
