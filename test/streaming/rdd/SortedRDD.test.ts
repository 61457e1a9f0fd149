import { expect } from 'chai';
import { IllegalArgumentError, ManualClock, type Pair, StreamingContext } from '../../../src/streaming';
import { rejectionOf } from '../program';

const ssc = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() });

const people: Pair<string, number>[] = [['Li', 30], ['Bo', 25], ['Al', 30], ['Cy', 25], ['Di', 41]];

describe('sorting', () => {
  for (const numPartitions of [1, 2, 4, 7]) {
    describe(`of ${String(numPartitions)} partitions`, () => {
      const rdd = ssc.parallelize(people, numPartitions);

      it('sortBy keeps the order of equal records, upwards and downwards', async () => {
        const names = (sorted: readonly Pair<string, number>[]): string[] => sorted.map(([name]) => name);
        expect(names(await rdd.sortBy(([, age]) => age).collect())).to.deep.equal(['Bo', 'Cy', 'Li', 'Al', 'Di']);
        expect(names(await rdd.sortBy(([, age]) => age, false).collect())).to.deep.equal(['Di', 'Li', 'Al', 'Bo', 'Cy']);
      });

      it('sortByKey sorts by the key alone', async () => {
        const pairs = ssc.parallelize<Pair<number, string>>([[2, 'a'], [10, 'b'], [2, 'c'], [-1, 'd'], [NaN, 'e']], numPartitions);
        expect(await pairs.sortByKey().values().collect()).to.deep.equal(['d', 'a', 'c', 'b', 'e']);
        expect(await pairs.sortByKey(false).values().collect()).to.deep.equal(['e', 'b', 'a', 'c', 'd']);
      });

      it('top and takeOrdered give the largest and the smallest, of equal ones those that come first', async () => {
        const numbers = ssc.parallelize([5, 1, 9, 9, -3, 7], numPartitions);
        expect(await numbers.top(3)).to.deep.equal([9, 9, 7]);
        expect(await numbers.takeOrdered(2)).to.deep.equal([-3, 1]);
        expect(await numbers.top(99)).to.deep.equal([9, 9, 7, 5, 1, -3]);
        expect(await numbers.takeOrdered(0)).to.deep.equal([]);
        const byAge = (first: Pair<string, number>, second: Pair<string, number>): number => first[1] - second[1];
        expect(await rdd.top(2, byAge)).to.deep.equal([['Di', 41], ['Li', 30]]);
        expect(await rdd.takeOrdered(3, byAge)).to.deep.equal([['Bo', 25], ['Cy', 25], ['Li', 30]]);
      });
    });
  }

  it('gives as many partitions as it is told, or as there were, of nearly equal size', async () => {
    const rdd = ssc.parallelize([4, 3, 2, 1], 2);
    expect(await rdd.sortBy((n) => n).glom().collect()).to.deep.equal([[1, 2], [3, 4]]);
    expect(await rdd.sortBy((n) => n, true, 3).glom().collect()).to.deep.equal([[1], [2], [3, 4]]);
    expect(() => rdd.sortBy((n) => n, true, 0)).to.throw(IllegalArgumentError, 'number of partitions is 0');
  });

  it('asks the function once a record', async () => {
    let calls = 0;
    const sorted = ssc.parallelize([3, 1, 2, 5, 4]).sortBy((n) => {
      calls++;
      return n;
    });
    expect(calls).to.equal(0);
    expect(await sorted.collect()).to.deep.equal([1, 2, 3, 4, 5]);
    await sorted.collect();
    expect(calls).to.equal(5);
  });

  it('finds the few best among many without holding all', async () => {
    const numbers = ssc.parallelize(Array.from({ length: 20_000 }, (_, index) => (index * 7919) % 20_011), 3);
    expect(await numbers.takeOrdered(3)).to.deep.equal([0, 1, 2]);
    const all = await numbers.collect();
    expect(await numbers.top(2000)).to.deep.equal(all.sort((a, b) => b - a).slice(0, 2000));
  });

  it('takes an RDD without records, and refuses records without an order', async () => {
    expect(await ssc.parallelize<number>([]).sortBy((n) => n).collect()).to.deep.equal([]);
    expect(await ssc.parallelize<number>([]).top(1)).to.deep.equal([]);
    expect(await rejectionOf(ssc.parallelize([{ a: 1 }, { a: 2 }]).sortBy((record) => record).collect())).to.be.instanceOf(
      IllegalArgumentError,
    );
  });
});
