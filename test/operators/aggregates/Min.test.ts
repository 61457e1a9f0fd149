import { expect } from 'chai';
import fc from 'fast-check';
import { Min } from '../../../src/operators/aggregates/Min';
import { fold, resultOf } from './fold';

describe('Min', () => {
  it('is null for none', () => {
    expect(resultOf(Min, [])).to.equal(null);
    expect(resultOf(Min, ['x', null, undefined])).to.equal(null);
    expect(Min.finish(Min.merge(Min.zero(), Min.zero()))).to.equal(null);
  });

  it('compares as numbers, not as strings', () => {
    expect(resultOf(Min, ['7', 3, '-5', 'x'])).to.equal(-5);
    expect(resultOf(Min, ['10', '9'])).to.equal(Math.min(10, 9));
  });

  it('follows IEEE', () => {
    expect(resultOf(Min, [1, NaN, 2])).to.eql(NaN);
    expect(resultOf(Min, [NaN])).to.eql(NaN);
    expect(Object.is(resultOf(Min, [0, -0]), -0)).to.equal(true);
    expect(Object.is(resultOf(Min, [-0, 0]), -0)).to.equal(true);
    expect(resultOf(Min, [Infinity])).to.equal(Infinity);
  });

  it('does not depend on partitioning', () => {
    fc.assert(fc.property(fc.array(fc.double()), fc.array(fc.double()), (first, second) => {
      const merged = Min.finish(Min.merge(fold(Min, first), fold(Min, second)));
      const all = [...first, ...second];
      expect(Object.is(merged, all.length === 0 ? null : Math.min(...all))).to.equal(true);
    }));
  });

  it('cannot be subtracted', () => {
    expect(Min).not.to.have.property('subtract');
  });
});
