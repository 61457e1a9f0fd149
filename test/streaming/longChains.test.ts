import { expect } from 'chai';
import type { DStream, Pair, RDD } from '../../src/streaming';
import { outputsOf, program, recorded } from './program';

/** More steps than calls fit on the call stack. */
const STEPS = 10_000;

const add = (a: number, b: number): number => a + b;

function repeated<T>(start: T, step: (before: T) => T, steps = STEPS): T {
  let last = start;
  for (let count = 0; count < steps; count++) last = step(last);
  return last;
}

describe('chains of 10,000 steps', function () {
  this.timeout(30_000);

  const chains: Record<string, (numbers: DStream<number>) => DStream<unknown>> = {
    map: (numbers) => repeated(numbers, (stream) => stream.map((n) => n + 1)),
    filter: (numbers) => repeated(numbers, (stream) => stream.filter(() => true)),
    mapPartitions: (numbers) => repeated(numbers, (stream) => stream.mapPartitions((records) => records)),
    reduce: (numbers) => repeated(numbers, (stream) => stream.reduce(add)),
    reduceByKey: (numbers) => repeated(numbers.map((n): Pair<number, number> => [0, n]), (stream) => stream.reduceByKey(add)),
    transform: (numbers) => repeated(numbers, (stream) => stream.transform((rdd) => rdd)),
    repartition: (numbers) => repeated(numbers, (stream) => stream.repartition(2)),
    persist: (numbers) => repeated(numbers, (stream) => stream.map((n) => n).persist()),
    window: (numbers) => repeated(numbers, (stream) => stream.window(1000)),
  };
  const expected: Record<string, unknown[]> = {
    map: [STEPS + 1, STEPS + 2],
    reduce: [3],
    reduceByKey: [[0, 3]],
  };
  for (const [name, build] of Object.entries(chains)) {
    it(`of ${name}`, async () => {
      const outputs = await outputsOf(2000, (ssc) => build(ssc.queueStream([[1, 2], []])));
      expect(outputs).to.deep.equal([[1000, expected[name] ?? [1, 2]], [2000, []]]);
    });
  }

  it('of updateStateByKey', async () => {
    const outputs = await outputsOf(2000, (ssc) =>
      repeated(ssc.queueStream<Pair<string, number>>([[['a', 1]], []]), (stream) =>
        stream.updateStateByKey<string, number, number>((values, state = 0) => values.reduce(add, state)), 2000),
    );
    // In the second batch each of the states adds what the one before it has.
    expect(outputs).to.deep.equal([[1000, [['a', 1]]], [2000, [['a', 2000]]]]);
  });

  it('of union, as an accumulator', async () => {
    const outputs = await outputsOf(1000, (ssc) => {
      const one = ssc.queueStream([[1]]);
      return repeated(one, (all) => all.union(one)).reduce(add);
    });
    expect(outputs).to.deep.equal([[1000, [STEPS + 1]]]);
  });

  it('remember what the last of them needs', async () => {
    const { ssc, clock } = program();
    const numbers = ssc.queueStream([[1]]);
    recorded(repeated(numbers, (stream) => stream.map((n) => n)).window(5000));
    await ssc.start();
    expect(numbers.rememberDuration).to.equal(6000);
    await clock.advance(1000);
    await ssc.stop();
  });

  it('of RDDs, whose partitions are computed in the middle of one another', async () => {
    const { ssc } = program();
    let calls = 0;
    const counting = (records: Iterable<number>): Iterable<number> => {
      calls++;
      return records;
    };
    const deep = repeated<RDD<number>>(ssc.parallelize([1, 2, 3], 2), (rdd) => rdd.mapPartitions(counting));
    expect(await deep.collect()).to.deep.equal([1, 2, 3]);
    expect(calls).to.equal(2 * STEPS);
    expect(await repeated<RDD<number>>(ssc.parallelize([3, 1, 2], 2), (rdd) => rdd.map((n) => n).persist()).collect()).to.deep.equal([3, 1, 2]);
  });
});
