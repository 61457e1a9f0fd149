import { expect } from 'chai';
import { IllegalArgumentError, type DStream, type Pair, type QueuedBatch } from '../../../src/streaming';
import type { StreamingContext } from '../../../src/streaming/StreamingContext';
import { type Output, outputsOf, program, recorded, sorted } from '../program';

type Counts = Pair<string, number>;

/** Pairs of each letter and 1. */
function ones(letters: string): Counts[] {
  return Array.from(letters, (letter): Counts => [letter, 1]);
}

const sum = (values: readonly number[], state: number | undefined): number =>
  values.reduce((total, value) => total + value, state ?? 0);

function running(
  batches: QueuedBatch<Counts>[],
  build: (stream: DStream<Counts>, ssc: StreamingContext) => DStream<Counts>,
): Promise<Output<Counts>[]> {
  return outputsOf(batches.length * 1000, (ssc) => build(ssc.queueStream([...batches]), ssc));
}

describe('updateStateByKey', () => {
  it('gives the state of every key after every batch, in the order of first appearance', async () => {
    const outputs = await running([ones('a'), ones('ab'), ones('cab'), ones('ba'), ones('a'), []], (stream) =>
      stream.updateStateByKey(sum));
    expect(outputs).to.deep.equal([
      [1000, [['a', 1]]],
      [2000, [['a', 2], ['b', 1]]],
      [3000, [['a', 3], ['b', 2], ['c', 1]]],
      [4000, [['a', 4], ['b', 3], ['c', 1]]],
      [5000, [['a', 5], ['b', 3], ['c', 1]]],
      [6000, [['a', 5], ['b', 3], ['c', 1]]],
    ]);
  });

  it('calls the function for every key with state or values, in every batch, with all its values in their order', async () => {
    const calls: unknown[][] = [];
    await running([[['a', 1], ['b', 2], ['a', 3]], [['c', 4]], []], (stream) =>
      stream.updateStateByKey((values: number[], state: string | undefined, time) => {
        calls.push([time, [...values], state]);
        return `${state ?? ''}${values.join('')}`;
      }).mapValues(Number),
    );
    expect(calls).to.deep.equal([
      [1000, [1, 3], undefined], [1000, [2], undefined],
      [2000, [], '13'], [2000, [], '2'], [2000, [4], undefined],
      [3000, [], '13'], [3000, [], '2'], [3000, [], '4'],
    ]);
  });

  for (const nothing of [undefined, null]) {
    it(`forgets a key for ${String(nothing)}, and begins anew when it comes again`, async () => {
      // Counts batches without values since the last value, and gives up after two.
      const outputs = await running([ones('ab'), ones('b'), ones('b'), ones('b'), ones('ab'), null, null, null], (stream) =>
        stream.updateStateByKey((values, idle: number | undefined) => {
          const now = values.length > 0 ? 0 : (idle ?? 0) + 1;
          return now > 2 ? nothing : now;
        }),
      );
      expect(outputs).to.deep.equal([
        [1000, [['a', 0], ['b', 0]]],
        [2000, [['a', 1], ['b', 0]]],
        [3000, [['a', 2], ['b', 0]]],
        [4000, [['b', 0]]],
        [5000, [['b', 0], ['a', 0]]],
        [6000, [['b', 1], ['a', 1]]],
        [7000, [['b', 2], ['a', 2]]],
        [8000, []],
      ]);
    });
  }

  it('keeps states of 0, false and the empty text', async () => {
    const outputs = await outputsOf(2000, (ssc) =>
      ssc.queueStream([[['a', 0], ['b', false], ['c', '']] as Pair<string, unknown>[]])
        .updateStateByKey((values, state: unknown) => state ?? values[0]),
    );
    expect(outputs.map(([, records]) => records)).to.deep.equal([
      [['a', 0], ['b', false], ['c', '']],
      [['a', 0], ['b', false], ['c', '']],
    ]);
  });

  describe('where the parent has no RDD', () => {
    it('has none itself before there is any state, and goes on with empty values after', async () => {
      const outputs = await running([null, null, ones('a'), null, ones('a')], (stream) => stream.updateStateByKey(sum));
      expect(outputs).to.deep.equal([[3000, [['a', 1]]], [4000, [['a', 1]]], [5000, [['a', 2]]]]);
    });

    it('puts the initial state through the update', async () => {
      const outputs = await running([null, ones('a')], (stream) =>
        stream.updateStateByKey((values, state: number | undefined) => sum(values, state) + 10, {
          initialState: [['a', 1], ['b', 2]],
        }),
      );
      expect(outputs).to.deep.equal([[1000, [['a', 11], ['b', 12]]], [2000, [['a', 22], ['b', 22]]]]);
    });

    it('still has an RDD when all keys have gone', async () => {
      const outputs = await running([ones('a'), null, null], (stream) =>
        stream.updateStateByKey((values): number | undefined => (values.length > 0 ? 1 : undefined)),
      );
      expect(outputs).to.deep.equal([[1000, [['a', 1]]], [2000, []], [3000, []]]);
    });
  });

  describe('initial state', () => {
    const expected: Output<Counts>[] = [
      [1000, [['a', 2], ['c', 2]]],
      [2000, [['a', 3], ['c', 2], ['b', 1]]],
    ];

    it('counts as the state before the first batch', async () => {
      const outputs = await running([ones('a'), ones('ab')], (stream) =>
        stream.updateStateByKey(sum, { initialState: [['a', 1], ['c', 2]] }));
      expect(outputs).to.deep.equal(expected);
    });

    it('may be an RDD, also one that has to be computed', async () => {
      const outputs = await running([ones('a'), ones('ab')], (stream, ssc) =>
        stream.updateStateByKey(sum, { initialState: ssc.parallelize(ones('acc'), 3).reduceByKey((x, y) => x + y, 2) }));
      expect(outputs.map(([time, records]) => [time, sorted(records)])).to.deep.equal(
        expected.map(([time, records]) => [time, sorted(records)]),
      );
    });

    it('may be any pairs in a row, of which the first of equal keys holds', async () => {
      const pairs = new Map([['a', 5]]).entries();
      const [first] = await running([[]], (stream) => stream.updateStateByKey(sum, { initialState: [...pairs, ['a', 7]] }));
      expect(first).to.deep.equal([1000, [['a', 5]]]);
    });
  });

  it('compares keys by value', async () => {
    const outputs = await outputsOf(2000, (ssc) =>
      ssc.queueStream<Pair<readonly unknown[], number>>([[[['x', 1], 1], [['x', '1'], 2]], [[['x', 1], 3]]])
        .updateStateByKey(sum));
    expect(outputs[1]).to.deep.equal([2000, [[['x', 1], 4], [['x', '1'], 2]]]);
  });

  it('gives time and key to the form with (time, key, values, state)', async () => {
    const outputs = await running([ones('a'), ones('bb')], (stream) =>
      stream.updateStateByKeyWithTime((time, key, values, state: number | undefined) =>
        key === 'a' && time === 2000 ? undefined : (state ?? 0) + values.length * time));
    expect(outputs).to.deep.equal([[1000, [['a', 1000]]], [2000, [['b', 4000]]]]);
  });

  describe('by partition', () => {
    it('calls the function once a partition and batch; keys that it leaves out lose their state', async () => {
      const calls: unknown[] = [];
      const outputs = await running([ones('ab'), ones('b'), ones('a')], (stream) =>
        stream.updateStateByPartition((groups, time) => {
          const given = [...groups];
          calls.push([time, given]);
          return given.flatMap(([key, values, state]): Counts[] => (values.length === 0 ? [] : [[key, sum(values, state)]]));
        }));
      expect(calls).to.deep.equal([
        [1000, [['a', [1], undefined], ['b', [1], undefined]]],
        [2000, [['a', [], 1], ['b', [1], 1]]],
        [3000, [['b', [], 2], ['a', [1], undefined]]],
      ]);
      expect(outputs).to.deep.equal([[1000, [['a', 1], ['b', 1]]], [2000, [['b', 2]]], [3000, [['a', 1]]]]);
    });

    it('gives a key to the same partition in every batch', async () => {
      const partitions = new Map<string, Set<number>>();
      let call = 0;
      await running([ones('abcdefgh'), ones('hgfedcba'), []], (stream) =>
        stream.updateStateByPartition((groups) => {
          const partition = call++ % 3;
          return Array.from(groups, ([key, values, state]): Counts => {
            partitions.set(key, (partitions.get(key) ?? new Set()).add(partition));
            return [key, sum(values, state)];
          });
        }, 3));
      expect(call).to.equal(9);
      expect([...partitions.values()].map((used) => used.size)).to.deep.equal(Array(8).fill(1));
      expect(new Set([...partitions.values()].flatMap((used) => [...used])).size).to.equal(3);
    });
  });

  for (const numPartitions of [1, 2, 4, 7]) {
    it(`gives the same, in the same order, with ${String(numPartitions)} partitions`, async () => {
      let partitionCount = 0;
      const outputs = await running([ones('cab'), ones('bd'), []], (stream) =>
        stream.repartition(numPartitions).updateStateByKey(sum, numPartitions).transform((rdd) => {
          partitionCount = rdd.partitionCount;
          return rdd;
        }));
      expect(partitionCount).to.equal(numPartitions);
      expect(outputs).to.deep.equal([
        [1000, [['c', 1], ['a', 1], ['b', 1]]],
        [2000, [['c', 1], ['a', 1], ['b', 2], ['d', 1]]],
        [3000, [['c', 1], ['a', 1], ['b', 2], ['d', 1]]],
      ]);
    });
  }

  it('refuses what is no function, and partitions that there cannot be', () => {
    const stream = program().ssc.queueStream<Counts>([]);
    expect(() => stream.updateStateByKey(5 as never)).to.throw(
      IllegalArgumentError,
      'updateStateByKey was given a value of type number; it needs a function (values, state, time) => state.',
    );
    expect(() => stream.updateStateByKeyWithTime(null as never)).to.throw(
      IllegalArgumentError, 'updateStateByKeyWithTime was given null;');
    expect(() => stream.updateStateByPartition('x' as never)).to.throw(IllegalArgumentError, '(groups, time) => pairs');
    expect(() => stream.updateStateByKey(sum, 0)).to.throw(
      IllegalArgumentError, 'The number of partitions is 0; it must be a whole number above 0.');
  });

  describe('versions', () => {
    it('takes a batch in once, however many outputs read it', async () => {
      const { ssc, clock } = program();
      let calls = 0;
      const state = ssc.queueStream([ones('a'), ones('a'), ones('a')]).updateStateByKey((values, old: number | undefined) => {
        calls++;
        return sum(values, old);
      });
      const outputs = [recorded(state), recorded(state), recorded(state.map((pair) => pair))];
      await ssc.start();
      await clock.advance(3000);
      await ssc.stop();
      expect(calls).to.equal(3);
      for (const output of outputs) expect(output).to.deep.equal([[1000, [['a', 1]]], [2000, [['a', 2]]], [3000, [['a', 3]]]]);
    });

    it('keeps older versions as they were, for windows and slices', async () => {
      const { ssc, clock } = program();
      const state = ssc.queueStream([ones('a'), ones('ab'), ones('a'), ones('a')]).updateStateByKey(sum);
      const windows = recorded(state.window(3000, 2000));
      await ssc.start();
      await clock.advance(4000);
      expect(windows).to.deep.equal([
        [2000, [['a', 1], ['a', 2], ['b', 1]]],
        [4000, [['a', 2], ['b', 1], ['a', 3], ['b', 1], ['a', 4], ['b', 1]]],
      ]);
      const [second, third] = state.slice(2000, 3000);
      expect(await second?.collect()).to.deep.equal([['a', 2], ['b', 1]]);
      expect(await third?.collect()).to.deep.equal([['a', 3], ['b', 1]]);
      expect(await second?.collect()).to.deep.equal([['a', 2], ['b', 1]]);
      await ssc.stop();
    });

    it('takes every batch in though what reads it slides slower', async () => {
      const { ssc, clock } = program();
      const seen: [number, number][] = [];
      const outputs = recorded(ssc.queueStream([ones('a'), ones('aa'), ones('a'), ones('a')])
        .updateStateByKey((values, state: number | undefined, time) => {
          seen.push([time, clock.now()]);
          return sum(values, state);
        }).window(1000, 4000));
      await ssc.start();
      await clock.advance(4000);
      await ssc.stop();
      // Each in its own batch, not all at once when the window slides.
      expect(seen).to.deep.equal([[1000, 1000], [2000, 2000], [3000, 3000], [4000, 4000]]);
      expect(outputs).to.deep.equal([[4000, [['a', 5]]]]);
    });

    it('refers to nothing that it was made from, and is kept for as long as the context remembers', async () => {
      const { ssc, clock } = program();
      ssc.remember(3000);
      const state = ssc.queueStream([ones('a'), ones('ab'), ones('a')]).updateStateByKey(sum);
      recorded(state);
      await ssc.start();
      await clock.advance(3000);
      const versions = state.slice(1000, 3000);
      expect(versions.map((rdd) => rdd.dependencies)).to.deep.equal([[], [], []]);
      expect(await Promise.all(versions.map((rdd) => rdd.unpersist().collect()))).to.deep.equal([
        [['a', 1]], [['a', 2], ['b', 1]], [['a', 3], ['b', 1]],
      ]);
      await ssc.stop();
    });

    it('has nothing at times to come, and says so for times long gone', async () => {
      const { ssc, clock } = program();
      const state = ssc.queueStream([ones('a'), ones('a'), ones('a'), ones('a')]).updateStateByKey(sum);
      const outputs = recorded(state);
      await ssc.start();
      await clock.advance(2000);
      expect(state.slice(3000, 4000)).to.deep.equal([]);
      await clock.advance(2000);
      expect(outputs.at(-1)).to.deep.equal([4000, [['a', 4]]]);
      expect(() => state.slice(1000, 4000)).to.throw(
        'The state of 1000 ms is not remembered any more, only states after 3000 ms are; call remember on the context');
      await ssc.stop();
    });

    it('has no RDD where no batch ran', async () => {
      // Goes on a minute after another program stopped: ten missed batches run, those that a window closes in, and one for
      // the others.
      const { ssc, clock } = program({ startAfter: 1000, startAt: 60_500 });
      const updates: number[] = [];
      const state = ssc.queueStream([ones('a')]).updateStateByKey((values, old: number | undefined, time) => {
        updates.push(time);
        return sum(values, old);
      });
      // The direct output asks for a batch before the window asks for those that were left out.
      const [direct, windows] = [recorded(state), recorded(state.window(4000, 1000).count())];
      await ssc.start();
      await clock.advance(1000);
      await ssc.stop();
      expect(updates.slice(-3)).to.deep.equal([14_000, 60_000, 61_000]);
      expect(direct.map(([time]) => time)).to.deep.equal(updates);
      const ran = new Set(updates);
      for (const [time, [count]] of windows) {
        expect(count).to.equal([time - 3000, time - 2000, time - 1000, time].filter((at) => ran.has(at)).length);
      }
    });
  });

  describe('when a batch fails', () => {
    /** Throws in the second batch, once it has seen the first key. */
    function failing(times: number, inOutput: boolean): (ssc: StreamingContext, outputs: Output<Counts>[]) => void {
      let failures = times;
      let calls = 0;
      return (ssc, outputs) => {
        ssc.queueStream([ones('ab'), ones('abc'), ones('a')])
          .updateStateByKey((values, state: number | undefined, time) => {
            if (!inOutput && time === 2000 && calls++ % 3 === 1 && failures-- > 0) throw new Error('user code');
            return sum(values, state);
          })
          .foreachRDD(async (rdd, time) => {
            const records = await rdd.collect();
            if (inOutput && time === 2000 && failures-- > 0) throw new Error('sink');
            outputs.push([time, records]);
          });
      };
    }

    for (const inOutput of [false, true]) {
      it(`tries again as if nothing had happened (${inOutput ? 'output' : 'function'})`, async () => {
        const { ssc, clock, errors } = program({ retries: 3 });
        const outputs: Output<Counts>[] = [];
        failing(1, inOutput)(ssc, outputs);
        await ssc.start();
        await clock.advance(3000);
        await ssc.stop();
        expect(errors).to.deep.equal([]);
        expect(outputs).to.deep.equal([
          [1000, [['a', 1], ['b', 1]]],
          [2000, [['a', 2], ['b', 2], ['c', 1]]],
          [3000, [['a', 3], ['b', 2], ['c', 1]]],
        ]);
      });
    }

    it('has the error reported, and the failed batch in the state once it can be taken in', async () => {
      const { ssc, clock, errors } = program();
      const stream = ssc.queueStream([ones('a'), ones('a'), ones('a')]);
      const outputs = recorded(stream.updateStateByKey((values, state: number | undefined, time) => {
        if (time === 2000 && clock.now() < 3000) throw new Error('user code');
        return sum(values, state);
      }));
      await ssc.start();
      await clock.advance(3000);
      await ssc.stop();
      expect(errors[0]).to.equal('user code');
      expect(outputs).to.deep.equal([[1000, [['a', 1]]], [3000, [['a', 3]]]]);
    });
  });
});
