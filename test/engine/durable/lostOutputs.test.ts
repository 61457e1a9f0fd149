import { expect } from 'chai';
import { lostOutputs } from '../../../src/engine/durable/lostOutputs';
import type { AggregateParameters, Plan } from '../../../src/plan/Plan';
import { aggregate, planOf, receiver, reduceByKey, sink, window } from '../plans';

function windowed(...aggregates: readonly AggregateParameters[]): Plan {
  return planOf([receiver(), window('w', 'in', 3000, 1000), reduceByKey('r', 'w', aggregates), sink('out', 'r')]);
}

describe('lostOutputs', () => {
  const before = windowed(aggregate('sum', 'payload.a', 'total'), aggregate('count', 'payload.a', 'count'));

  it('are those that are no more, or compute something else', () => {
    expect(lostOutputs(before, windowed(aggregate('count', 'payload.a', 'count')))).to.deep.equal([{ operator: 'r', outputs: ['total'] }]);
    const other = windowed(aggregate('sum', 'payload.b', 'total'), aggregate('count', 'payload.a', 'count'));
    expect(lostOutputs(before, other)).to.deep.equal([{ operator: 'r', outputs: ['total'] }]);
  });

  it('are none where outputs have other names, another order, or others beside them', () => {
    const after = windowed(aggregate('count', 'payload.a', 'n'), aggregate('max', 'payload.a'), aggregate('sum', 'payload.a', 'sum'));
    expect(lostOutputs(before, after)).to.deep.equal([]);
  });

  it('are none without a window, which is what remembers', () => {
    const batchwise = (...aggregates: readonly AggregateParameters[]): Plan =>
      planOf([receiver(), reduceByKey('r', 'in', aggregates), sink('out', 'r')]);
    expect(lostOutputs(batchwise(aggregate('sum'), aggregate('max')), batchwise(aggregate('max')))).to.deep.equal([]);
  });
});
