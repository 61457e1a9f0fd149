import { expect } from 'chai';
import type { DStream, Pair } from '../../src/streaming';
import { program, recorded } from './program';

type Records = DStream<Pair<string, number>>;

/** Operations that give arrays of the values of a key. */
const GROUPING: Readonly<Record<string, (records: Records) => DStream<Pair<string, number[]>>>> = {
  groupByKey: (records) => records.groupByKey(),
  'groupBy of an RDD': (records) =>
    records.transform((rdd) => rdd.groupBy(([key]) => key).mapValues((pairs): number[] => pairs.map(([, value]) => value))),
  cogroup: (records) => records.cogroup(records).mapValues(([values]) => values),
  groupByKeyAndWindow: (records) => records.groupByKeyAndWindow(2000, 1000),
};

describe('the arrays of values that a function is given', () => {
  for (const [operation, group] of Object.entries(GROUPING)) {
    it(`are its own after ${operation}: what it does to them is seen by no other, nor when it is tried again`, async () => {
      const { ssc, clock, errors } = program({ retries: 1 });
      const grouped = group(ssc.queueStream([[['a', 3], ['a', 1], ['a', 2]], []]));
      const sorted = recorded(grouped.mapValues((values): number[] => values.sort((first, second) => first - second)));
      const first: unknown[] = [];
      let attempts = 0;
      grouped.foreachRDD(async (rdd, time) => {
        if (time > 1000) return;
        for (const [, values] of await rdd.collect()) first.push(values.shift());
        if (attempts++ === 0) throw new Error('once');
      });
      const plain = recorded(grouped);
      await ssc.start();
      await clock.advance(2000);
      await ssc.stop();
      expect(errors).to.deep.equal([]);
      expect(sorted[0]).to.deep.equal([1000, [['a', [1, 2, 3]]]]);
      expect(first).to.deep.equal([3, 3]);
      const again = operation === 'groupByKeyAndWindow' ? [['a', [3, 1, 2]]] : [];
      expect(plain).to.deep.equal([[1000, [['a', [3, 1, 2]]]], [2000, again]]);
    });
  }
});
