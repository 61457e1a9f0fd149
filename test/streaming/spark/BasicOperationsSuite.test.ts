import { expect } from 'chai';
import {
  type DStream, IllegalArgumentError, type Pair, type RDD, StreamingContext, StreamingError, ManualClock,
} from '../../../src/streaming';
import { asSets, collected, context, errorOf, input, quietly, run, runTwo } from './harness';

type Words = Pair<string, string>;

/** What awaitTermination says after one batch of a program. */
async function terminationError(build: (ssc: StreamingContext) => DStream<unknown>, seconds = 1): Promise<Error> {
  const { ssc, clock } = context();
  collected(build(ssc));
  let error: Error | undefined;
  await quietly(async () => {
    await ssc.start();
    await clock.advance(seconds * 1000);
    error = await errorOf(() => ssc.awaitTermination());
    await ssc.stop();
  });
  if (error === undefined) throw new Error('No error.');
  return error;
}

describe('Spark: BasicOperationsSuite', () => {
  const numbers = [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]];

  it('map', async () => {
    expect(await run(numbers, (stream) => stream.map((n) => n.toString()))).to.deep.equal([
      ['1', '2', '3', '4'], ['5', '6', '7', '8'], ['9', '10', '11', '12'],
    ]);
  });

  it('flatMap', async () => {
    expect(await run([[1, 2], [3]], (stream) => stream.flatMap((n) => [n, n * 2]))).to.deep.equal([[1, 2, 2, 4], [3, 6]]);
  });

  it('filter', async () => {
    expect(await run(numbers, (stream) => stream.filter((n) => n % 2 === 0))).to.deep.equal([[2, 4], [6, 8], [10, 12]]);
  });

  it('glom', async () => {
    expect(await run(numbers, (stream) => stream.glom())).to.deep.equal([
      [[1, 2], [3, 4]], [[5, 6], [7, 8]], [[9, 10], [11, 12]],
    ]);
  });

  it('mapPartitions', async () => {
    const sums = (records: Iterable<number>): number[] => [[...records].reduce((sum, n) => sum + n, 0)];
    expect(await run(numbers, (stream) => stream.mapPartitions(sums))).to.deep.equal([[3, 7], [11, 15], [19, 23]]);
  });

  for (const [title, wanted] of [['more', 5], ['fewer', 2]] as const) {
    it(`repartition to ${title} partitions`, async () => {
      const batches = [Array.from({ length: 100 }, (_, n) => n + 1), Array.from({ length: 100 }, (_, n) => n + 101)];
      const outputs = await run(batches, (stream) => stream.repartition(wanted).glom(), { partitions: title === 'more' ? 2 : 5 });
      expect(outputs).to.have.lengthOf(2);
      for (const [index, partitions] of outputs.entries()) {
        expect(partitions).to.have.lengthOf(wanted);
        expect(partitions.flat().sort((one, other) => one - other)).to.deep.equal(batches[index]);
        // Spread evenly enough that no partition is empty.
        for (const partition of partitions) expect(partition).to.not.be.empty;
      }
    });
  }

  const letters = [['a', 'a', 'b'], ['', ''], []];

  it('groupByKey', async () => {
    const outputs = await run(letters, (stream) => stream.map((word) => [word, 1]).groupByKey());
    expect(asSets(outputs)).to.deep.equal([[['a', [1, 1]], ['b', [1]]], [['', [1, 1]]], []]);
  });

  it('reduceByKey', async () => {
    const outputs = await run(letters, (stream) => stream.map((word) => [word, 1]).reduceByKey((a, b) => a + b));
    expect(asSets(outputs)).to.deep.equal([[['a', 2], ['b', 1]], [['', 2]], []]);
  });

  it('reduce', async () => {
    expect(await run(numbers, (stream) => stream.reduce((a, b) => a + b))).to.deep.equal([[10], [26], [42]]);
  });

  it('reduce of an empty batch is an empty RDD', async () => {
    expect(await run([[], [1]], (stream) => stream.reduce((a, b) => a + b))).to.deep.equal([[], [1]]);
  });

  it('count, which is 0 for an empty batch', async () => {
    expect(await run([[], ['a'], ['a', 'b'], ['a', 'b', 'c']], (stream) => stream.count())).to.deep.equal([[0], [1], [2], [3]]);
  });

  it('countByValue', async () => {
    const batches = [[1, 1, 1, 2, 3], [1, 1, 1, 2, 3], [], [4, 4]];
    const outputs = await run(batches, (stream) => stream.countByValue());
    expect(asSets(outputs)).to.deep.equal([[[1, 3], [2, 1], [3, 1]], [[1, 3], [2, 1], [3, 1]], [], [[4, 2]]]);
  });

  it('mapValues', async () => {
    const outputs = await run(letters, (stream) =>
      stream.map((word): Pair<string, number> => [word, 1]).reduceByKey((a, b) => a + b).mapValues((count) => count + 10),
    );
    expect(asSets(outputs)).to.deep.equal([[['a', 12], ['b', 11]], [['', 12]], []]);
  });

  it('flatMapValues', async () => {
    const outputs = await run(letters, (stream) =>
      stream.map((word): Pair<string, number> => [word, 1]).reduceByKey((a, b) => a + b).flatMapValues((n) => [n, n + 10]),
    );
    expect(asSets(outputs)).to.deep.equal([[['a', 12], ['a', 2], ['b', 11], ['b', 1]], [['', 12], ['', 2]], []]);
  });

  it('union of a stream with what was mapped of it', async () => {
    const outputs = await run(numbers, (stream) => {
      const mapped = stream.map((n) => n.toString());
      return mapped.union(stream.map((n) => (n * 10).toString()));
    });
    expect(outputs[0]).to.deep.equal(['1', '2', '3', '4', '10', '20', '30', '40']);
    expect(outputs.map((batch) => batch.length)).to.deep.equal([8, 8, 8]);
  });

  it('union with an input stream that has no RDD fails the making of the batch', async () => {
    const error = await terminationError((ssc) => input(ssc, [[1]]).union(input(ssc, [null])));
    expect(error).to.be.instanceOf(StreamingError);
    expect(error.message).to.match(/couldn't generate an RDD from a parent/i);
  });

  it('StreamingContext.union', async () => {
    const outputs = await run([[1], [2]], (stream, ssc) =>
      ssc.union([stream, stream.map((n) => n + 4), stream.map((n) => n + 8)]),
    );
    expect(outputs).to.deep.equal([[1, 5, 9], [2, 6, 10]]);
  });

  it('StreamingContext.union refuses no streams, other contexts and other slides', () => {
    const { ssc } = context();
    const other = new StreamingContext({ batchInterval: 1000, clock: new ManualClock(0) });
    const one = input(ssc, [[1]]);
    expect(() => ssc.union([])).to.throw(IllegalArgumentError);
    expect(() => ssc.union([one, input(other, [[1]])])).to.throw(IllegalArgumentError);
    expect(() => ssc.union([one, one.window(2000, 2000)])).to.throw(IllegalArgumentError);
  });

  it('transform', async () => {
    expect(await run(numbers, (stream) => stream.transform((rdd) => rdd.map((n) => n.toString())))).to.deep.equal([
      ['1', '2', '3', '4'], ['5', '6', '7', '8'], ['9', '10', '11', '12'],
    ]);
  });

  it('transform runs on the driver at every batch, with the batch time', async () => {
    const times: number[] = [];
    await run(numbers, (stream) =>
      stream.transform((rdd, time) => {
        times.push(time);
        return rdd;
      }),
    );
    expect(times).to.deep.equal([1000, 2000, 3000]);
  });

  it('transform that gives null is an error', async () => {
    const error = await terminationError((ssc) => input(ssc, [[1]]).transform(() => null as unknown as RDD<number>));
    expect(error).to.be.instanceOf(StreamingError);
    expect(error.message).to.match(/must return an RDD/);
  });

  it('transform with an input stream that has no RDD is an error', async () => {
    const error = await terminationError((ssc) => input<number>(ssc, [null]).transform((rdd) => rdd));
    expect(error.message).to.match(/couldn't generate an RDD from a parent/i);
  });

  it('transformWith', async () => {
    const first = [['a', 'b'], ['a', ''], ['']];
    const second = [['a', 'b'], ['b', ''], []];
    const outputs = await runTwo(first, second, (one, other) => {
      const left = one.map((word): Words => [word, 'x']);
      const right = other.map((word): Words => [word, 'y']);
      return left.transformWith(right, (leftRDD, rightRDD) => leftRDD.join(rightRDD));
    });
    expect(asSets(outputs)).to.deep.equal([[['a', ['x', 'y']], ['b', ['x', 'y']]], [['', ['x', 'y']]], []]);
  });

  it('transformWith an input stream that has no RDD is an error', async () => {
    const error = await terminationError((ssc) => input(ssc, [[1]]).transformWith(input<number>(ssc, [null]), (one) => one));
    expect(error.message).to.match(/couldn't generate an RDD from a parent/i);
  });

  it('StreamingContext.transform', async () => {
    const outputs = await run([[1, 2], [3]], (stream, ssc) =>
      ssc.transform([stream, stream.map((n) => n * 10)], (rdds) => rdds[0].union(rdds[1])),
    );
    expect(outputs).to.deep.equal([[1, 2, 10, 20], [3, 30]]);
  });

  it('StreamingContext.transform with a stream that has no RDD is an error', async () => {
    const error = await terminationError((ssc) => ssc.transform([input(ssc, [null])], (rdds) => rdds[0]));
    expect(error.message).to.match(/couldn't generate an RDD from a parent/i);
  });

  const left = [['1', '2', '3'], ['1', '2', '2', '']];
  const keyed = (value: string) => (word: string): Words => [word, value];

  it('cogroup', async () => {
    const outputs = await runTwo([['a', 'a', 'b'], ['a', ''], ['']], [['a', 'a', 'b'], ['b', ''], []], (one, other) =>
      one.map((word): Pair<string, number> => [word, 1]).cogroup(other.map(keyed('x'))),
    );
    expect(asSets(outputs)).to.deep.equal([
      [['a', [[1, 1], ['x', 'x']]], ['b', [[1], ['x']]]],
      [['', [[1], ['x']]], ['a', [[1], []]], ['b', [[], ['x']]]],
      [['', [[1], []]]],
    ]);
  });

  const joinLeft = [['a', 'b'], ['a', ''], [''], []];
  const joinRight = [['a', 'b'], ['b', ''], [], ['']];

  it('join', async () => {
    const outputs = await runTwo(joinLeft, joinRight, (one, other) => one.map(keyed('1')).join(other.map(keyed('x'))));
    expect(asSets(outputs)).to.deep.equal([[['a', ['1', 'x']], ['b', ['1', 'x']]], [['', ['1', 'x']]], [], []]);
  });

  it('join gives every combination of values of a key', async () => {
    const outputs = await runTwo(left, [['1'], ['2', '2']], (one, other) => one.map(keyed('l')).join(other.map(keyed('r'))));
    expect(outputs.map((batch) => batch.length)).to.deep.equal([1, 4]);
  });

  it('leftOuterJoin', async () => {
    const outputs = await runTwo(joinLeft, joinRight, (one, other) => one.map(keyed('1')).leftOuterJoin(other.map(keyed('x'))));
    expect(asSets(outputs)).to.deep.equal([
      [['a', ['1', 'x']], ['b', ['1', 'x']]], [['', ['1', 'x']], ['a', ['1', null]]], [['', ['1', null]]], [],
    ]);
  });

  it('rightOuterJoin', async () => {
    const outputs = await runTwo(joinLeft, joinRight, (one, other) => one.map(keyed('1')).rightOuterJoin(other.map(keyed('x'))));
    expect(asSets(outputs)).to.deep.equal([
      [['a', ['1', 'x']], ['b', ['1', 'x']]], [['', ['1', 'x']], ['b', [null, 'x']]], [], [['', [null, 'x']]],
    ]);
  });

  it('fullOuterJoin', async () => {
    const outputs = await runTwo(joinLeft, joinRight, (one, other) => one.map(keyed('1')).fullOuterJoin(other.map(keyed('x'))));
    expect(asSets(outputs)).to.deep.equal([
      [['a', ['1', 'x']], ['b', ['1', 'x']]],
      [['', ['1', 'x']], ['a', ['1', null]], ['b', [null, 'x']]],
      [['', ['1', null]]],
      [['', [null, 'x']]],
    ]);
  });

  describe('updateStateByKey', () => {
    const arrivals = [[], ['a'], ['a', 'b'], ['a', 'b', 'c'], ['a', 'b'], ['a'], []];
    const counting = (values: number[], state: number | undefined): number => values.reduce((a, b) => a + b, 0) + (state ?? 0);
    const counts = [
      [], [['a', 1]], [['a', 2], ['b', 1]], [['a', 3], ['b', 2], ['c', 1]],
      [['a', 4], ['b', 3], ['c', 1]], [['a', 5], ['b', 3], ['c', 1]], [['a', 5], ['b', 3], ['c', 1]],
    ];
    const ones = (stream: DStream<string>): DStream<Pair<string, number>> => stream.map((word) => [word, 1]);

    it('simple', async () => {
      expect(asSets(await run(arrivals, (stream) => ones(stream).updateStateByKey(counting)))).to.deep.equal(counts);
    });

    it('simple, with a checkpoint directory', async () => {
      const directory = { checkpointDirectory: 'checkpoints' };
      const outputs = await run(arrivals, (stream) => ones(stream).updateStateByKey(counting), directory);
      expect(asSets(outputs)).to.deep.equal(counts);
    });

    it('with time and key', async () => {
      const outputs = await run(arrivals, (stream) =>
        ones(stream).updateStateByKeyWithTime((time, key, values, state: number | undefined) => {
          expect(time % 1000).to.equal(0);
          expect(key).to.be.a('string');
          return counting(values, state);
        }),
      );
      expect(asSets(outputs)).to.deep.equal(counts);
    });

    it('with an initial RDD', async () => {
      const outputs = await run([[], ['a'], ['a', 'b'], []], (stream, ssc) =>
        ones(stream).updateStateByKey(counting, { initialState: ssc.parallelize<Pair<string, number>>([['a', 1], ['c', 2]]) }),
      );
      expect(asSets(outputs)).to.deep.equal([
        [['a', 1], ['c', 2]], [['a', 2], ['c', 2]], [['a', 3], ['b', 1], ['c', 2]], [['a', 3], ['b', 1], ['c', 2]],
      ]);
    });

    it('with an initial state of pairs, by partitions', async () => {
      const outputs = await run([[], ['a'], ['a', 'b', 'c']], (stream) =>
        ones(stream).updateStateByPartition(
          (groups) => [...groups].map(([key, values, state]): Pair<string, number> => [key, counting(values, state)]),
          { initialState: [['a', 1], ['c', 2]] },
        ),
      );
      expect(asSets(outputs)).to.deep.equal([
        [['a', 1], ['c', 2]], [['a', 2], ['c', 2]], [['a', 3], ['b', 1], ['c', 3]],
      ]);
    });

    it('with an initial state and the time: keys that were not updated for two seconds leave', async () => {
      const outputs = await run([[], ['a'], ['a', 'b'], [], []], (stream) =>
        ones(stream).updateStateByKey<string, number, readonly [count: number, last: number]>(
          (values, state, time) => {
            const [count, last] = state ?? [0, time];
            const now = values.length > 0 ? time : last;
            return time - now >= 2000 ? undefined : [count + values.length, now];
          },
          { initialState: [['c', [5, 0]]] },
        ),
      );
      expect(asSets(outputs)).to.deep.equal([
        [['c', [5, 0]]], [['a', [1, 2000]]], [['a', [2, 3000]], ['b', [1, 3000]]], [['a', [2, 3000]], ['b', [1, 3000]]], [],
      ]);
    });

    it('object life cycle: a state that becomes undefined leaves, and begins afresh later', async () => {
      const outputs = await run([['a', 'b'], ['b'], ['b'], ['a', 'b'], [], []], (stream) =>
        ones(stream).updateStateByKey<string, number, { batches: number }>((values, state) => {
          if (values.length === 0) return undefined;
          return { batches: (state?.batches ?? 0) + 1 };
        }),
      );
      expect(asSets(outputs)).to.deep.equal([
        [['a', { batches: 1 }], ['b', { batches: 1 }]], [['b', { batches: 2 }]], [['b', { batches: 3 }]],
        [['a', { batches: 1 }], ['b', { batches: 4 }]], [], [],
      ]);
    });

    it('a batch without an RDD runs over the whole old state with no values', async () => {
      const outputs = await run([['a'], null, ['a']], (stream) => ones(stream).updateStateByKey(counting));
      expect(outputs).to.deep.equal([[['a', 1]], [['a', 1]], [['a', 2]]]);
    });

    it('no state and no RDD: no RDD', async () => {
      const outputs = await run([null, ['a']], (stream) => ones(stream).updateStateByKey(counting));
      expect(outputs).to.deep.equal([[['a', 1]]]);
    });
  });

  it('slice', async () => {
    const { ssc, clock } = context();
    const stream = input(ssc, [[1], [2], [3], [4]]);
    stream.foreachRDD(() => undefined);
    ssc.remember(10_000);
    await ssc.start();
    await clock.advance(4000);
    const records = async (from: number, to: number): Promise<number[]> => {
      const rdds = stream.slice(from, to);
      return (await Promise.all(rdds.map((rdd) => rdd.collect()))).flat();
    };
    expect(await records(1000, 1000)).to.deep.equal([1]);
    expect(await records(1000, 4000)).to.deep.equal([1, 2, 3, 4]);
    expect(await records(2000, 3000)).to.deep.equal([2, 3]);
    // Floored to the slide; the time before the first batch has none.
    expect(await records(0, 1500)).to.deep.equal([1]);
    expect(await records(2999, 3999)).to.deep.equal([2, 3]);
    await ssc.stop();
  });

  it('slice of a stream that has not been initialized', () => {
    const { ssc } = context();
    const stream = input(ssc, [[1], [2]]);
    expect(() => stream.slice(0, 1000)).to.throw(StreamingError, 'has not been initialized');
  });

  describe('RDD clean-up', () => {
    /** Which of the RDDs of batches 1 to `seconds` a stream still has: the same object each time it is asked. */
    async function remembered(
      seconds: number,
      build: (ssc: StreamingContext) => { output: DStream<unknown>; watched: DStream<unknown>[] },
      options = {},
    ): Promise<number[]> {
      const { ssc, clock } = context(options);
      const { output, watched } = build(ssc);
      output.foreachRDD((rdd) => rdd.count());
      await ssc.start();
      await clock.advance(seconds * 1000);
      const durations = watched.map((stream) => stream.rememberDuration);
      await ssc.stop();
      return durations;
    }

    it('map and window: the parents of a window are remembered for the window longer', async () => {
      expect(
        await remembered(10, (ssc) => {
          const stream = input(ssc, Array.from({ length: 10 }, (_, n) => [n]));
          const mapped = stream.map((n) => n + 1);
          const windowed = mapped.window(4000, 2000);
          return { output: windowed, watched: [windowed, mapped, stream] };
        }),
      ).to.deep.equal([2000, 6000, 6000]);
    });

    // A state needs its parent's RDD for one batch only, and asks for no more; Spark's parent stays as long as the state.
    it('updateStateByKey: twice the checkpoint interval', async () => {
      expect(
        await remembered(
          10,
          (ssc) => {
            const stream = input(ssc, Array.from({ length: 10 }, () => ['a']));
            const state = stream.map((word): Pair<string, number> => [word, 1]).updateStateByKey((values) => values.length);
            state.checkpoint(3000);
            return { output: state, watched: [state, stream] };
          },
          { checkpointDirectory: 'checkpoints' },
        ),
      ).to.deep.equal([6000, 1000]);
    });
  });
});
