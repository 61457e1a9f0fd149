import { expect } from 'chai';
import { Sum } from '../../../src/operators/aggregates/Sum';
import { fold, resultOf } from './fold';

describe('Sum', () => {
  it('is 0 for none', () => {
    expect(resultOf(Sum, [])).to.equal(0);
  });

  it('is exact, takes numeric strings and bigints, and skips the rest', () => {
    expect(resultOf(Sum, [0.1, '0.2', 0.3, 'x', null, undefined, true, 1n])).to.equal(1.6);
    expect(Sum.accepts('x')).to.equal(false);
    expect(Sum.accepts(NaN)).to.equal(true);
  });

  it('follows IEEE for NaN and the infinities', () => {
    expect(resultOf(Sum, [1, Infinity])).to.equal(Infinity);
    expect(resultOf(Sum, [1, Infinity, -Infinity])).to.eql(NaN);
    expect(resultOf(Sum, [1, NaN])).to.eql(NaN);
  });

  it('can be merged and subtracted without changing the second', () => {
    const first = fold(Sum, [1e16, 1]);
    const second = fold(Sum, [-1e16, NaN]);
    const both = Sum.merge(first, second);
    expect(Sum.finish(both)).to.eql(NaN);
    expect(Sum.finish(Sum.subtract?.(both, second) ?? Sum.zero())).to.equal(1e16);
    expect(Sum.finish(second)).to.eql(NaN);
  });
});
