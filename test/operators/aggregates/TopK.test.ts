import { expect } from 'chai';
import fc from 'fast-check';
import { topK } from '../../../src/operators/aggregates/TopK';
import { resultOf } from './fold';
import { anyNumber, expectCopiesAndJson, expectSameForAllMergeTrees } from './mergeTrees';

describe('topK', () => {
  it('gives the largest numbers, the largest first, as often as they came', () => {
    expect(resultOf(topK(3), [])).to.deep.equal([]);
    expect(resultOf(topK(3), [5, 1, '9', 5, 'x', 2, null])).to.deep.equal([9, 5, 5]);
    expect(resultOf(topK(3), [2, 1])).to.deep.equal([2, 1]);
  });

  it('puts NaN first and 0 before -0', () => {
    expect(resultOf(topK(4), [-0, 1, NaN, 0, -Infinity])).to.deep.equal([NaN, 1, 0, -0]);
    expect(resultOf(topK(2), [NaN, 1, NaN, NaN])).to.deep.equal([NaN, NaN]);
  });

  it('is the beginning of the sorted numbers, the same for all merge trees', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -20, max: 20 })), fc.integer({ min: 1, max: 9 }), (values, most) => {
      expect(resultOf(topK(most), values)).to.deep.equal([...values].map((value) => value + 0).sort((one, other) => other - one).slice(0, most));
    }));
    for (const most of [1, 3, 100]) expectSameForAllMergeTrees(topK(most), anyNumber, { runs: 80 });
  });

  it('can be copied and stored', () => {
    expectCopiesAndJson(topK(3), [3, 1, 2], 7);
  });
});
