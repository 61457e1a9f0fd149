import { expect } from 'chai';
import { ManualClock, type Pair, StreamingContext } from '../../../src/streaming';
import { rejectionOf } from '../program';

const ssc = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() });

describe('actions on keys and values', () => {
  for (const numPartitions of [1, 2, 4, 7]) {
    describe(`over ${String(numPartitions)} partitions`, () => {
      const pairs = ssc.parallelize<Pair<unknown, number>>(
        [['a', 1], [1, 2], ['1', 3], ['a', 4], [NaN, 5], [NaN, 6], [-0, 7], [0, 8], [null, 9], ['__proto__', 10]],
        numPartitions,
      );
      const keys = ['a', 1, '1', NaN, 0, null, '__proto__'];

      it('countByKey', async () => {
        expect([...(await pairs.countByKey())]).to.deep.equal(keys.map((key, index) => [key, [2, 1, 1, 2, 2, 1, 1][index]]));
      });

      it('countByValue', async () => {
        const counts = await pairs.keys().countByValue();
        expect(counts.get(0)).to.equal(2);
        expect(counts.get('1')).to.equal(1);
        expect(counts.size).to.equal(7);
      });

      it('collectAsMap gives the last value of each key', async () => {
        expect([...(await pairs.collectAsMap())]).to.deep.equal(keys.map((key, index) => [key, [4, 2, 3, 6, 8, 9, 10][index]]));
      });

      it('lookup gives all values of a key, in their order', async () => {
        expect(await pairs.lookup('a')).to.deep.equal([1, 4]);
        expect(await pairs.lookup(NaN)).to.deep.equal([5, 6]);
        expect(await pairs.lookup(0)).to.deep.equal([7, 8]);
        expect(await pairs.lookup(undefined)).to.deep.equal([]);
      });
    });
  }

  it('compare objects by value', async () => {
    const records = [{ x: 1, y: 2 }, { y: 2, x: 1 }, { x: 1 }];
    expect([...(await ssc.parallelize(records, 2).countByValue())]).to.deep.equal([[{ x: 1, y: 2 }, 2], [{ x: 1 }, 1]]);
    const pairs = ssc.parallelize(records).keyBy((record) => record);
    expect(await pairs.lookup({ y: 2, x: 1 })).to.have.length(2);
    expect((await pairs.collectAsMap()).size).to.equal(2);
  });

  it('refuse what cannot be a key', async () => {
    expect(await rejectionOf(ssc.parallelize([() => 1]).countByValue())).to.be.instanceOf(TypeError);
  });
});

describe('keys, values, groupBy and distinct', () => {
  it('take pairs apart', async () => {
    const pairs = ssc.parallelize<Pair<string, number>>([['a', 1], ['b', 2], ['a', 3]], 2);
    expect(await pairs.keys().collect()).to.deep.equal(['a', 'b', 'a']);
    expect(await pairs.values().collect()).to.deep.equal([1, 2, 3]);
  });

  it('groupBy keeps the order of the records of a group', async () => {
    for (const numPartitions of [1, 2, 4, 7]) {
      const rdd = ssc.parallelize([5, 2, 4, 1, 3, 2], numPartitions);
      expect((await rdd.groupBy((n) => n % 2 === 0, numPartitions).collect()).sort()).to.deep.equal([
        [false, [5, 1, 3]], [true, [2, 4, 2]],
      ]);
    }
  });

  it('distinct keeps the first of equal records', async () => {
    const records = [NaN, 1, '1', NaN, 1, null, undefined, null, '__proto__', '__proto__'];
    expect(await ssc.parallelize(records, 3).distinct().collect()).to.deep.equal([NaN, 1, '1', null, undefined, '__proto__']);
    const objects = [{ a: 1, b: 2 }, { b: 2, a: 1 }];
    expect(await ssc.parallelize(objects).distinct().collect()).to.deep.equal([{ a: 1, b: 2 }]);
    expect((await ssc.parallelize(records, 3).distinct(4).collect()).length).to.equal(6);
    expect(await ssc.parallelize([]).distinct().collect()).to.deep.equal([]);
  });
});
