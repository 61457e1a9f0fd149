import { expect } from 'chai';
import fc from 'fast-check';
import { Distinct, MOST_DISTINCT } from '../../../src/operators/aggregates/Distinct';
import { fold, resultOf } from './fold';
import { expectCopiesAndJson, expectSameForAllMergeTrees } from './mergeTrees';

describe('Distinct', () => {
  it('compares values as keys are compared', () => {
    expect(resultOf(Distinct, [])).to.equal(0);
    expect(resultOf(Distinct, [1, '1', 1n, true, 'true', 0, -0, NaN, NaN])).to.equal(7);
    expect(resultOf(Distinct, [{ a: 1, b: 2 }, { b: 2, a: 1 }, [1], [1], { a: 1 }])).to.equal(3);
    expect(resultOf(Distinct, ['__proto__', 'constructor', 'toString', '__proto__'])).to.equal(3);
  });

  it('skips what is missing and what has no value of its own', () => {
    expect(resultOf(Distinct, [null, undefined, (): number => 1, new Map(), Symbol('s')])).to.equal(0);
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(Distinct.accepts(circular)).to.equal(false);
  });

  it('is null beyond its bound, in whatever order the values come together', () => {
    const values = Array.from({ length: MOST_DISTINCT }, (_, index) => index);
    const full = fold(Distinct, values);
    expect(Distinct.finish(full)).to.equal(MOST_DISTINCT);
    const further = fold(Distinct, ['one more']);
    const copies = [Distinct.copy?.(full) ?? Distinct.zero(), Distinct.copy?.(further) ?? Distinct.zero()] as const;
    expect(Distinct.finish(Distinct.merge(copies[0], further))).to.equal(null);
    const other = Distinct.merge(copies[1], full);
    expect(Distinct.finish(other)).to.equal(null);
    expect(Object.keys(other.counts)).to.have.length(0);
    expect(Distinct.finish(Distinct.merge(fold(Distinct, ['few']), other))).to.equal(null);
    expect(Distinct.finish(Distinct.add(other, 'x', 1))).to.equal(null);
    expect(Distinct.subtract?.(other, further)).to.equal(undefined);
    expect(Distinct.subtract?.(full, other)).to.equal(undefined);
  });

  it('is the size of a set, the same for all merge trees, and exact after subtractions', () => {
    const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom('a', 'b', '__proto__', null, { x: [1] }));
    fc.assert(fc.property(fc.array(value), (values) => {
      const expected = new Set(values.filter((each) => each !== null).map((each) => (each === 0 ? '0' : JSON.stringify(each)))).size;
      expect(resultOf(Distinct, values)).to.equal(expected);
    }));
    expectSameForAllMergeTrees(Distinct, value);
  });

  it('can be copied and stored', () => {
    expectCopiesAndJson(Distinct, ['a', 1, true], 'b');
  });
});
