import { expect } from 'chai';
import fc from 'fast-check';
import { Max } from '../../../src/operators/aggregates/Max';
import { fold, resultOf } from './fold';

describe('Max', () => {
  it('is null for none', () => {
    expect(resultOf(Max, [])).to.equal(null);
    expect(resultOf(Max, ['x', null, undefined])).to.equal(null);
    expect(Max.finish(Max.merge(Max.zero(), Max.zero()))).to.equal(null);
  });

  it('compares as numbers, not as strings', () => {
    expect(resultOf(Max, ['7', 3, '-5', 'x'])).to.equal(7);
    expect(resultOf(Max, ['10', '9'])).to.equal(Math.max(10, 9));
  });

  it('follows IEEE', () => {
    expect(resultOf(Max, [1, NaN, 2])).to.eql(NaN);
    expect(resultOf(Max, [NaN])).to.eql(NaN);
    expect(Object.is(resultOf(Max, [0, -0]), 0)).to.equal(true);
    expect(Object.is(resultOf(Max, [-0, 0]), 0)).to.equal(true);
    expect(resultOf(Max, [-Infinity])).to.equal(-Infinity);
  });

  it('does not depend on partitioning', () => {
    fc.assert(fc.property(fc.array(fc.double()), fc.array(fc.double()), (first, second) => {
      const merged = Max.finish(Max.merge(fold(Max, first), fold(Max, second)));
      const all = [...first, ...second];
      expect(Object.is(merged, all.length === 0 ? null : Math.max(...all))).to.equal(true);
    }));
  });

  it('cannot be subtracted', () => {
    expect(Max).not.to.have.property('subtract');
  });
});
