import { expect } from 'chai';
import * as fc from 'fast-check';
import { ManualClock, type Pair, StreamingContext } from '../../../src/streaming';

const ssc = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() });

/** Small numbers, so that many are equal. */
const numbers = fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 20 });
const pairs = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 3 })), { maxLength: 20 });

describe('actions, over 1, 2, 4 and 7 partitions, against arrays', () => {
  it('take, first, top, takeOrdered, isEmpty, reduce, count, foreach, foreachPartition', async () => {
    await fc.assert(fc.asyncProperty(numbers, fc.nat(22), async (all, limit) => {
      const upwards = [...all].sort((one, other) => one - other);
      for (const partitions of [1, 2, 4, 7]) {
        const rdd = ssc.parallelize(all, partitions);
        expect(await rdd.take(limit)).to.deep.equal(all.slice(0, limit));
        expect(await rdd.takeOrdered(limit)).to.deep.equal(upwards.slice(0, limit));
        expect(await rdd.top(limit)).to.deep.equal(upwards.toReversed().slice(0, limit));
        expect(await rdd.isEmpty()).to.equal(all.length === 0);
        expect(await rdd.count()).to.equal(all.length);
        const [each, whole]: [number[], number[]] = [[], []];
        await rdd.foreach((record) => each.push(record));
        await rdd.foreachPartition((records) => {
          whole.push(...records);
        });
        expect([each, whole]).to.deep.equal([all, all]);
        if (all.length === 0) continue;
        expect(await rdd.first()).to.equal(all[0]);
        expect(await rdd.map(String).reduce((one, other) => `${one} ${other}`)).to.equal(all.join(' '));
      }
    }), { numRuns: 60 });
  });

  it('countByKey, countByValue, collectAsMap, lookup, sortByKey', async () => {
    await fc.assert(fc.asyncProperty(pairs, async (drawn) => {
      const all: Pair<string, number>[] = drawn;
      const keys = [...new Set(all.map(([key]) => key))];
      const valuesOf = (wanted: string): number[] => all.filter(([key]) => key === wanted).map(([, value]) => value);
      for (const partitions of [1, 2, 4, 7]) {
        const rdd = ssc.parallelize(all, partitions);
        expect(await rdd.countByKey()).to.deep.equal(new Map(keys.map((key) => [key, valuesOf(key).length])));
        expect(await rdd.keys().countByValue()).to.deep.equal(new Map(keys.map((key) => [key, valuesOf(key).length])));
        expect(await rdd.collectAsMap()).to.deep.equal(new Map(keys.map((key) => [key, valuesOf(key).at(-1)])));
        for (const key of ['a', 'b', 'c', 'd']) expect(await rdd.lookup(key)).to.deep.equal(valuesOf(key));
        const sorted = ['a', 'b', 'c'].flatMap((key) => valuesOf(key).map((value) => [key, value]));
        expect(await rdd.sortByKey().collect()).to.deep.equal(sorted);
      }
    }), { numRuns: 60 });
  });
});
