import { expect } from 'chai';
import { ManualClock, type RDD, StreamingContext, StreamingError } from '../../../src/streaming';
import { rejectionOf } from '../program';

const ssc = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() });

/** An RDD that writes down every record that its function is called with. */
function counted(records: readonly number[], numPartitions = 1): { rdd: RDD<number>; calls: number[] } {
  const calls: number[] = [];
  const rdd = ssc.parallelize(records, numPartitions).map((record) => {
    calls.push(record);
    return record;
  });
  return { rdd, calls };
}

describe('RDD', () => {
  describe('laziness and lineage', () => {
    it('computes nothing before an action, and everything again for the next action', async () => {
      const { rdd, calls } = counted([1, 2, 3]);
      const doubled = rdd.map((n) => n * 2);
      expect(calls).to.deep.equal([]);
      expect(await doubled.collect()).to.deep.equal([2, 4, 6]);
      expect(calls).to.deep.equal([1, 2, 3]);
      await doubled.count();
      expect(calls).to.deep.equal([1, 2, 3, 1, 2, 3]);
    });

    it('does not compute a shuffle before an action, and computes it once', async () => {
      const { rdd, calls } = counted([1, 2, 3]);
      const sums = rdd.map((n) => [n % 2, n]).reduceByKey((a, b) => a + b);
      expect(calls).to.deep.equal([]);
      await sums.collect();
      expect(await sums.collect()).to.deep.equal([[1, 4], [0, 2]]);
      expect(calls).to.deep.equal([1, 2, 3]);
    });

    it('computes a persisted RDD once, and again from its lineage after unpersist', async () => {
      const { rdd, calls } = counted([1, 2, 3], 2);
      rdd.persist();
      expect(rdd.isKept).to.equal(false);
      await rdd.count();
      expect(rdd.isKept).to.equal(true);
      expect(await rdd.map((n) => -n).collect()).to.deep.equal([-1, -2, -3]);
      expect(calls).to.deep.equal([1, 2, 3]);
      rdd.unpersist();
      expect(await rdd.map((n) => -n).collect()).to.deep.equal([-1, -2, -3]);
      expect(calls).to.deep.equal([1, 2, 3, 1, 2, 3]);
    });

    it('computes only the partitions that are not kept yet', async () => {
      const { rdd, calls } = counted([1, 2, 3, 4], 2);
      rdd.cache();
      expect(await rdd.take(1)).to.deep.equal([1]);
      expect(calls).to.deep.equal([1, 2]);
      expect(await rdd.collect()).to.deep.equal([1, 2, 3, 4]);
      expect(calls).to.deep.equal([1, 2, 3, 4]);
    });

    it('does not look behind what is kept: a shuffle there does not run', async () => {
      const { rdd, calls } = counted([1, 2]);
      const shuffled = rdd.map((n) => [n, n]).reduceByKey((a, b) => a + b).map(([key]) => key).persist();
      await shuffled.materialise();
      expect(await shuffled.map((key) => key * 10).collect()).to.deep.equal([10, 20]);
      expect(calls).to.deep.equal([1, 2]);
    });

    it('computes everything when it is materialised', async () => {
      const { rdd, calls } = counted([1, 2, 3], 3);
      await rdd.materialise();
      expect(calls).to.deep.equal([1, 2, 3]);
      expect(rdd.isKept).to.equal(true);
    });

    it('does not keep a partition whose computation failed', async () => {
      let broken = true;
      const rdd = ssc.parallelize([1, 2]).map((n) => {
        if (broken && n === 2) throw new Error('not yet');
        return n;
      });
      rdd.persist();
      expect((await rejectionOf(rdd.collect())).message).to.equal('not yet');
      broken = false;
      expect(await rdd.collect()).to.deep.equal([1, 2]);
    });
  });

  describe('actions', () => {
    it('count, isEmpty, take, first', async () => {
      const rdd = ssc.parallelize([5, 6, 7], 2);
      expect(await rdd.count()).to.equal(3);
      expect(await rdd.isEmpty()).to.equal(false);
      expect(await rdd.take(0)).to.deep.equal([]);
      expect(await rdd.take(2)).to.deep.equal([5, 6]);
      expect(await rdd.take(9)).to.deep.equal([5, 6, 7]);
      expect(await rdd.first()).to.equal(5);
      const empty = rdd.filter(() => false);
      expect(await empty.count()).to.equal(0);
      expect(await empty.isEmpty()).to.equal(true);
      expect(await empty.take(1)).to.deep.equal([]);
      expect(await rejectionOf(empty.first())).to.be.instanceOf(StreamingError);
      expect(await rejectionOf(empty.reduce((a, b) => a + b))).to.be.instanceOf(StreamingError);
    });

    it('first gives a record that is undefined', async () => {
      expect(await ssc.parallelize([undefined, 1]).first()).to.equal(undefined);
    });

    it('first, take and isEmpty compute no more partitions than they need', async () => {
      const { rdd, calls } = counted([1, 2, 3, 4, 5, 6], 3);
      await rdd.first();
      await rdd.isEmpty();
      expect(calls).to.deep.equal([1, 2, 1, 2]);
      await rdd.take(3);
      expect(calls.slice(4)).to.deep.equal([1, 2, 3, 4]);
    });

    it('reduce combines partitions in their order, and takes records that are arrays for what they are', async () => {
      const words = ssc.parallelize(['a', 'b', 'c', 'd', 'e'], 3);
      expect(await words.reduce((first, second) => first + second)).to.equal('abcde');
      expect(await ssc.parallelize([[1], [2, 3]], 2).reduce((first, second) => [...first, ...second])).to.deep.equal([1, 2, 3]);
      expect(await ssc.parallelize([[1, [2]]]).reduce((first) => first)).to.deep.equal([1, [2]]);
    });

    it('foreachPartition gives each partition, also empty ones, and waits', async () => {
      const seen: number[][] = [];
      await ssc.parallelize([1, 2, 3], 4).foreachPartition(async (records) => {
        await Promise.resolve();
        seen.push([...records]);
      });
      expect(seen).to.have.length(4);
      expect(seen.flat()).to.deep.equal([1, 2, 3]);
    });

    it('collect gives an array of its own, which may be changed', async () => {
      const rdd = ssc.parallelize([1, 2]).persist();
      (await rdd.collect()).push(3);
      expect(await rdd.collect()).to.deep.equal([1, 2]);
    });
  });
});
