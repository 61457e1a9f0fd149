import { expect } from 'chai';
import { IllegalArgumentError } from '../../../src/streaming';
import { naturalOrder } from '../../../src/streaming/rdd/naturalOrder';

describe('naturalOrder', () => {
  it('orders values of all kinds', () => {
    const ascending = [
      undefined, null, false, true, -Infinity, -1, 0, 1n, 1.5, 2n, Infinity, NaN, '', 'B', 'a', 'aa',
      new Date(0), new Date(1), [], [1], [1, 2], [2], ['a', 1], ['a', 2],
    ];
    for (const [index, first] of ascending.entries()) {
      for (const [other, second] of ascending.entries()) {
        const where = `${String(first)} against ${String(second)}`;
        expect(Math.sign(naturalOrder(first, second)) + 0, where).to.equal(Math.sign(index - other));
      }
    }
  });

  it('takes -0 for 0, NaN for NaN and a bigint for the number it is', () => {
    expect(naturalOrder(-0, 0)).to.equal(0);
    expect(naturalOrder(NaN, NaN)).to.equal(0);
    expect(naturalOrder(1n, 1)).to.equal(0);
    expect(naturalOrder([1, [2]], [1, [2]])).to.equal(0);
  });

  it('refuses what has no order, and says what to do', () => {
    for (const value of [{}, new Map(), Symbol('a'), () => 1]) {
      expect(() => naturalOrder(value, value)).to.throw(IllegalArgumentError, 'give a function that compares');
      expect(() => naturalOrder(1, value)).to.throw(IllegalArgumentError);
    }
  });
});
