import { expect } from 'chai';
import { aggregateNamed, aggregateNames } from '../../../src/operators/aggregates';

describe('aggregateNamed', () => {
  it('knows every name it lists', () => {
    expect(aggregateNames).to.deep.equal(['count', 'sum', 'mean', 'min', 'max', 'first', 'last']);
    for (const name of aggregateNames) expect(aggregateNamed(name).name).to.equal(name);
  });

  it('lists the known names when it does not know one', () => {
    for (const name of ['average', '', 'constructor', '__proto__', 'Mean']) {
      const message = `"${name}"; choose one of count, sum, mean, min, max, first, last.`;
      expect(() => aggregateNamed(name)).to.throw(RangeError, message);
    }
  });

  it('gives partials that survive JSON, for finite values', () => {
    for (const name of aggregateNames) {
      const aggregate = aggregateNamed(name);
      let partial = aggregate.zero();
      for (const value of [3, 1e200, 1, 1e-200, 2]) partial = aggregate.add(partial, value, value);
      const stored: unknown = JSON.parse(JSON.stringify(partial));
      expect(aggregate.finish(stored), name).to.equal(aggregate.finish(partial));
      expect(aggregate.finish(aggregate.merge(aggregate.zero(), stored)), name).to.equal(aggregate.finish(partial));
    }
  });
});
