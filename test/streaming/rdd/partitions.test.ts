import { expect } from 'chai';
import * as fc from 'fast-check';
import { ManualClock, type RDD, StreamingContext } from '../../../src/streaming';
import { sorted } from '../program';

const ssc = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() });

/** One step, once on RDDs and once on plain arrays. */
interface Step {
  readonly name: string;
  readonly onRDD: (rdd: RDD<number>, numPartitions: number) => RDD<number>;
  readonly onArray: (records: readonly number[]) => number[];
  /** Whether the order of the results depends on the partitions. */
  readonly unordered?: true;
  /** Whether the result depends on the order of the input. */
  readonly ordered?: true;
}

const mirrored = (n: number): number[] => (n > 5 ? [n, -n] : []);

const keyOf = (n: number): number => ((n % 3) + 3) % 3;

function groups(records: readonly number[]): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const record of records) found.set(keyOf(record), [...(found.get(keyOf(record)) ?? []), record]);
  return found;
}

const sum = (records: readonly number[]): number => records.reduce((a, b) => a + b, 0);

/** Keyed steps give the same whatever order their input is in, so that they may follow one that has none. */
const STEPS: readonly Step[] = [
  { name: 'map', onRDD: (rdd) => rdd.map((n) => n * 2 + 1), onArray: (all) => all.map((n) => n * 2 + 1) },
  { name: 'filter', onRDD: (rdd) => rdd.filter((n) => n % 2 === 0), onArray: (all) => all.filter((n) => n % 2 === 0) },
  { name: 'flatMap', onRDD: (rdd) => rdd.flatMap(mirrored), onArray: (all) => all.flatMap(mirrored) },
  {
    name: 'mapPartitions',
    onRDD: (rdd) => rdd.mapPartitions((all) => [...all].map((n) => n + 1)),
    onArray: (all) => all.map((n) => n + 1),
  },
  {
    name: 'mapPartitionsAwaiting',
    onRDD: (rdd) => rdd.mapPartitionsAwaiting((all) => Promise.resolve(all.map((n) => n - 1))),
    onArray: (all) => all.map((n) => n - 1),
  },
  { name: 'repartition', onRDD: (rdd, numPartitions) => rdd.repartition(numPartitions), onArray: (all) => [...all] },
  { name: 'union', onRDD: (rdd) => rdd.union(rdd.map((n) => n + 100)), onArray: (all) => [...all, ...all.map((n) => n + 100)] },
  {
    name: 'keyBy, mapValues',
    onRDD: (rdd) => rdd.keyBy(keyOf).mapValues((n) => n * 3).map(([key, n]) => key + n),
    onArray: (all) => all.map((n) => keyOf(n) + n * 3),
  },
  { name: 'glom', onRDD: (rdd) => rdd.glom().flatMap((all) => all), onArray: (all) => [...all] },
  { name: 'coalesce', onRDD: (rdd, numPartitions) => rdd.coalesce(numPartitions), onArray: (all) => [...all] },
  { name: 'sortBy', onRDD: (rdd) => rdd.sortBy((n) => n), onArray: (all) => [...all].sort((a, b) => a - b) },
  {
    name: 'zipWithIndex',
    ordered: true,
    onRDD: (rdd) => rdd.zipWithIndex().map(([n, index]) => n * 2 + index),
    onArray: (all) => all.map((n, index) => n * 2 + index),
  },
  {
    name: 'sortBy with equal records',
    ordered: true,
    onRDD: (rdd, numPartitions) => rdd.sortBy(keyOf, false, numPartitions),
    onArray: (all) => [2, 1, 0].flatMap((key) => all.filter((n) => keyOf(n) === key)),
  },
  {
    name: 'distinct',
    unordered: true,
    onRDD: (rdd, numPartitions) => rdd.distinct(numPartitions),
    onArray: (all) => [...new Set(all)],
  },
  {
    name: 'groupBy',
    unordered: true,
    onRDD: (rdd, numPartitions) => rdd.groupBy(keyOf, numPartitions).map(([key, group]) => key * 1000 + sum(group)),
    onArray: (all) => [...groups(all)].map(([key, group]) => key * 1000 + sum(group)),
  },
  {
    name: 'subtract',
    unordered: true,
    onRDD: (rdd, numPartitions) => rdd.subtract(rdd.filter((n) => n > 3), numPartitions),
    onArray: (all) => all.filter((n) => n <= 3),
  },
  {
    name: 'intersection',
    unordered: true,
    onRDD: (rdd, numPartitions) => rdd.intersection(rdd.filter((n) => n > 3), numPartitions),
    onArray: (all) => [...new Set(all.filter((n) => n > 3))],
  },
  {
    name: 'reduceByKey',
    unordered: true,
    onRDD: (rdd, numPartitions) => rdd.keyBy(keyOf).reduceByKey((a, b) => a + b, numPartitions).map(([key, n]) => key * 1000 + n),
    onArray: (all) => [...groups(all)].map(([key, group]) => key * 1000 + sum(group)),
  },
  {
    name: 'groupByKey',
    unordered: true,
    onRDD: (rdd, numPartitions) =>
      rdd.keyBy(keyOf).groupByKey(numPartitions).flatMapValues((group) => group).map(([key, n]) => key + n),
    onArray: (all) => [...groups(all)].flatMap(([key, group]) => group.map((n) => key + n)),
  },
  {
    name: 'combineByKey',
    unordered: true,
    onRDD: (rdd, numPartitions) =>
      rdd
        .keyBy(keyOf)
        .combineByKey(
          (n) => ({ total: n, count: 1 }),
          (one, n) => ({ total: one.total + n, count: one.count + 1 }),
          (one, other) => ({ total: one.total + other.total, count: one.count + other.count }),
          numPartitions,
        )
        .map(([key, { total, count }]) => key + total * 7 + count),
    onArray: (all) => [...groups(all)].map(([key, group]) => key + sum(group) * 7 + group.length),
  },
];

describe('the number of partitions', () => {
  it('does not change the result of any program', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 20 }),
        fc.array(fc.constantFrom(...STEPS), { maxLength: 5 }),
        async (records, chosen) => {
          // What depends on order cannot follow what gives none.
          const firstUnordered = chosen.findIndex((step) => step.unordered);
          const steps = chosen.filter((step, index) => !step.ordered || firstUnordered < 0 || index < firstUnordered);
          let expected: number[] = [...records];
          for (const step of steps) expected = step.onArray(expected);
          const unordered = steps.some((step) => step.unordered);
          for (const numPartitions of [1, 2, 4, 7]) {
            let rdd = ssc.parallelize(records, numPartitions);
            for (const step of steps) rdd = step.onRDD(rdd, numPartitions);
            const found = await rdd.collect();
            const label = `${steps.map((step) => step.name).join(' ')} in ${String(numPartitions)} partitions`;
            expect(unordered ? sorted(found) : found, label).to.deep.equal(unordered ? sorted(expected) : expected);
            expect(await rdd.count(), label).to.equal(expected.length);
            if (expected.length > 0) expect(await rdd.reduce((a, b) => a + b), label).to.equal(sum(expected));
            expect(await rdd.isEmpty(), label).to.equal(expected.length === 0);
          }
        },
      ),
    );
  });
});
