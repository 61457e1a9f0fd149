import { expect } from 'chai';
import { IllegalArgumentError, StateSpec, type State } from '../../../src/streaming';
import { program } from '../program';

describe('StateSpec', () => {
  const count = (_key: string, _value: number | undefined, state: State<number>): number => state.getOption() ?? 0;

  it('refuses what cannot work, with a word on what would', () => {
    const spec = StateSpec.function(count);
    expect(() => spec.timeout(0)).to.throw(
      IllegalArgumentError,
      'The timeout is 0; it must be a whole number of milliseconds above 0.',
    );
    expect(() => spec.numPartitions(1.5)).to.throw(
      IllegalArgumentError,
      'The number of partitions is 1.5; it must be a whole number above 0.',
    );
    expect(() => StateSpec.function(undefined as unknown as typeof count)).to.throw(
      IllegalArgumentError,
      'StateSpec.function was given undefined; it needs a function (key, value, state, time) => record.',
    );
    expect(() => spec.initialState(undefined as unknown as [])).to.throw(
      IllegalArgumentError,
      'The initial state is undefined; it must be an RDD, an array or another iterable of pairs [key, state].',
    );
    const { ssc } = program();
    const pairs = ssc.queueStream<readonly [string, number]>([]);
    expect(() => pairs.mapWithState(count as unknown as StateSpec<string, number, number, number>)).to.throw(
      IllegalArgumentError,
      'mapWithState needs a StateSpec: mapWithState(StateSpec.function(',
    );
  });

  it('changes itself with each method, as in Spark, and returns itself', () => {
    const spec = StateSpec.function(count);
    expect(spec.timeout(5000).numPartitions(3).initialState(new Map([['a', 1]]))).to.equal(spec);
    expect([spec.givenTimeout, spec.givenPartitions, spec.givenInitialState]).to.deep.equal([5000, 3, [['a', 1]]]);
  });
});
