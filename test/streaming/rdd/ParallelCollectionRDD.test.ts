import { expect } from 'chai';
import * as fc from 'fast-check';
import { IllegalArgumentError, ManualClock, type RDD, StreamingContext } from '../../../src/streaming';

const ssc = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() });

async function partitionsOf<T>(rdd: RDD<T>): Promise<T[][]> {
  return await rdd.runJob((iterate) => {
    const records: T[] = [];
    iterate((record) => records.push(record));
    return records;
  });
}

describe('parallelize', () => {
  it('cuts an array into neighbours of nearly equal number', async () => {
    expect(await partitionsOf(ssc.parallelize([1, 2, 3, 4, 5], 2))).to.deep.equal([[1, 2], [3, 4, 5]]);
    expect(await partitionsOf(ssc.parallelize([1], 3))).to.deep.equal([[], [], [1]]);
    expect(await partitionsOf(ssc.parallelize([]))).to.deep.equal([[]]);
  });

  it('never differs by more than one record between partitions, and keeps the order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer(), { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), async (records, count) => {
        for (const rdd of [ssc.parallelize(records, count), ssc.parallelize(records, 3).repartition(count)]) {
          const partitions = await partitionsOf(rdd);
          const sizes = partitions.map((partition) => partition.length);
          expect(partitions).to.have.length(count);
          expect(partitions.flat()).to.deep.equal(records);
          expect(Math.max(...sizes) - Math.min(...sizes)).to.be.at.most(1);
        }
      }),
    );
  });

  it('takes any iterable, as it is at that moment', async () => {
    const records = [1, 2];
    const rdd = ssc.parallelize(records);
    records.push(3);
    expect(await rdd.collect()).to.deep.equal([1, 2]);
    expect(await ssc.parallelize(new Set(['a', 'b'])).collect()).to.deep.equal(['a', 'b']);
  });

  for (const count of [0, -1, 1.5, NaN, Infinity]) {
    it(`refuses ${String(count)} partitions`, () => {
      expect(() => ssc.parallelize([1], count)).to.throw(IllegalArgumentError, String(count));
      expect(() => ssc.parallelize([1]).repartition(count)).to.throw(IllegalArgumentError, String(count));
      expect(() => ssc.parallelize([['a', 1] as const]).groupByKey(count)).to.throw(IllegalArgumentError, String(count));
    });
  }
});
