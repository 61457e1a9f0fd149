import { expect } from 'chai';
import {
  type DStream, IllegalArgumentError, NoSuchElementError, type Pair, type State, StateSpec,
} from '../../../src/streaming';
import { asSets, collected, context, input, type Batches, type Options } from './harness';

const arrivals: Batches<string> = [[], ['a'], ['a', 'b'], ['a', 'b', 'c'], ['a', 'b'], ['a'], []];

/** Runs a spec over the letters, each with the value 1; gives what it emits and the snapshots. */
async function mapped<S, E>(
  batches: Batches<string>,
  spec: StateSpec<string, number, S, E>,
  { numBatches = batches.length, ...options }: Options & { numBatches?: number } = {},
): Promise<{ outputs: unknown[][]; snapshots: unknown[][] }> {
  const { ssc, clock } = context(options);
  const stream = input(ssc, batches).map((word) => [word, 1] as const).mapWithState(spec);
  const outputs = collected(stream);
  const snapshots = collected(stream.stateSnapshots());
  await ssc.start();
  await clock.advance(numBatches * 1000);
  await ssc.stop();
  await ssc.awaitTermination();
  return { outputs, snapshots: asSets(snapshots) };
}

/** Has a test look at the state of one call, for a key that has this state or, with undefined, none. */
async function withState<S>(initial: S | undefined, look: (state: State<S>) => void): Promise<void> {
  const spec = StateSpec.function<string, number, S, number>((_key, _value, state) => {
    look(state);
    return 1;
  });
  if (initial !== undefined) spec.initialState([['a', initial]]);
  const { outputs } = await mapped([['a']], spec);
  expect(outputs).to.deep.equal([[1]]);
}

/** The same for a key that is timing out. */
async function timingOut(look: (state: State<number>) => void): Promise<void> {
  let looked = 0;
  const spec = StateSpec.function<string, number, number, number>((_key, value, state) => {
    if (value !== undefined) return undefined;
    looked++;
    look(state);
    return 1;
  })
    .initialState([['z', 1]])
    .timeout(1000);
  await mapped([[], [], []], spec);
  expect(looked).to.equal(1);
}

const count = (_key: string, value: number | undefined, state: State<number>): number => {
  const sum = (value ?? 0) + (state.getOption() ?? 0);
  state.update(sum);
  return sum;
};

describe('Spark: MapWithStateSuite', () => {
  describe('state', () => {
    it('without state: get throws, the option is undefined', () =>
      withState<number>(undefined, (state) => {
        expect(state.exists()).to.equal(false);
        expect(state.getOption()).to.equal(undefined);
        expect(state.isTimingOut()).to.equal(false);
        expect(() => state.get()).to.throw(NoSuchElementError);
      }));

    it('with state', () =>
      withState(1, (state) => {
        expect(state.exists()).to.equal(true);
        expect(state.get()).to.equal(1);
        expect(state.getOption()).to.equal(1);
        expect(state.isTimingOut()).to.equal(false);
      }));

    it('update, twice', () =>
      withState(1, (state) => {
        state.update(2);
        expect(state.get()).to.equal(2);
        state.update(3);
        expect(state.get()).to.equal(3);
        expect(state.getOption()).to.equal(3);
      }));

    it('update where there was none', () =>
      withState<number>(undefined, (state) => {
        state.update(2);
        expect(state.exists()).to.equal(true);
        expect(state.get()).to.equal(2);
      }));

    it('remove: nothing is there, and neither update nor remove may follow', () =>
      withState(1, (state) => {
        state.remove();
        expect(state.exists()).to.equal(false);
        expect(state.getOption()).to.equal(undefined);
        expect(() => state.get()).to.throw(NoSuchElementError);
        expect(() => { state.update(2); }).to.throw(IllegalArgumentError);
        expect(() => { state.remove(); }).to.throw(IllegalArgumentError);
      }));

    it('remove where there is none', () =>
      withState<number>(undefined, (state) => {
        state.remove();
        expect(() => { state.remove(); }).to.throw(IllegalArgumentError);
      }));

    it('while timing out: it can be read, not changed', () =>
      timingOut((state) => {
        expect(state.isTimingOut()).to.equal(true);
        expect(state.exists()).to.equal(true);
        expect(state.get()).to.equal(1);
        expect(state.getOption()).to.equal(1);
        expect(() => { state.update(2); }).to.throw(IllegalArgumentError);
        expect(() => { state.remove(); }).to.throw(IllegalArgumentError);
      }));

    it('null, 0, false and the empty text are states like any other', async () => {
      for (const value of [null, 0, false, '']) {
        await withState<unknown>('before', (state) => {
          state.update(value);
          expect(state.exists()).to.equal(true);
          expect(state.get()).to.equal(value);
        });
      }
      const spec = StateSpec.function((_key: string, _value: number | undefined, state: State<null>) => {
        const existed = state.exists();
        state.update(null);
        return existed;
      });
      const { outputs, snapshots } = await mapped([['a'], ['a'], []], spec);
      expect(outputs).to.deep.equal([[false], [true], []]);
      expect(snapshots).to.deep.equal([[['a', null]], [['a', null]], [['a', null]]]);
    });
  });

  it('basic operations: running counts and snapshots', async () => {
    const { outputs, snapshots } = await mapped(arrivals, StateSpec.function(count));
    expect(asSets(outputs)).to.deep.equal([[], [1], [1, 2], [1, 2, 3], [3, 4], [5], []]);
    expect(snapshots).to.deep.equal([
      [], [['a', 1]], [['a', 2], ['b', 1]], [['a', 3], ['b', 2], ['c', 1]],
      [['a', 4], ['b', 3], ['c', 1]], [['a', 5], ['b', 3], ['c', 1]], [['a', 5], ['b', 3], ['c', 1]],
    ]);
  });

  it('with an initial state', async () => {
    const initial: Pair<string, number>[] = [['a', 5], ['b', 10], ['c', -20], ['d', 0]];
    const { outputs, snapshots } = await mapped(arrivals, StateSpec.function(count).initialState(initial));
    expect(asSets(outputs)).to.deep.equal([[], [6], [11, 7], [-19, 12, 8], [13, 9], [10], []]);
    expect(snapshots).to.deep.equal([
      [['a', 5], ['b', 10], ['c', -20], ['d', 0]],
      [['a', 6], ['b', 10], ['c', -20], ['d', 0]],
      [['a', 7], ['b', 11], ['c', -20], ['d', 0]],
      [['a', 8], ['b', 12], ['c', -19], ['d', 0]],
      [['a', 9], ['b', 13], ['c', -19], ['d', 0]],
      [['a', 10], ['b', 13], ['c', -19], ['d', 0]],
      [['a', 10], ['b', 13], ['c', -19], ['d', 0]],
    ]);
  });

  it('with an initial state in an RDD', async () => {
    const { ssc, clock } = context();
    const spec = StateSpec.function(count).initialState(ssc.parallelize<Pair<string, number>>([['a', 5]])).numPartitions(4);
    const outputs = collected(input(ssc, [['a']]).map((word) => [word, 1]).mapWithState(spec));
    await ssc.start();
    await clock.advance(1000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[6]]);
  });

  it('is called once a record, in order, for a repeated key', async () => {
    const { outputs } = await mapped([['a', 'a', 'b', 'a']], StateSpec.function(count));
    expect(asSets(outputs)).to.deep.equal([[1, 1, 2, 3]]);
  });

  it('is told the batch time; what is undefined or null is not emitted', async () => {
    const spec = StateSpec.function((key: string, value: number | undefined, _state: State<number>, time: number) =>
      key === 'b' ? null : key === 'c' ? undefined : [key, value, time],
    );
    const { outputs } = await mapped([['a', 'b', 'c'], ['a']], spec);
    expect(outputs).to.deep.equal([[['a', 1, 1000]], [['a', 1, 2000]]]);
  });

  it('state removing: a key that is removed begins anew', async () => {
    const spec = StateSpec.function((key: string, _value: number | undefined, state: State<number>) => {
      if (state.exists()) {
        state.remove();
        return `${key} gone`;
      }
      state.update(1);
      return key;
    });
    const { outputs, snapshots } = await mapped(arrivals, spec);
    expect(asSets(outputs)).to.deep.equal([[], ['a'], ['a gone', 'b'], ['a', 'b gone', 'c'], ['a gone', 'b'], ['a'], []]);
    expect(snapshots).to.deep.equal([
      [], [['a', 1]], [['b', 1]], [['a', 1], ['c', 1]], [['b', 1], ['c', 1]], [['a', 1], ['b', 1], ['c', 1]],
      [['a', 1], ['b', 1], ['c', 1]],
    ]);
  });

  describe('state timing out', () => {
    const spec = (): StateSpec<string, number, number, string> =>
      StateSpec.function((key: string, value: number | undefined, state: State<number>, time: number) => {
        if (state.isTimingOut()) {
          expect(value).to.equal(undefined);
          return `${key} at ${String(time)}`;
        }
        state.update(1);
        return undefined;
      }).timeout(3000);
    const batches: Batches<string> = [['a', 'b', 'c'], ['a', 'b'], ['a'], ...Array.from({ length: 20 }, () => [])];

    it('in every batch: at the first one more than the timeout after the last record', async () => {
      const { outputs, snapshots } = await mapped(batches, spec());
      const told = outputs.flatMap((batch, index) => (batch.length === 0 ? [] : [[index + 1, batch]]));
      // Strictly before T - 3 s: c of 1 s at 5 s.
      expect(told).to.deep.equal([[5, ['c at 5000']], [6, ['b at 6000']], [7, ['a at 7000']]]);
      expect(snapshots[4]).to.deep.equal([['a', 1], ['b', 1]]);
      expect(snapshots.at(-1)).to.deep.equal([]);
    });

    it('as Spark: only in the batches in which state is checkpointed, every tenth', async () => {
      const { outputs } = await mapped(batches, spec(), { compatibility: 'spark', checkpointDirectory: 'checkpoints' });
      const told = outputs.flatMap((batch, index) => (batch.length === 0 ? [] : [[index + 1, ...asSets([batch])]]));
      expect(told).to.deep.equal([[10, ['a at 10000', 'b at 10000', 'c at 10000']]]);
    });

    it('not where the key has a record in that very batch; a record alone puts it off', async () => {
      const touch = StateSpec.function((key: string, _value: number | undefined, state: State<number>) => {
        if (state.isTimingOut()) return `${key} over`;
        if (!state.exists()) state.update(1);
        return undefined;
      }).timeout(1000);
      const { outputs } = await mapped([['a'], [], ['a'], [], [], []], touch);
      expect(outputs).to.deep.equal([[], [], [], [], ['a over'], []]);
    });
  });

  it('checkpoint durations: ten slides when nothing else is said, else what was asked for', async () => {
    async function intervalOf(batchInterval: number, build?: (stream: DStream<unknown>) => void): Promise<number | undefined> {
      const { ssc } = context({ batchInterval, checkpointDirectory: 'checkpoints' });
      const stream = ssc.queueStream<Pair<string, number>>([]).mapWithState(StateSpec.function(count));
      build?.(stream);
      stream.foreachRDD(() => undefined);
      await ssc.start();
      const { checkpointInterval } = stream;
      await ssc.stop();
      return checkpointInterval;
    }
    expect(await intervalOf(100)).to.equal(1000);
    expect(await intervalOf(1000)).to.equal(10_000);
    expect(await intervalOf(10_000)).to.equal(100_000);
    expect(await intervalOf(100, (stream) => stream.checkpoint(200))).to.equal(200);
    expect(await intervalOf(1000, (stream) => stream.checkpoint(2000))).to.equal(2000);
  });

  it('needs a checkpoint directory only as Spark', async () => {
    const { ssc } = context({ compatibility: 'spark' });
    ssc.queueStream<Pair<string, number>>([]).mapWithState(StateSpec.function(count)).foreachRDD(() => undefined);
    let error: unknown;
    await ssc.start().catch((thrown: unknown) => (error = thrown));
    expect(error).to.be.instanceOf(IllegalArgumentError);
    expect((error as Error).message).to.match(/checkpoint directory has not been set/);
    expect(ssc.getState()).to.equal('STOPPED');
  });
});
