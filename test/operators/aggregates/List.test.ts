import { expect } from 'chai';
import fc from 'fast-check';
import { list } from '../../../src/operators/aggregates/List';
import { fold, resultOf } from './fold';
import { expectCopiesAndJson, expectSameForAllMergeTrees } from './mergeTrees';

describe('list', () => {
  it('holds values of any type in the order of their coordinates, not of the calls', () => {
    expect(resultOf(list(10), [])).to.deep.equal([]);
    expect(resultOf(list(10), ['c', { a: 1 }, 'b', null, undefined, false], [3, 1, 2, 4, 5, 6])).to.deep.equal([{ a: 1 }, 'b', 'c', false]);
    expect(resultOf(list(10), ['x', 'y', 'w', 'z'], [1, 1, 0, 1])).to.deep.equal(['w', 'x', 'y', 'z']);
  });

  it('drops the oldest beyond its limit', () => {
    expect(resultOf(list(2), ['a', 'b', 'c'])).to.deep.equal(['b', 'c']);
    expect(resultOf(list(2), ['c', 'b', 'a'], [3, 2, 1])).to.deep.equal(['b', 'c']);
    expect(resultOf(list(1), ['b', 'a'], [2, 1])).to.deep.equal(['b']);
    const merged = list(3).merge(fold(list(3), [4, 5], [4, 5]), fold(list(3), [1, 2, 6], [1, 2, 6]));
    expect(list(3).finish(merged)).to.deep.equal([4, 5, 6]);
  });

  it('gives a list of its own', () => {
    const partial = fold(list(5), [1]);
    (list(5).finish(partial) as unknown[]).push(2);
    expect(list(5).finish(partial)).to.deep.equal([1]);
  });

  it('is the end of the sorted values, the same for all merge trees', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.nat(99), { maxLength: 20 }), fc.integer({ min: 1, max: 9 }), (orders, most) => {
      const expected = [...orders].sort((one, other) => one - other).slice(-most);
      expect(resultOf(list(most), orders, orders)).to.deep.equal(expected);
    }));
    for (const most of [1, 3, 100]) expectSameForAllMergeTrees(list(most), fc.oneof(fc.string(), fc.integer()), { runs: 80 });
  });

  it('can be copied and stored', () => {
    expectCopiesAndJson(list(3), ['a', 1, true], 'b');
  });
});
