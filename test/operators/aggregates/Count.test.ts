import { expect } from 'chai';
import { Count } from '../../../src/operators/aggregates/Count';
import { fold, resultOf } from './fold';

describe('Count', () => {
  it('counts every value, whatever it is', () => {
    expect(resultOf(Count, [])).to.equal(0);
    expect(resultOf(Count, [1, 'x', null, undefined, NaN, {}])).to.equal(6);
  });

  it('can be merged and subtracted', () => {
    const both = Count.merge(fold(Count, [1, 2]), fold(Count, [3]));
    expect(Count.finish(both)).to.equal(3);
    expect(Count.subtract?.(both, fold(Count, [1, 2]))).to.equal(1);
  });
});
