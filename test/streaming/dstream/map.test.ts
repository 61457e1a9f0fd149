import { expect } from 'chai';
import { ManualClock, type Pair, StreamingContext } from '../../../src/streaming';
import { outputsOf, recorded } from '../program';

const BATCHES = (): (readonly number[] | null)[] => [[1, 2, 3], [], null, [4]];

describe('operations on each RDD', () => {
  it('map, filter and flatMap give one RDD a batch, none where the parent has none', async () => {
    const clock = new ManualClock(0);
    const ssc = new StreamingContext({ batchInterval: 1000, clock });
    const numbers = ssc.queueStream(BATCHES());
    const mapped = recorded(numbers.map((n) => n * 10));
    const filtered = recorded(numbers.filter((n) => n !== 2));
    const flat = recorded(numbers.flatMap((n) => (n % 2 === 0 ? [n, n] : [])));
    await ssc.start();
    await clock.advance(4000);
    await ssc.stop();
    expect(mapped).to.deep.equal([[1000, [10, 20, 30]], [2000, []], [4000, [40]]]);
    expect(filtered).to.deep.equal([[1000, [1, 3]], [2000, []], [4000, [4]]]);
    expect(flat).to.deep.equal([[1000, [2, 2]], [2000, []], [4000, [4, 4]]]);
  });

  it('mapPartitions gives the function each whole partition', async () => {
    const outputs = await outputsOf(2000, (ssc) =>
      ssc
        .queueStream([[1, 2, 3, 4], []])
        .repartition(2)
        .mapPartitions((records) => [[...records]]),
    );
    expect(outputs).to.deep.equal([[1000, [[1, 2], [3, 4]]], [2000, [[], []]]]);
  });

  it('glom gives one array a partition', async () => {
    expect(await outputsOf(4000, (ssc) => ssc.queueStream(BATCHES()).repartition(2).glom())).to.deep.equal([
      [1000, [[1], [2, 3]]], [2000, [[], []]], [4000, [[], [4]]],
    ]);
  });

  it('mapValues and flatMapValues keep the keys', async () => {
    const batch: Pair<string, number>[] = [['a', 1], ['b', 2]];
    expect(await outputsOf(1000, (ssc) => ssc.queueStream([batch]).mapValues((n) => n + 1))).to.deep.equal([
      [1000, [['a', 2], ['b', 3]]],
    ]);
    expect(await outputsOf(1000, (ssc) => ssc.queueStream([batch]).flatMapValues((n) => [n, -n]))).to.deep.equal([
      [1000, [['a', 1], ['a', -1], ['b', 2], ['b', -2]]],
    ]);
  });

  it('repartition gives exactly as many partitions, also to an empty batch', async () => {
    const counts: number[] = [];
    const clock = new ManualClock(0);
    const ssc = new StreamingContext({ batchInterval: 1000, clock });
    ssc.queueStream<number>([[1, 2, 3], []]).repartition(4).foreachRDD((rdd) => counts.push(rdd.partitionCount));
    await ssc.start();
    await clock.advance(2000);
    await ssc.stop();
    expect(counts).to.deep.equal([4, 4]);
  });

  it('computes a stream that two outputs read once an output, and once in all when it is persisted', async () => {
    for (const persisted of [false, true]) {
      let calls = 0;
      const clock = new ManualClock(0);
      const ssc = new StreamingContext({ batchInterval: 1000, clock });
      const stream = ssc.queueStream([[1, 2]]).map((n) => {
        calls++;
        return n;
      });
      if (persisted) stream.persist();
      recorded(stream);
      recorded(stream.map((n) => n));
      await ssc.start();
      await clock.advance(1000);
      await ssc.stop();
      expect(calls).to.equal(persisted ? 2 : 4);
    }
  });
});
