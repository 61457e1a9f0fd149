import { expect } from 'chai';
import * as fc from 'fast-check';
import type { DStream, Pair } from '../../../src/streaming';
import { counted, queued, windowsOf } from '../oracle/batches';
import { sparkInverseWindow } from '../oracle/sparkInverseWindow';
import { outputsOf, sorted } from '../program';

type KeyedNumber = Pair<string, number>;

const add = (a: number, b: number): number => a + b;

function sums(records: readonly KeyedNumber[]): [string, number][] {
  const found = new Map<string, number>();
  for (const [key, value] of records) found.set(key, (found.get(key) ?? 0) + value);
  return [...found];
}

function valuesOf(key: string, records: readonly KeyedNumber[]): number[] {
  return records.filter(([other]) => other === key).map(([, value]) => value);
}

interface Operation {
  readonly name: string;
  readonly build: (stream: DStream<KeyedNumber>, window: number, slide: number) => DStream<unknown>;
  /** What all records of a window come to; `seen`: whether this or an earlier window had any. */
  readonly expected: (records: readonly KeyedNumber[], seen: boolean) => unknown[];
}

const OPERATIONS: readonly Operation[] = [
  { name: 'window', build: (stream, window, slide) => stream.window(window, slide), expected: (records) => [...records] },
  {
    name: 'window, count',
    build: (stream, window, slide) => stream.window(window, slide).count(),
    expected: (records) => [records.length],
  },
  {
    name: 'window, map, reduce',
    build: (stream, window, slide) => stream.window(window, slide).map(([, value]) => value).reduce(add),
    expected: (records) => (records.length === 0 ? [] : [records.map(([, value]) => value).reduce(add)]),
  },
  {
    name: 'window, groupByKey',
    build: (stream, window, slide) => stream.window(window, slide).groupByKey().mapValues((values) => values.join(' ')),
    expected: (records) => sums(records).map(([key]) => [key, valuesOf(key, records).join(' ')]),
  },
  {
    name: 'reduceByWindow, plain',
    build: (stream, window, slide) => stream.map(([, value]) => value).reduceByWindow(add, window, slide),
    expected: (records) => (records.length === 0 ? [] : [records.map(([, value]) => value).reduce(add)]),
  },
  {
    name: 'reduceByWindow, inverse',
    build: (stream, window, slide) => stream.map(([, value]) => value).reduceByWindow(add, (a, b) => a - b, window, slide),
    expected: (records) => (records.length === 0 ? [] : [records.map(([, value]) => value).reduce(add)]),
  },
  {
    name: 'countByWindow',
    build: (stream, window, slide) => stream.countByWindow(window, slide),
    expected: (records, seen) => (seen ? [records.length] : []),
  },
  {
    name: 'countByValueAndWindow',
    build: (stream, window, slide) => stream.countByValueAndWindow(window, slide, 3),
    expected: (records) => counted(records, (first, second) => JSON.stringify(first) === JSON.stringify(second)),
  },
  {
    name: 'groupByKeyAndWindow',
    build: (stream, window, slide) => stream.groupByKeyAndWindow(window, slide, 3).mapValues((values) => values.join(' ')),
    expected: (records) => sums(records).map(([key]) => [key, valuesOf(key, records).join(' ')]),
  },
  {
    name: 'reduceByKeyAndWindow, plain',
    build: (stream, window, slide) => stream.reduceByKeyAndWindow(add, window, slide),
    expected: sums,
  },
  {
    name: 'reduceByKeyAndWindow, inverse',
    build: (stream, window, slide) => stream.reduceByKeyAndWindow(add, (a, b) => a - b, window, slide),
    expected: sums,
  },
];

const record = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: -9, max: 9 }));
const batch = fc.oneof({ weight: 5, arbitrary: fc.array(record, { maxLength: 4 }) }, { weight: 1, arbitrary: fc.constant(null) });

describe('windows against an oracle that computes each from the whole input', () => {
  for (const { name, build, expected } of OPERATIONS) {
    it(name, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(batch, { minLength: 1, maxLength: 20 }),
          fc.integer({ min: 1, max: 7 }),
          fc.integer({ min: 1, max: 7 }),
          fc.integer({ min: 0, max: 7999 }),
          fc.constantFrom(1, 2, 4, 7),
          async (batches, windowBatches, slideBatches, startAt, numPartitions) => {
            const [window, slide] = [windowBatches * 1000, slideBatches * 1000];
            const outputs = await outputsOf(
              batches.length * 1000,
              (ssc) => build(ssc.queueStream([...batches]).repartition(numPartitions), window, slide),
              { startAt, defaultParallelism: numPartitions },
            );
            let seen = false;
            const oracle = windowsOf(queued(batches, startAt), window, slide).map(({ time, records }): [number, unknown[]] => {
              seen ||= records.length > 0;
              return [time, expected(records, seen)];
            });
            expect(outputs.map(([time, records]) => [time, sorted(records)])).to.deep.equal(
              oracle.map(([time, records]) => [time, sorted(records)]),
            );
          },
        ),
        { numRuns: 60 },
      );
    });
  }
});

describe('the inverse window with compatibility: spark against the definition of Spark\'s', () => {
  for (const [name, filter] of [['without a filter', () => true], ['with a filter', (value: number) => value !== 0]] as const) {
    it(name, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(batch, { minLength: 1, maxLength: 20 }),
          fc.integer({ min: 1, max: 5 }),
          fc.integer({ min: 1, max: 5 }),
          fc.integer({ min: 0, max: 7999 }),
          fc.constantFrom(1, 2, 4, 7),
          async (batches, windowBatches, slideBatches, startAt, numPartitions) => {
            const [window, slide] = [windowBatches * 1000, slideBatches * 1000];
            const outputs = await outputsOf(
              batches.length * 1000,
              (ssc) =>
                ssc
                  .queueStream([...batches])
                  .reduceByKeyAndWindow(add, (a, b) => a - b, window, slide, numPartitions, ([, value]) => filter(value)),
              { startAt, compatibility: 'spark' },
            );
            const timed = queued(batches, startAt);
            const expected = sparkInverseWindow(timed, Math.floor(startAt / 1000) * 1000, window, slide, filter);
            expect(outputs.map(([time, records]) => [time, sorted(records)])).to.deep.equal(
              expected.map(({ time, records }) => [time, sorted(records)]),
            );
          },
        ),
        { numRuns: 100 },
      );
    });
  }
});
