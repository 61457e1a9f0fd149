import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ManualClock, type Pair, type State, StateSpec, StreamingContext } from '../../../src/streaming';
import { asSets, collected, context, input, quietly, run, runTwo } from './harness';

const add = (a: number, b: number): number => a + b;

describe('Spark: further rules of its operators', () => {
  it('join of windowed streams: what both have in their windows', async () => {
    const outputs = await runTwo([['a'], [], ['b']], [[], ['a'], []], (one, other) =>
      one.map((k) => [k, 'l']).window(2000).join(other.map((k) => [k, 'r']).window(2000)),
    );
    expect(outputs).to.deep.equal([[], [['a', ['l', 'r']]], []]);
  });

  it('a window over a window: multiples of the slide below', async () => {
    const outputs = await run([[1], [2], [3], [4], [5], [6], [7], [8]], (stream) =>
      stream.window(2000, 2000).reduce(add).window(4000, 4000),
    );
    expect(outputs).to.deep.equal([[3, 7], [11, 15]]);
  });

  it('an incremental window over a stream that slides', async () => {
    const outputs = await run([[1], [2], [3], [4], [5], [6]], (stream) =>
      stream.map((n) => ['k', n]).window(2000, 2000).reduceByKeyAndWindow(add, (a, b) => a - b, 4000),
    );
    expect(outputs).to.deep.equal([[['k', 3]], [['k', 10]], [['k', 18]]]);
  });

  it('union and join over different slides are refused', () => {
    const { ssc } = context();
    const stream = input(ssc, [[1]]).map((n) => [n, n]);
    expect(() => stream.join(stream.window(2000, 2000))).to.throw(/same slide duration/);
  });

  it('a window over a stream without RDDs: an empty RDD', async () => {
    const outputs = await run<number, number>([null, null, [1]], (stream) => stream.window(2000));
    expect(outputs.at(-1)).to.deep.equal([1]);
  });

  it('mapWithState over batches without RDDs: keys still time out, snapshots go on', async () => {
    const { ssc, clock } = context();
    const spec = StateSpec.function((key: string, value: number | undefined, state: State<number>) => {
      if (value !== undefined) state.update(value);
      return `${key} ${state.isTimingOut() ? 'over' : 'here'}`;
    }).timeout(1000);
    const mapped = input<Pair<string, number>>(ssc, [[['a', 1]], null, null, null]).mapWithState(spec);
    const outputs = collected(mapped);
    const snapshots = collected(mapped.stateSnapshots());
    await ssc.start();
    await clock.advance(4000);
    await ssc.stop();
    expect(outputs).to.deep.equal([['a here'], [], ['a over'], []]);
    expect(snapshots).to.deep.equal([[['a', 1]], [['a', 1]], [], []]);
  });

  it('slice of a state, where it is remembered', async () => {
    const { ssc, clock } = context();
    ssc.remember(10_000);
    const state = input(ssc, [['a'], ['a']])
      .map((word) => [word, 1])
      .updateStateByKey((values, old: number | undefined) => values.length + (old ?? 0));
    state.foreachRDD(() => undefined);
    await ssc.start();
    await clock.advance(3000);
    const counts = await Promise.all(state.slice(0, 3000).map((rdd) => rdd.collect()));
    await ssc.stop();
    expect(counts).to.deep.equal([[['a', 1]], [['a', 2]], [['a', 2]]]);
  });

  it('transform may read what the driver changes between batches', async () => {
    const { ssc, clock } = context();
    let factor = 1;
    const outputs = collected(input(ssc, [[1], [1]]).transform((rdd) => {
      const now = factor;
      return rdd.map((n) => n * now);
    }));
    await ssc.start();
    await clock.advance(1000);
    factor = 5;
    await clock.advance(1000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[1], [5]]);
  });

  it('join with an RDD of reference data, by transform', async () => {
    const outputs = await run([['a', 'b']], (stream, ssc) => {
      const names = ssc.parallelize<Pair<string, string>>([['a', 'Anna']]);
      return stream.map((key) => [key, 1]).transform((rdd) => rdd.leftOuterJoin(names));
    });
    expect(asSets(outputs)).to.deep.equal([[['a', [1, 'Anna']], ['b', [1, null]]]]);
  });

  it('a stop within foreachRDD, not awaited or awaited, ends the program', async () => {
    for (const awaited of [true, false]) {
      const { ssc, clock } = context();
      const times: number[] = [];
      input(ssc, [[1], [2], [3]]).foreachRDD(async (_rdd, time) => {
        times.push(time);
        if (time !== 2000) return;
        if (awaited) await ssc.stop();
        else void ssc.stop();
      });
      await ssc.start();
      await clock.advance(5000);
      await ssc.awaitTermination();
      expect(times).to.deep.equal([1000, 2000]);
      expect(ssc.getState()).to.equal('STOPPED');
    }
  });

  it('outputs run in the order of registration, batch after batch, also where one is slow', async () => {
    const { ssc, clock } = context();
    const order: string[] = [];
    const stream = input(ssc, [[1], [2]]);
    stream.foreachRDD(async (_rdd, time) => {
      if (time === 1000) await clock.sleep(2500);
      order.push(`first ${String(time)}`);
    });
    stream.foreachRDD((_rdd, time) => order.push(`second ${String(time)}`));
    await ssc.start();
    await clock.advance(3900);
    await ssc.stop();
    expect(order).to.deep.equal(['first 1000', 'second 1000', 'first 2000', 'second 2000', 'first 3000', 'second 3000']);
  });

  it('missed batches run one by one with their own times; more than ten become the last of them', async () => {
    class Jumping extends ManualClock {
      ahead = 0;
      override now(): number {
        return super.now() + this.ahead;
      }
      override monotonic(): number {
        return super.monotonic() + this.ahead;
      }
    }
    for (const [pause, expected] of [[5000, 6], [20_000, 12]] as const) {
      const clock = new Jumping(0);
      const ssc = new StreamingContext({ batchInterval: 1000, clock });
      const times: number[] = [];
      ssc.queueStream<number>([]).foreachRDD((_rdd, time) => times.push(time));
      await ssc.start();
      await clock.advance(500);
      clock.ahead = pause;
      await clock.advance(500);
      await ssc.stop();
      expect(times.slice(0, 3)).to.deep.equal([1000, 2000, 3000]);
      expect(times.at(-1)).to.equal(1000 + pause);
      expect(times.length).to.be.at.most(expected);
    }
  });

  it('print', async () => {
    const lines = await quietly(async () => {
      await run([Array.from({ length: 12 }, (_, n) => n)], (stream) => {
        stream.print();
        stream.map((n) => [n, `k${String(n)}`]).print(1);
        return stream;
      });
    });
    const rule = '-------------------------------------------';
    expect(lines).to.deep.equal([
      rule, 'Time: 1000 ms', rule, '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '...', '',
      rule, 'Time: 1000 ms', rule, '(0,k0)', '...', '',
    ]);
  });

  it('saveAsTextFiles: one folder a batch, named by prefix, time and suffix; read back by textFile', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dstream-spark-'));
    try {
      const { ssc, clock } = context();
      input(ssc, [['a', 'b'], ['c']]).saveAsTextFiles(join(folder, 'out'), 'txt');
      await ssc.start();
      await clock.advance(2000);
      await ssc.stop();
      expect((await readdir(folder)).sort()).to.deep.equal(['out-1000.txt', 'out-2000.txt']);
      const parts = await readdir(join(folder, 'out-1000.txt'));
      expect(parts.sort()).to.deep.equal(['_SUCCESS', 'part-00000', 'part-00001']);
      expect(await readFile(join(folder, 'out-1000.txt', 'part-00000'), 'utf8')).to.equal('a\n');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('RDD actions', async () => {
    const { ssc } = context();
    const rdd = ssc.parallelize([3, 1, 2, 3], 2);
    expect(rdd.getNumPartitions()).to.equal(2);
    expect(await rdd.collect()).to.deep.equal([3, 1, 2, 3]);
    expect(await rdd.count()).to.equal(4);
    expect(await rdd.first()).to.equal(3);
    expect(await rdd.take(3)).to.deep.equal([3, 1, 2]);
    expect(await rdd.top(2)).to.deep.equal([3, 3]);
    expect(await rdd.takeOrdered(2)).to.deep.equal([1, 2]);
    expect(await rdd.reduce(add)).to.equal(9);
    expect(await rdd.fold(0, add)).to.equal(9);
    expect(await rdd.aggregate(0, (count) => count + 1, add)).to.equal(4);
    expect(await rdd.sum()).to.equal(9);
    expect([await rdd.max(), await rdd.min()]).to.deep.equal([3, 1]);
    expect(await rdd.distinct().sortBy((n) => n).collect()).to.deep.equal([1, 2, 3]);
    expect(await rdd.sortBy((n) => n, false).collect()).to.deep.equal([3, 3, 2, 1]);
    expect(await rdd.isEmpty()).to.equal(false);
    expect([...(await rdd.countByValue())].sort()).to.deep.equal([[1, 1], [2, 1], [3, 2]]);
    const pairs = rdd.map((n) => [n % 2, n]);
    expect([...(await pairs.countByKey())].sort()).to.deep.equal([[0, 1], [1, 3]]);
    expect(await pairs.lookup(1)).to.deep.equal([3, 1, 3]);
    expect(new Map(await pairs.reduceByKey(add).collect())).to.deep.equal(new Map([[1, 7], [0, 2]]));
    expect(await pairs.sortByKey().keys().collect()).to.deep.equal([0, 1, 1, 1]);
    expect(await rdd.zipWithIndex().values().collect()).to.deep.equal([0, 1, 2, 3]);
    expect(rdd.union(ssc.parallelize([9])).getNumPartitions()).to.equal(3);
    const seen: number[] = [];
    await rdd.foreach((n) => { seen.push(n); });
    expect(seen).to.deep.equal([3, 1, 2, 3]);
  });

  it('results are the same in 1, 2, 4 and 7 partitions', async () => {
    const batches = [['a', 'b', 'a', 'c', 'b', 'd', 'e'], ['e', 'a'], []];
    const results: unknown[] = [];
    for (const partitions of [1, 2, 4, 7]) {
      const outputs = await run(
        batches,
        (stream) => stream.map((word) => [word, 0.1]).reduceByKeyAndWindow(add, 2000, 1000, partitions),
        { partitions },
      );
      results.push(asSets(outputs));
    }
    for (const result of results) expect(result).to.deep.equal(results[0]);
  });
});
