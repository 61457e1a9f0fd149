import { expect } from 'chai';
import { IllegalArgumentError, ManualClock, type Pair, StreamingContext } from '../../../src/streaming';
import { outputsOf, sorted } from '../program';

describe('count', () => {
  it('gives one number a batch, also 0, and nothing where there is no RDD', async () => {
    expect(await outputsOf(5000, (ssc) => ssc.queueStream([['a', 'b'], [], null, ['c']]).count())).to.deep.equal([
      [1000, [2]], [2000, [0]], [4000, [1]], [5000, [0]],
    ]);
  });

  it('counts over all partitions', async () => {
    const outputs = await outputsOf(1000, (ssc) => ssc.queueStream([[1, 2, 3, 4, 5]]).repartition(3).count());
    expect(outputs).to.deep.equal([[1000, [5]]]);
  });
});

describe('reduce', () => {
  it('gives one record a batch, and an empty RDD for a batch without records', async () => {
    expect(await outputsOf(3000, (ssc) => ssc.queueStream([[1, 2, 3], [], [7]]).reduce((a, b) => a + b))).to.deep.equal([
      [1000, [6]], [2000, []], [3000, [7]],
    ]);
  });

  it('keeps the order over partitions, for functions that are not commutative', async () => {
    for (const numPartitions of [1, 2, 4, 7]) {
      const outputs = await outputsOf(1000, (ssc) =>
        ssc.queueStream([['a', 'b', 'c', 'd', 'e']]).repartition(numPartitions).reduce((first, second) => first + second),
      );
      expect(outputs).to.deep.equal([[1000, ['abcde']]]);
    }
  });

  it('takes undefined and null as records', async () => {
    const seen = await outputsOf(1000, (ssc) =>
      ssc.queueStream<number | null | undefined>([[undefined, null, 1]]).reduce((a, b) => (a ?? 10) + (b ?? 20)),
    );
    expect(seen).to.deep.equal([[1000, [31]]]);
  });
});

describe('keyed operations', () => {
  const batches = (): Pair<string, number>[][] => [[['a', 1], ['b', 2], ['a', 3]], [], [['a', 4]]];

  it('reduceByKey', async () => {
    expect(await outputsOf(3000, (ssc) => ssc.queueStream(batches()).reduceByKey((a, b) => a + b))).to.deep.equal([
      [1000, [['a', 4], ['b', 2]]], [2000, []], [3000, [['a', 4]]],
    ]);
  });

  it('groupByKey', async () => {
    expect(await outputsOf(3000, (ssc) => ssc.queueStream(batches()).groupByKey())).to.deep.equal([
      [1000, [['a', [1, 3]], ['b', [2]]]], [2000, []], [3000, [['a', [4]]]],
    ]);
  });

  it('combineByKey', async () => {
    const outputs = await outputsOf(3000, (ssc) =>
      ssc.queueStream(batches()).repartition(2).combineByKey(
        (value) => `(${String(value)}`,
        (combined, value) => `${combined} ${String(value)}`,
        (first, second) => `${first})${second}`,
      ),
    );
    // Partitions are [a1] and [b2, a3] in the first batch.
    expect(outputs).to.deep.equal([[1000, [['a', '(1)(3'], ['b', '(2']]], [2000, []], [3000, [['a', '(4']]]]);
  });

  it('take a number of partitions', async () => {
    const sums = await outputsOf(1000, (ssc) => ssc.queueStream(batches()).reduceByKey((a, b) => a + b, 5));
    expect(sums.map(([time, pairs]) => [time, sorted(pairs)])).to.deep.equal([[1000, [['a', 4], ['b', 2]]]]);
  });

  it('refuse a number of partitions that is none, at once', () => {
    const stream = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() }).queueStream(batches());
    const add = (a: number, b: number): number => a + b;
    for (const build of [
      () => stream.reduceByKey(add, 0), () => stream.groupByKey(0), () => stream.combineByKey(() => 0, add, add, 0),
      () => stream.countByValue(0), () => stream.repartition(0), () => stream.reduceByKeyAndWindow(add, add, 1000, 1000, 0),
      () => stream.groupByKeyAndWindow(1000, 1000, 0), () => stream.countByValueAndWindow(1000, 1000, 0),
    ]) {
      expect(build).to.throw(IllegalArgumentError, 'number of partitions is 0');
    }
  });
});
