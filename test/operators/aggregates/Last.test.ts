import { expect } from 'chai';
import { Last } from '../../../src/operators/aggregates/Last';
import { fold, resultOf } from './fold';

describe('Last', () => {
  it('is null for none, and skips undefined and null', () => {
    expect(resultOf(Last, [])).to.equal(null);
    expect(resultOf(Last, [undefined, null])).to.equal(null);
    expect(Last.finish(Last.merge(Last.zero(), Last.zero()))).to.equal(null);
  });

  it('takes the largest order coordinate, not the order of calls', () => {
    expect(resultOf(Last, ['middle', 'late', 'early'], [5, 9, -3])).to.equal('late');
    expect(resultOf(Last, ['early', 'late', 'middle'], [-3, 9, 5])).to.equal('late');
  });

  it('decides ties by the order of calls', () => {
    expect(resultOf(Last, ['tie 1', 'tie 2'], [4, 4])).to.equal('tie 2');
    expect(Last.finish(Last.merge(fold(Last, ['tie 1'], [4]), fold(Last, ['tie 2'], [4])))).to.equal('tie 2');
  });

  it('merges by order, in either direction', () => {
    const early = fold(Last, ['early'], [-1]);
    const late = fold(Last, ['late'], [1]);
    expect(Last.finish(Last.merge(fold(Last, ['late'], [1]), early))).to.equal('late');
    expect(Last.finish(Last.merge(fold(Last, ['early'], [-1]), late))).to.equal('late');
    expect(Last.finish(Last.merge(Last.zero(), late))).to.equal('late');
    expect(Last.finish(Last.merge(fold(Last, ['early'], [-1]), Last.zero()))).to.equal('early');
  });

  it('takes values of any type, false and 0 and NaN too, and shares them with their record', () => {
    for (const value of [false, 0, '', NaN, [1]]) expect(resultOf(Last, [value])).to.deep.equal(value);
    const value: Record<string, unknown> = { temperature: 20 };
    value.self = value;
    const partial = fold(Last, [value]);
    expect(Last.finish(Last.copy?.(partial) ?? Last.zero())).to.equal(value);
  });

  it('has a copy of its own', () => {
    const partial = fold(Last, ['one'], [0]);
    const copy = Last.copy?.(partial) ?? Last.zero();
    Last.add(partial, 'two', Last.name === 'first' ? -1 : 1);
    expect(Last.finish(partial)).to.equal('two');
    expect(Last.finish(copy)).to.equal('one');
  });
});
