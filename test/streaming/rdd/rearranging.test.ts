import { expect } from 'chai';
import { IllegalArgumentError, ManualClock, StreamingContext } from '../../../src/streaming';

const ssc = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() });

describe('operations on partitions and places', () => {
  it('getNumPartitions', () => {
    expect(ssc.parallelize([1], 3).getNumPartitions()).to.equal(3);
    expect(ssc.parallelize([1], 3).union(ssc.parallelize([2])).getNumPartitions()).to.equal(4);
  });

  it('glom gives one array a partition, also for an empty one', async () => {
    expect(await ssc.parallelize([1, 2, 3], 2).glom().collect()).to.deep.equal([[1], [2, 3]]);
    expect(await ssc.parallelize([], 2).glom().collect()).to.deep.equal([[], []]);
  });

  it('glom gives arrays of its own, which may be changed', async () => {
    const rdd = ssc.parallelize([1, 2]).persist();
    (await rdd.glom().first()).push(3);
    expect(await rdd.collect()).to.deep.equal([1, 2]);
  });

  it('mapPartitionsWithIndex numbers the partitions from 0', async () => {
    const labelled = ssc
      .parallelize(['a', 'b', 'c'], 2)
      .mapPartitionsWithIndex((partition, records) => [...records].map((record) => `${String(partition)}${record}`), true);
    expect(await labelled.collect()).to.deep.equal(['0a', '1b', '1c']);
    // Numbers are its own, also behind others.
    expect(await ssc.parallelize(['z']).union(labelled).mapPartitionsWithIndex((partition) => [partition]).collect()).to.deep.equal([
      0, 1, 2,
    ]);
    expect(await ssc.parallelize([1, 2], 2).mapPartitions((records) => [...records, 0], true).collect()).to.deep.equal([1, 0, 2, 0]);
  });

  it('zipWithIndex gives each record its place among all', async () => {
    for (const numPartitions of [1, 2, 4, 7]) {
      expect(await ssc.parallelize(['a', 'b', 'c'], numPartitions).zipWithIndex().collect()).to.deep.equal([
        ['a', 0], ['b', 1], ['c', 2],
      ]);
    }
    expect(await ssc.parallelize([3, 4, 5, 6], 2).filter((n) => n !== 3).zipWithIndex().collect()).to.deep.equal([
      [4, 0], [5, 1], [6, 2],
    ]);
    expect(await ssc.parallelize([], 2).zipWithIndex().collect()).to.deep.equal([]);
  });

  it('coalesce puts neighbours together and never makes more partitions, unless it shuffles', async () => {
    const rdd = ssc.parallelize([1, 2, 3, 4, 5], 5);
    expect(await rdd.coalesce(2).glom().collect()).to.deep.equal([[1, 2], [3, 4, 5]]);
    expect(rdd.coalesce(9).getNumPartitions()).to.equal(5);
    expect(rdd.coalesce(9, true).getNumPartitions()).to.equal(9);
    expect(await rdd.coalesce(9, true).collect()).to.deep.equal([1, 2, 3, 4, 5]);
    expect(() => rdd.coalesce(0)).to.throw(IllegalArgumentError, 'above 0');
  });
});

describe('sample', () => {
  const numbers = Array.from({ length: 10_000 }, (_, index) => index);

  it('is the same for the same seed, whatever the partitions, and another for another seed', async () => {
    const once = await ssc.parallelize(numbers).sample(false, 0.1, 42).collect();
    for (const numPartitions of [2, 4, 7]) {
      expect(await ssc.parallelize(numbers, numPartitions).sample(false, 0.1, 42).collect()).to.deep.equal(once);
    }
    expect(await ssc.parallelize(numbers).sample(false, 0.1, 43).collect()).to.not.deep.equal(once);
  });

  it('takes each record at most once without replacement, in about the wanted number and in order', async () => {
    const taken = await ssc.parallelize(numbers).sample(false, 0.3, 1).collect();
    // Six standard deviations: sqrt(10,000 * 0.3 * 0.7) = 45.8.
    expect(taken.length).to.be.within(2725, 3275);
    expect(taken).to.deep.equal([...new Set(taken)].sort((a, b) => a - b));
    expect(await ssc.parallelize(numbers).sample(false, 0, 1).count()).to.equal(0);
    expect(await ssc.parallelize(numbers).sample(false, 1, 1).count()).to.equal(10_000);
  });

  it('takes records again with replacement: how often is distributed as Poisson has it', async () => {
    const counts = await ssc.parallelize(numbers).sample(true, 2, 7).countByValue();
    const times = [0, 1, 2, 3, 4].map((k) => numbers.filter((n) => (counts.get(n) ?? 0) === k).length);
    // exp(-2) * 2^k / k! of 10,000, each within six standard deviations (at most 6 * 44.4).
    for (const [k, expected] of [1353, 2707, 2707, 1804, 902].entries()) expect(times[k]).to.be.closeTo(expected, 267);
    const many = await ssc.parallelize([1, 2, 3, 4]).sample(true, 1200, 3).count();
    expect(many).to.be.closeTo(4800, 6 * Math.sqrt(4800));
  });

  it('refuses fractions out of range, and a missing seed', () => {
    const rdd = ssc.parallelize([1]);
    for (const fraction of [-0.1, 1.1, NaN]) expect(() => rdd.sample(false, fraction, 1)).to.throw(IllegalArgumentError, '0 to 1');
    expect(() => rdd.sample(true, Infinity, 1)).to.throw(IllegalArgumentError, '0 or more');
    expect(() => rdd.sample(false, 0.5, NaN)).to.throw(IllegalArgumentError, 'seed is NaN');
  });
});
