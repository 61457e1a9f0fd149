import { expect } from 'chai';
import fc from 'fast-check';
import type { Aggregate } from '../../src/operators/aggregates/Aggregate';
import { aggregateNamed, aggregateNames } from '../../src/operators/aggregates';
import { ManualClock, StreamingContext } from '../../src/streaming';

/** A key, and the value of a record with its order coordinate. */
type Keyed = readonly [string, readonly [value: unknown, order: number]];

/** What each window gives for each key, computed with one of the named aggregates by the public operations. */
async function run(aggregate: Aggregate, batches: readonly (readonly Keyed[])[], partitions: number, seconds: number): Promise<unknown[]> {
  const clock = new ManualClock(0);
  const context = new StreamingContext({ batchInterval: 1000, clock });
  const copied = (partial: unknown): unknown => aggregate.merge(aggregate.zero(), partial);
  const folded = context.queueStream(batches.map((batch) => context.parallelize(batch, partitions))).combineByKey<string, Keyed[1], unknown>(
    ([value, order]) => (aggregate.accepts(value) ? aggregate.add(aggregate.zero(), value, order) : aggregate.zero()),
    (partial, [value, order]) => (aggregate.accepts(value) ? aggregate.add(partial, value, order) : partial),
    (one, other) => aggregate.merge(copied(one), other),
    partitions,
  );
  const merge = (one: unknown, other: unknown): unknown => aggregate.merge(copied(one), other);
  const { subtract } = aggregate;
  const windowed = subtract === undefined
    ? folded.reduceByKeyAndWindow(merge, seconds * 1000, 1000)
    : folded.reduceByKeyAndWindow(merge, (from, part) => subtract(copied(from), part), seconds * 1000, 1000);
  const results: unknown[] = [];
  windowed.foreachRDD(async (rdd, time) => {
    const pairs = await rdd.collect();
    const finished = pairs.map(([key, partial]): readonly [string, unknown] => [key, aggregate.finish(partial)]);
    results.push([time, finished.sort(([one], [other]) => (one < other ? -1 : 1))]);
  });
  await context.start();
  await clock.advance(batches.length * 1000);
  await context.stop();
  return results;
}

describe('the named aggregates, by the operations of streams', () => {
  const value = fc.oneof(fc.double(), fc.integer({ min: -3, max: 3 }), fc.constantFrom(NaN, Infinity, 1e308, -1e308, 1e-300, 'text', '2', null));
  const batch = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), value), { maxLength: 9 });

  for (const name of aggregateNames) {
    it(`${name} gives the same with 1, 2, 4 and 7 partitions, to the last bit, in every window`, async () => {
      const aggregate = aggregateNamed(name);
      await fc.assert(fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 3 }), async (drawn, seconds) => {
        let order = 0;
        const batches = drawn.map((records) => records.map(([key, each]): Keyed => [key, [each, order++]]));
        const expected = drawn.map((_, index) => {
          const inWindow = batches.slice(Math.max(0, index + 1 - seconds), index + 1).flat();
          const keys = [...new Set(inWindow.map(([key]) => key))].sort();
          return [(index + 1) * 1000, keys.map((key) => {
            let partial = aggregate.zero();
            for (const [own, [each, at]] of inWindow) if (own === key && aggregate.accepts(each)) partial = aggregate.add(partial, each, at);
            return [key, aggregate.finish(partial)];
          })];
        });
        for (const partitions of [1, 2, 4, 7]) {
          expect(await run(aggregate, batches, partitions, seconds), `${String(partitions)} partitions`).to.deep.equal(expected);
        }
      }), { numRuns: 6 });
    });
  }
});
