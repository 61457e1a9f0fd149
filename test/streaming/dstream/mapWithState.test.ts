import { expect } from 'chai';
import { NoSuchElementError, StateSpec, type DStream, type Pair, type QueuedBatch, type State } from '../../../src/streaming';
import { type Output, outputsOf, program, type ProgramOptions, recorded, rejectionOf } from '../program';

type Keyed = Pair<string, number>;

function ones(letters: string): Keyed[] {
  return Array.from(letters, (letter): Keyed => [letter, 1]);
}

/** Adds the value to the state, and gives the key with the sum. */
const runningCount = (key: string, value: number | undefined, state: State<number>): Keyed => {
  const sum = (value ?? 0) + (state.getOption() ?? 0);
  if (!state.isTimingOut()) state.update(sum);
  return [key, sum];
};

/** Runs a spec, and gives what it emitted and the states after each batch. */
async function run<S, E>(
  batches: readonly QueuedBatch<Keyed>[],
  spec: StateSpec<string, number, S, E>,
  options: ProgramOptions = {},
): Promise<{ readonly results: E[][]; readonly snapshots: Pair<string, S>[][] }> {
  const { ssc, clock, errors } = program(options);
  const stream = ssc.queueStream([...batches]).mapWithState(spec);
  const [results, snapshots] = [recorded(stream), recorded(stream.stateSnapshots())];
  await ssc.start();
  await clock.advance(batches.length * 1000);
  await ssc.stop();
  if (errors.length > 0) throw new Error(errors.join('\n'));
  expect(snapshots.map(([time]) => time)).to.deep.equal(results.map(([time]) => time));
  return { results: results.map(([, records]) => records), snapshots: snapshots.map(([, records]) => records) };
}

describe('mapWithState', () => {
  const LETTERS = [[], ones('a'), ones('ab'), ones('abc'), ones('ab'), ones('a'), []];

  it('gives what the function returns for each record, and all states after each batch', async () => {
    expect(await run(LETTERS, StateSpec.function(runningCount))).to.deep.equal({
      results: [
        [],
        [['a', 1]],
        [['a', 2], ['b', 1]],
        [['a', 3], ['b', 2], ['c', 1]],
        [['a', 4], ['b', 3]],
        [['a', 5]],
        [],
      ],
      snapshots: [
        [],
        [['a', 1]],
        [['a', 2], ['b', 1]],
        [['a', 3], ['b', 2], ['c', 1]],
        [['a', 4], ['b', 3], ['c', 1]],
        [['a', 5], ['b', 3], ['c', 1]],
        [['a', 5], ['b', 3], ['c', 1]],
      ],
    });
  });

  it('calls the function once a record, in their order, with the batch time, and only for keys with records', async () => {
    const calls: unknown[] = [];
    const spec = StateSpec.function((key: string, value: number | undefined, state: State<string>, time) => {
      calls.push([time, key, value, state.getOption()]);
      state.update(`${state.getOption() ?? ''}${String(value)}`);
    });
    await run([[['a', 1], ['b', 2], ['a', 3]], [], [['b', 4]]], spec);
    expect(calls).to.deep.equal([
      [1000, 'a', 1, undefined], [1000, 'b', 2, undefined], [1000, 'a', 3, '1'],
      [3000, 'b', 4, '2'],
    ]);
  });

  it('takes the types of keys and values from the stream', async () => {
    const outputs: Output<Keyed>[] = await outputsOf(1000, (ssc) =>
      ssc.queueStream([ones('ab')]).mapWithState(StateSpec.function((key, value, state: State<number>) => {
        state.update(value ?? 0);
        return value === undefined ? undefined : [key, value + 1] as const;
      })));
    expect(outputs).to.deep.equal([[1000, [['a', 2], ['b', 2]]]]);
  });

  it('emits nothing for undefined and null, and everything else', async () => {
    const values: unknown[] = [undefined, null, 0, false, ''];
    const spec = StateSpec.function((_key: string, value: number | undefined) => values[value ?? 0]);
    const { results } = await run([values.map((_, index): Keyed => ['a', index])], spec);
    expect(results).to.deep.equal([[0, false, '']]);
  });

  it('sends a batch without RDD through as one without records', async () => {
    const { results, snapshots } = await run([null, ones('a'), null], StateSpec.function(runningCount));
    expect(results).to.deep.equal([[], [['a', 1]], []]);
    expect(snapshots).to.deep.equal([[], [['a', 1]], [['a', 1]]]);
  });

  it('keeps nothing of keys that are never updated', async () => {
    const { results, snapshots } = await run([ones('ab'), ones('a')], StateSpec.function((key: string) => key));
    expect(results).to.deep.equal([['a', 'b'], ['a']]);
    expect(snapshots).to.deep.equal([[], []]);
  });

  it('begins anew after a remove, also for a later record of the same batch', async () => {
    const untilThree = (key: string, value: number | undefined, state: State<number>): string => {
      const sum = (value ?? 0) + (state.exists() ? state.get() : 0);
      if (sum >= 3) state.remove();
      else state.update(sum);
      return `${key}${String(sum)}${state.exists() ? '' : ' removed'}`;
    };
    expect(await run([ones('aab'), ones('aab'), ones('a')], StateSpec.function(untilThree))).to.deep.equal({
      results: [['a1', 'a2', 'b1'], ['a3 removed', 'a1', 'b2'], ['a2']],
      // The key that came again is a new one, after those that stayed.
      snapshots: [[['a', 2], ['b', 1]], [['b', 2], ['a', 1]], [['b', 2], ['a', 2]]],
    });
  });

  it('lets an error of the state through to whoever awaits termination', async () => {
    const { ssc, clock } = program();
    const spec = StateSpec.function((_key: string, _value, state: State<number>) => state.get());
    recorded(ssc.queueStream([ones('a')]).mapWithState(spec));
    await ssc.start();
    const error = rejectionOf(ssc.awaitTermination());
    await clock.advance(1000);
    expect(await error).to.be.instanceOf(NoSuchElementError);
    await ssc.stop();
  });

  describe('initial state', () => {
    it('is there before the first batch, which may have no records', async () => {
      const spec = StateSpec.function(runningCount).initialState([['a', 5], ['b', 10], ['a', 6]]);
      expect(await run([[], ones('ac')], spec)).to.deep.equal({
        results: [[], [['a', 7], ['c', 1]]],
        snapshots: [[['a', 6], ['b', 10]], [['a', 7], ['b', 10], ['c', 1]]],
      });
    });

    it('may be an RDD that has to be computed', async () => {
      const [first] = await outputsOf(1000, (ssc) =>
        ssc.queueStream([ones('a')]).mapWithState(
          StateSpec.function(runningCount).initialState(ssc.parallelize(ones('aa'), 2).reduceByKey((x, y) => x + y))));
      expect(first).to.deep.equal([1000, [['a', 3]]]);
    });

    it('counts as updated in the first batch', async () => {
      const spec = StateSpec.function((key: string, _value: number | undefined, state: State<number>) =>
        (state.isTimingOut() ? key : undefined)).initialState([['a', 1]]).timeout(2000);
      expect((await run([[], [], [], []], spec)).results).to.deep.equal([[], [], [], ['a']]);
    });
  });

  describe('timeout', () => {
    /** Gives the key and what kind of call it was. */
    const told = (key: string, value: number | undefined, state: State<number>, time: number): string => {
      if (state.isTimingOut()) return `${key} out ${String(state.get())} ${String(value)} at ${String(time)}`;
      if (value === 1) state.update((state.getOption() ?? 0) + 1);
      return `${key}${String(state.getOption())}`;
    };

    it('gives a key one last call when its last update is strictly before the batch time less the timeout', async () => {
      expect(await run([ones('a'), [], [], [], [], ones('a')], StateSpec.function(told).timeout(3000))).to.deep.equal({
        // 1000 < 4000 - 3000 is false; 1000 < 5000 - 3000 is true.
        results: [['a1'], [], [], [], ['a out 1 undefined at 5000'], ['a1']],
        snapshots: [[['a', 1]], [['a', 1]], [['a', 1]], [['a', 1]], [], [['a', 1]]],
      });
    });

    it('counts from any record of a key with state, updated or not', async () => {
      const noUpdate: Keyed[] = [['a', 0]];
      const batches = [ones('a'), noUpdate, noUpdate, noUpdate, [], [], []];
      const { results } = await run(batches, StateSpec.function(told).timeout(1000));
      expect(results).to.deep.equal([['a1'], ['a1'], ['a1'], ['a1'], [], ['a out 1 undefined at 6000'], []]);
    });

    it('does not count records of keys without state', async () => {
      const { results, snapshots } = await run([[['a', 0]], [], [], []], StateSpec.function(told).timeout(1000));
      expect(results).to.deep.equal([['aundefined'], [], [], []]);
      expect(snapshots).to.deep.equal([[], [], [], []]);
    });

    it('comes after the calls for records, the longest idle key first, and not for keys with a record in the batch', async () => {
      const { results } = await run([ones('dc'), ones('b'), ones('a'), [], ones('bc')], StateSpec.function(told).timeout(1000));
      expect(results).to.deep.equal([
        ['d1', 'c1'], ['b1'],
        ['a1', 'd out 1 undefined at 3000', 'c out 1 undefined at 3000'],
        ['b out 1 undefined at 4000'],
        ['b1', 'c1', 'a out 1 undefined at 5000'],
      ]);
    });

    it('emits nothing where the last call gives nothing, and forgets the key all the same', async () => {
      const spec = StateSpec.function((_key: string, value: number | undefined, state: State<number>) => {
        if (value !== undefined) state.update(value);
        return value;
      }).timeout(1000);
      expect(await run([ones('a'), [], []], spec)).to.deep.equal({
        results: [[1], [], []],
        snapshots: [[['a', 1]], [['a', 1]], []],
      });
    });

    it('comes back when the last call throws and the batch is tried again', async () => {
      let failures = 1;
      const spec = StateSpec.function((key: string, value: number | undefined, state: State<number>) => {
        if (!state.isTimingOut()) state.update((state.getOption() ?? 0) + (value ?? 0));
        else if (failures-- > 0) throw new Error('user code');
        return `${key}${String(state.get())}`;
      }).timeout(1000);
      expect(await run([ones('ab'), ones('b'), ones('b'), []], spec, { retries: 1 })).to.deep.equal({
        results: [['a1', 'b1'], ['b2'], ['b3', 'a1'], []],
        snapshots: [[['a', 1], ['b', 1]], [['a', 1], ['b', 2]], [['b', 3]], [['b', 3]]],
      });
    });

    it("comes only in checkpointed batches with compatibility: 'spark'", async () => {
      const lastCall = (key: string, value: number | undefined, state: State<number>): string | undefined => {
        if (value !== undefined) state.update(value);
        return state.isTimingOut() ? key : undefined;
      };
      const batches = Array.from({ length: 22 }, (_, index) => ones(index === 0 ? 'a' : index === 12 ? 'b' : ''));
      const times = async (interval: number | undefined): Promise<Output<string>[]> => {
        const outputs = await outputsOf(22_000, (ssc) => {
          const stream = ssc.queueStream([...batches]).mapWithState(StateSpec.function(lastCall).timeout(3000));
          return interval === undefined ? stream : stream.checkpoint(interval);
        }, { compatibility: 'spark', checkpointDirectory: 'checkpoints', startAt: 300_000 });
        return outputs.filter(([, records]) => records.length > 0);
      };
      // Every tenth batch since the start at 300,000 ms; a key of batch 301,000 ms is due from 305,000 ms on.
      expect(await times(undefined)).to.deep.equal([[310_000, ['a']], [320_000, ['b']]]);
      expect(await times(3000)).to.deep.equal([[306_000, ['a']], [318_000, ['b']]]);
    });
  });

  for (const numPartitions of [1, 2, 4, 7]) {
    it(`gives the same, in the same order, with ${String(numPartitions)} partitions`, async () => {
      const counts: number[] = [];
      const { ssc, clock } = program();
      const stream = ssc.queueStream(LETTERS.map((batch) => [...batch])).repartition(numPartitions)
        .mapWithState(StateSpec.function(runningCount).numPartitions(numPartitions));
      const [results, snapshots] = [recorded(stream), recorded(stream.stateSnapshots())];
      for (const output of [stream, stream.stateSnapshots()]) output.foreachRDD((rdd) => counts.push(rdd.partitionCount));
      await ssc.start();
      await clock.advance(5000);
      await ssc.stop();
      expect(new Set(counts)).to.deep.equal(new Set([numPartitions]));
      expect(results.at(-1)).to.deep.equal([5000, [['a', 4], ['b', 3]]]);
      expect(snapshots.at(-1)).to.deep.equal([5000, [['a', 4], ['b', 3], ['c', 1]]]);
    });
  }

  describe('versions', () => {
    it('takes a batch in once though several outputs read it, and without any output of its own', async () => {
      const { ssc, clock } = program();
      let calls = 0;
      const spec = StateSpec.function((key: string, value: number | undefined, state: State<number>) => {
        calls++;
        return runningCount(key, value, state);
      });
      const stream = ssc.queueStream([ones('a'), ones('a')]).mapWithState(spec);
      const outputs = [recorded(stream.stateSnapshots()), recorded(stream.stateSnapshots().map((pair) => pair))];
      await ssc.start();
      await clock.advance(2000);
      await ssc.stop();
      expect(calls).to.equal(2);
      for (const output of outputs) expect(output).to.deep.equal([[1000, [['a', 1]]], [2000, [['a', 2]]]]);
    });

    it('gives the snapshots and results of older batches as they were', async () => {
      const { ssc, clock } = program();
      const stream = ssc.queueStream([ones('a'), ones('ab'), [], ones('b')]).mapWithState(StateSpec.function(runningCount));
      const windows = recorded(stream.stateSnapshots().window(3000, 2000));
      recorded(stream.window(4000));
      await ssc.start();
      await clock.advance(4000);
      expect(windows).to.deep.equal([
        [2000, [['a', 1], ['a', 2], ['b', 1]]],
        [4000, [['a', 2], ['b', 1], ['a', 2], ['b', 1], ['a', 2], ['b', 2]]],
      ]);
      const collected = async (streams: DStream<Keyed>): Promise<Keyed[][]> =>
        Promise.all(streams.slice(1000, 4000).map((rdd) => rdd.collect()));
      for (let time = 0; time < 2; time++) {
        expect(await collected(stream)).to.deep.equal([[['a', 1]], [['a', 2], ['b', 1]], [], [['b', 2]]]);
      }
      expect((await collected(stream.stateSnapshots())).slice(-2)).to.deep.equal([[['a', 2], ['b', 1]], [['a', 2], ['b', 2]]]);
      await ssc.stop();
    });

    it('takes every batch in though what reads it slides slower', async () => {
      const outputs = await outputsOf(4000, (ssc) =>
        ssc.queueStream([ones('a'), ones('b'), ones('a'), ones('a')])
          .mapWithState(StateSpec.function(runningCount)).stateSnapshots().window(1000, 4000));
      expect(outputs).to.deep.equal([[4000, [['a', 3], ['b', 1]]]]);
    });

    it('goes on as if nothing had happened when a batch fails halfway and is tried again', async () => {
      const failing = (failures: number): StateSpec<string, number, number, string> =>
        StateSpec.function((key: string, value: number | undefined, state: State<number>, time) => {
          if (state.isTimingOut()) return `${key} out`;
          if (time === 3000 && key === 'c' && failures-- > 0) throw new Error('user code');
          const sum = (state.getOption() ?? 0) + (value ?? 0);
          if (sum === 3) state.remove();
          else state.update(sum);
          return `${key}${String(sum)}`;
        }).timeout(1000);
      const batches = [ones('ab'), ones('aab'), ones('abcab'), ones('abd'), [], []];
      const unbroken = await run(batches, failing(0));
      expect(unbroken.results[2]).to.deep.equal(['a1', 'b3', 'c1', 'a2', 'b1']);
      expect(await run(batches, failing(3), { retries: 3 })).to.deep.equal(unbroken);
    });
  });
});
