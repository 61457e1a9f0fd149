import { expect } from 'chai';
import fc from 'fast-check';
import { CountByValue, MOST_COUNTED_VALUES } from '../../../src/operators/aggregates/CountByValue';
import { resultOf } from './fold';
import { expectCopiesAndJson, expectSameForAllMergeTrees } from './mergeTrees';

describe('CountByValue', () => {
  it('lists the most frequent values first, equally frequent ones by their text', () => {
    expect(resultOf(CountByValue, [])).to.deep.equal([]);
    expect(resultOf(CountByValue, ['b', 'a', 'b', 3, null, 'a', 'b', true])).to.deep.equal([
      { value: 'b', count: 3 }, { value: 'a', count: 2 }, { value: 3, count: 1 }, { value: true, count: 1 },
    ]);
  });

  it('shows values of every type as they were, in their canonical form', () => {
    expect(resultOf(CountByValue, [-0, 0, { b: [1, 'x'], a: null }, { a: null, b: [1, 'x'] }])).to.deep.equal([
      { value: 0, count: 2 }, { value: { a: null, b: [1, 'x'] }, count: 2 },
    ]);
    expect(resultOf(CountByValue, ['__proto__'])).to.deep.equal([{ value: '__proto__', count: 1 }]);
  });

  it('is null beyond its bound', () => {
    const values = Array.from({ length: MOST_COUNTED_VALUES + 1 }, (_, index) => index);
    expect(resultOf(CountByValue, values)).to.equal(null);
    expect(resultOf(CountByValue, values.slice(1))).to.have.length(MOST_COUNTED_VALUES);
  });

  it('is the same for all merge trees, and exact after subtractions', () => {
    expectSameForAllMergeTrees(CountByValue, fc.oneof(fc.integer({ min: -2, max: 2 }), fc.constantFrom('a', 'b', null, [1], { x: 1 })));
  });

  it('can be copied and stored', () => {
    expectCopiesAndJson(CountByValue, ['a', 1, true], 'b');
  });
});
