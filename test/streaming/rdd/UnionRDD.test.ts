import { expect } from 'chai';
import { ManualClock, StreamingContext } from '../../../src/streaming';
import { UnionRDD } from '../../../src/streaming/rdd/UnionRDD';

const ssc = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() });

describe('union of RDDs', () => {
  it('puts the partitions of one after those of the other, and removes nothing', async () => {
    const union = ssc.parallelize([1, 2, 3], 2).union(ssc.parallelize([3, 4], 3));
    expect(union.partitionCount).to.equal(5);
    expect(await union.collect()).to.deep.equal([1, 2, 3, 3, 4]);
  });

  it('takes empty RDDs, and an RDD with itself', async () => {
    const rdd = ssc.parallelize([1]);
    expect(await ssc.parallelize<number>([]).union(rdd).union(ssc.parallelize<number>([])).collect()).to.deep.equal([1]);
    expect(await rdd.union(rdd).collect()).to.deep.equal([1, 1]);
    const none = new UnionRDD<number>(ssc, []);
    expect(none.partitionCount).to.equal(0);
    expect(await new UnionRDD(ssc, [none, ssc.parallelize([2, 3], 2), none, none, rdd, none]).collect()).to.deep.equal([2, 3, 1]);
  });
});
