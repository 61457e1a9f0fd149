import { expect } from 'chai';
import fc from 'fast-check';
import { Mean } from '../../../src/operators/aggregates/Mean';
import { exactSumOf } from './exactOracle';
import { fold, resultOf } from './fold';

describe('Mean', () => {
  it('is null for none', () => {
    expect(resultOf(Mean, [])).to.equal(null);
    expect(resultOf(Mean, ['x', null])).to.equal(null);
  });

  it('is the exact sum divided by the count of accepted values', () => {
    expect(resultOf(Mean, [20, '21', 'x', 22.5])).to.equal(63.5 / 3);
    fc.assert(fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), (values) => {
      expect(resultOf(Mean, values)).to.equal(exactSumOf(values) / values.length);
    }));
  });

  it('counts NaN among the values', () => {
    expect(resultOf(Mean, [1, NaN])).to.eql(NaN);
  });

  it('gives back what was there when a part is subtracted', () => {
    const part = fold(Mean, [NaN, 1e300]);
    const both = Mean.merge(fold(Mean, [1, 2]), part);
    expect(Mean.finish(Mean.subtract?.(both, part) ?? Mean.zero())).to.equal(1.5);
    expect(Mean.finish(Mean.subtract?.(both, fold(Mean, [1, 2])) ?? Mean.zero())).to.equal(null);
  });

  it('copies its sum too', () => {
    const partial = fold(Mean, [1, 2]);
    const copy = Mean.copy?.(partial) ?? Mean.zero();
    Mean.add(partial, 30, 0);
    expect(Mean.finish(copy)).to.equal(1.5);
    expect(Mean.finish(partial)).to.equal(11);
  });
});
