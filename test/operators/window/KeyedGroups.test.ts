import { expect } from 'chai';
import type { Aggregate } from '../../../src/operators/aggregates/Aggregate';
import { aggregateNamed } from '../../../src/operators/aggregates';
import { keyIdentity } from '../../../src/operators/keys';
import { KeyedAggregator } from '../../../src/operators/window/KeyedGroups';
import type { Groups } from '../../../src/operators/window/KeyedGroups';

/** A list of values, without a `copy` of its own. */
const List: Aggregate<unknown[]> = {
  name: 'list',
  zero: () => [],
  accepts: () => true,
  add: (partial, value) => {
    partial.push(value);
    return partial;
  },
  merge: (into, from) => {
    into.push(...from);
    return into;
  },
  finish: (partial) => partial,
};

const aggregator = new KeyedAggregator([aggregateNamed('count'), aggregateNamed('sum'), aggregateNamed('last'), List]);

function results(groups: Groups, key: unknown): unknown[] | undefined {
  return groups.get(keyIdentity(key))?.partials.map((partial, index) => aggregator.aggregates[index]?.finish(partial));
}

describe('KeyedAggregator', () => {
  it('folds each value into its own aggregate, by key', () => {
    const groups = aggregator.empty();
    expect(aggregator.add(groups, 'a', [0, 1.5, 'x', 1], 10)).to.equal(0);
    expect(aggregator.add(groups, 'b', [0, 5, 'y', 2], 11)).to.equal(0);
    expect(aggregator.add(groups, 'a', [0, '2', 'z', 3], 9)).to.equal(0);
    expect(results(groups, 'a')).to.deep.equal([2, 3.5, 'x', [1, 3]]);
    expect(results(groups, 'b')).to.deep.equal([1, 5, 'y', [2]]);
    expect([...groups.values()].map(({ key, records }) => [key, records])).to.deep.equal([['a', 2], ['b', 1]]);
  });

  it('skips and counts the values that an aggregate does not accept, but counts the record', () => {
    const groups = aggregator.empty();
    expect(aggregator.add(groups, 'a', [null, 'no number', undefined, null], 0)).to.equal(2);
    expect(results(groups, 'a')).to.deep.equal([1, 0, null, [null]]);
    expect(groups.get('a')?.records).to.equal(1);
  });

  it('groups by value, and shows 0 for -0', () => {
    const groups = aggregator.empty();
    const keys = [-0, 0, '0', { x: 1, y: [2] }, { y: [2], x: 1 }, NaN, NaN, '__proto__'];
    for (const key of keys) aggregator.add(groups, key, [1, 1, 1, 1], 0);
    const shown = [...groups.values()].map(({ key, records }) => [key, records]);
    expect(shown).to.deep.equal([[0, 2], ['0', 1], [{ x: 1, y: [2] }, 2], [NaN, 2], ['__proto__', 1]]);
    expect(Object.is(shown[0]?.[0], 0)).to.equal(true);
  });

  it('merges without changing or sharing the second', () => {
    const into = aggregator.empty();
    const from = aggregator.empty();
    aggregator.add(into, 'a', [1, 1, 'early', 1], 1);
    aggregator.add(from, 'a', [1, 2, 'late', 2], 2);
    aggregator.add(from, 'b', [1, 3, 'only', 3], 3);
    aggregator.merge(into, from);
    expect(results(into, 'a')).to.deep.equal([2, 3, 'late', [1, 2]]);
    expect(into.get('a')?.records).to.equal(2);
    aggregator.add(into, 'a', [1, 10, 'later', 10], 4);
    aggregator.add(into, 'b', [1, 10, 'later', 10], 4);
    expect(results(into, 'b')).to.deep.equal([2, 13, 'later', [3, 10]]);
    expect(results(from, 'a')).to.deep.equal([1, 2, 'late', [2]]);
    expect(results(from, 'b')).to.deep.equal([1, 3, 'only', [3]]);
    expect(from.get('b')?.records).to.equal(1);
  });

  it('goes on with aggregates made anew, as many as before', () => {
    const renewed = new KeyedAggregator([aggregateNamed('percentile', 0)]);
    renewed.renew([aggregateNamed('percentile', 100)]);
    expect(renewed.aggregates[0]?.finish({ count: 2, nan: 0, buckets: { 100_000: 1, 140_000: 1 } })).to.be.closeTo(1, 0.01);
    expect(() => { renewed.renew([]); }).to.throw(RangeError, 'There are 1 aggregates, and 0 cannot take their place.');
  });

  it('works without aggregates', () => {
    const keysOnly = new KeyedAggregator([]);
    const groups = keysOnly.empty();
    expect(keysOnly.add(groups, 'a', [], 0)).to.equal(0);
    expect(groups.get('a')).to.deep.equal({ key: 'a', records: 1, partials: [] });
  });
});
