import { expect } from 'chai';
import { aggregateNamed, aggregateNames, aggregateParameter } from '../../../src/operators/aggregates';
import { AGGREGATE_NAMES, AGGREGATE_PARAMETERS } from '../../../src/plan/names';
import { resultOf } from './fold';

describe('aggregateNamed', () => {
  it('knows every name it lists', () => {
    expect(aggregateNames.slice(0, 7)).to.deep.equal(['count', 'sum', 'mean', 'min', 'max', 'first', 'last']);
    for (const name of aggregateNames) expect(aggregateNamed(name).name).to.equal(name);
  });

  it('knows the aggregates that a plan may name, and their numbers; reduce is the engine\'s', () => {
    expect([...aggregateNames, 'reduce'].sort()).to.deep.equal([...AGGREGATE_NAMES].sort());
    for (const name of AGGREGATE_NAMES) expect(aggregateParameter(name), name).to.deep.equal(AGGREGATE_PARAMETERS.get(name));
  });

  it('lists the known names when it does not know one', () => {
    for (const name of ['average', '', 'constructor', '__proto__', 'Mean', 'reduce']) {
      const message = `"${name}"; choose one of count, sum, mean, min, max, first, last, variance, `;
      expect(() => aggregateNamed(name)).to.throw(RangeError, message);
    }
  });

  it('takes the number that an aggregate needs, and no other', () => {
    const values = [1, 2, 3];
    expect(resultOf(aggregateNamed('list', 2), values)).to.deep.equal([2, 3]);
    expect(resultOf(aggregateNamed('topK', 2), values)).to.deep.equal([3, 2]);
    expect(resultOf(aggregateNamed('topK'), Array.from({ length: 20 }, (_, index) => index))).to.have.length(10);
    expect(resultOf(aggregateNamed('percentile', 100), values)).to.be.closeTo(3, 0.03);
    expect(() => aggregateNamed('percentile', 100.5)).to.throw(RangeError, 'percentile needs a number from 0 to 100, and was given 100.5');
    expect(() => aggregateNamed('topK', 1.5)).to.throw(RangeError, 'topK needs a whole number from 1 to 10000, and was given 1.5');
    expect(() => aggregateNamed('list', NaN)).to.throw(RangeError, 'given NaN');
    expect(() => aggregateNamed('mean', 3)).to.throw(RangeError, 'mean takes no number, and was given 3');
  });

  it('gives partials that survive JSON, for finite values', () => {
    for (const name of aggregateNames) {
      const aggregate = aggregateNamed(name);
      let partial = aggregate.zero();
      for (const value of [3, 1e200, 1, 1e-200, 2]) partial = aggregate.add(partial, value, value);
      const stored: unknown = JSON.parse(JSON.stringify(partial));
      expect(aggregate.finish(stored), name).to.deep.equal(aggregate.finish(partial));
      expect(aggregate.finish(aggregate.merge(aggregate.zero(), stored)), name).to.deep.equal(aggregate.finish(partial));
    }
  });
});
