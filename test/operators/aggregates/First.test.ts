import { expect } from 'chai';
import { First } from '../../../src/operators/aggregates/First';
import { fold, resultOf } from './fold';

describe('First', () => {
  it('is null for none, and skips undefined and null', () => {
    expect(resultOf(First, [])).to.equal(null);
    expect(resultOf(First, [undefined, null])).to.equal(null);
    expect(First.finish(First.merge(First.zero(), First.zero()))).to.equal(null);
  });

  it('takes the smallest order coordinate, not the order of calls', () => {
    expect(resultOf(First, ['middle', 'late', 'early'], [5, 9, -3])).to.equal('early');
    expect(resultOf(First, ['early', 'late', 'middle'], [-3, 9, 5])).to.equal('early');
  });

  it('decides ties by the order of calls', () => {
    expect(resultOf(First, ['tie 1', 'tie 2'], [4, 4])).to.equal('tie 1');
    expect(First.finish(First.merge(fold(First, ['tie 1'], [4]), fold(First, ['tie 2'], [4])))).to.equal('tie 1');
  });

  it('merges by order, in either direction', () => {
    const early = fold(First, ['early'], [-1]);
    const late = fold(First, ['late'], [1]);
    expect(First.finish(First.merge(fold(First, ['late'], [1]), early))).to.equal('early');
    expect(First.finish(First.merge(fold(First, ['early'], [-1]), late))).to.equal('early');
    expect(First.finish(First.merge(First.zero(), late))).to.equal('late');
    expect(First.finish(First.merge(fold(First, ['early'], [-1]), First.zero()))).to.equal('early');
  });

  it('takes values of any type, false and 0 and NaN too, and shares them with their record', () => {
    for (const value of [false, 0, '', NaN, [1]]) expect(resultOf(First, [value])).to.deep.equal(value);
    const value: Record<string, unknown> = { temperature: 20 };
    value.self = value;
    const partial = fold(First, [value]);
    expect(First.finish(First.copy?.(partial) ?? First.zero())).to.equal(value);
  });

  it('has a copy of its own', () => {
    const partial = fold(First, ['one'], [0]);
    const copy = First.copy?.(partial) ?? First.zero();
    First.add(partial, 'two', First.name === 'first' ? -1 : 1);
    expect(First.finish(partial)).to.equal('two');
    expect(First.finish(copy)).to.equal('one');
  });
});
