import { GraphRunner } from '../src/engine/GraphRunner';
import type { OfferedMessage } from '../src/engine/Engine';
import { ManualClock, StreamingContext } from '../src/streaming';
import { aggregate, map, OPTIONS, planOf, receiver, reduceByKey, sink } from '../test/engine/plans';
import type { Bench, Figures, Session } from './support/bench';
import { batchesOf, encoded, type Reading, readings } from './support/inputs';

const KEYS = 1000;
const RECORDS = 1_000_000;
const DRAWN_RECORDS = 200_000;
const BATCH = 10_000;
const BATCH_INTERVAL = 1000;

/**
 * map → filter → mean by key, through StreamingContext beside a hand-written loop, and drawn (raw JSON through a whole graph) beside
 * a loop that parses it.
 *
 * Other programs run first in the same process, with the same operations over texts, numbers and nested keys: so V8 has seen
 * many kinds of records and functions at each place of the library, as it has in a Node-RED with several flows. Programs and graphs then
 * run on through all rounds, as they do in life; both loops by hand are warm as well.
 */
const bench: Bench = {
  work: '1,000,000 sensor records of 1,000 keys in batches of 10,000: map → filter → mean by key',
  goal: 'at least 0.65 of a loop by hand with a Map and plain +=; drawn: most of the time is JSON.parse',
  rounds: 9,
  run: async (session) => {
    const scale = session.isQuick ? 100 : 1;
    await pollute();
    await compareStreams(session, batchesOf(readings(RECORDS / scale, KEYS), BATCH / scale));
    await compareDrawn(session, batchesOf(encoded(readings(DRAWN_RECORDS / scale, KEYS)), BATCH / scale));
  },
};

export default bench;

async function compareStreams(session: Session, batches: readonly (readonly Reading[])[]): Promise<void> {
  const queue: (readonly Reading[])[] = [];
  let check = 0;
  const clock = new ManualClock(0);
  const context = new StreamingContext({ batchInterval: BATCH_INTERVAL, clock });
  context
    .queueStream<Reading>(queue)
    .map(({ sensor, celsius }): readonly [string, number] => [sensor, celsius * 1.8 + 32])
    .filter(([, fahrenheit]) => fahrenheit >= 40)
    .combineByKey(
      (value) => ({ sum: value, count: 1 }),
      (partial, value) => {
        partial.sum += value;
        partial.count++;
        return partial;
      },
      (first, second) => ({ sum: first.sum + second.sum, count: first.count + second.count }),
    )
    .foreachRDD((rdd) =>
      rdd.foreach(([, { sum, count }]) => {
        check += sum / count;
      }),
    );
  await context.start();
  const expected = byHand(batches, (reading) => reading);
  await session.compare({
    name: 'StreamingContext',
    baseline: 'by hand',
    warmUp: 2,
    variants: [
      { name: 'by hand', run: () => timed(batches, () => byHand(batches, (reading) => reading)) },
      {
        name: 'StreamingContext',
        run: async () => {
          check = 0;
          const figures = await timed(batches, async () => {
            queue.push(...batches);
            await clock.advance(batches.length * BATCH_INTERVAL);
          });
          checkResult(check, expected);
          return figures;
        },
      },
    ],
  });
  await context.stop();
}

async function compareDrawn(session: Session, batches: readonly (readonly Buffer[])[]): Promise<void> {
  let check = 0;
  const clock = new ManualClock(0);
  const failed = (what: unknown): void => {
    throw new Error(JSON.stringify(what));
  };
  const runner = new GraphRunner(clock, {
    batch: () => undefined,
    output: ({ records }) => {
      for (const { payload } of records) check += (payload as { mean: number }).mean;
      return undefined;
    },
    problem: failed,
    progress: () => undefined,
    log: () => undefined,
    described: () => undefined,
    failed,
  });
  const plan = planOf([
    receiver({ format: 'json', key: { from: 'property', property: 'payload.sensor' } }),
    map('fahrenheit', 'in', 'return { fahrenheit: msg.payload.celsius * 1.8 + 32 };'),
    map('warm', 'fahrenheit', 'return msg.payload.fahrenheit >= 40;', 'filter'),
    reduceByKey('mean', 'warm', [aggregate('mean', 'payload.fahrenheit')]),
    sink('out', 'mean'),
  ], BATCH_INTERVAL);
  await runner.start(plan, OPTIONS);
  const parse = (payload: Buffer): Reading => JSON.parse(payload.toString()) as Reading;
  const expected = byHand(batches, parse);
  await session.compare({
    name: 'drawn, JSON',
    baseline: 'by hand',
    warmUp: 2,
    variants: [
      { name: 'by hand', run: () => timed(batches, () => byHand(batches, parse)) },
      {
        name: 'drawn',
        run: async () => {
          check = 0;
          const figures = await timed(batches, async () => {
            for (const batch of batches) {
              await runner.offer('in', batch.map((payload): OfferedMessage => ({ payload, topic: 'sensors' })));
              await clock.advance(BATCH_INTERVAL);
            }
          });
          checkResult(check, expected);
          return figures;
        },
      },
    ],
  });
  await runner.stop();
}

function byHand<T>(batches: readonly (readonly T[])[], read: (record: T) => Reading): number {
  let check = 0;
  for (const batch of batches) {
    const sums = new Map<string, { sum: number; count: number }>();
    for (const record of batch) {
      const { sensor, celsius } = read(record);
      const fahrenheit = celsius * 1.8 + 32;
      if (fahrenheit < 40) continue;
      const present = sums.get(sensor);
      if (present === undefined) sums.set(sensor, { sum: fahrenheit, count: 1 });
      else {
        present.sum += fahrenheit;
        present.count++;
      }
    }
    for (const { sum, count } of sums.values()) check += sum / count;
  }
  return check;
}

async function timed(batches: readonly (readonly unknown[])[], work: () => unknown): Promise<Figures> {
  const records = batches.reduce((sum, { length }) => sum + length, 0);
  const start = performance.now();
  await work();
  return { 'records/s': records / (performance.now() - start) * 1000 };
}

function checkResult(found: number, expected: number): void {
  if (Math.abs(found - expected) > 1e-9 * Math.abs(expected)) {
    throw new Error(`The means add up to ${String(found)}, and by hand to ${String(expected)}: one of the two is wrong.`);
  }
}

/** Runs other programs over other kinds of records. */
async function pollute(): Promise<void> {
  const clock = new ManualClock(0);
  const context = new StreamingContext({ batchInterval: BATCH_INTERVAL, clock });
  const batches = 60;
  const numbers = context.queueStream(Array.from({ length: batches }, (_, batch) =>
    Array.from({ length: 1000 }, (_, index) => ((index * batch) % 131) + 0.5)));
  const words = numbers.map((number) => `word ${String(number)}`);
  const seen: unknown[] = [];
  const keep = (result: unknown): void => {
    seen[0] = result;
  };
  words.map((word): [string, number] => [word, 1]).reduceByKey((first, second) => first + second).foreachRDD((rdd) => rdd.foreach(keep));
  words.flatMap((word) => [word, word.length])
    .map((value): [unknown, object] => [[value], { value }])
    .filter(([, { constructor }]) => constructor === Object)
    .mapValues((value) => [value])
    .groupByKey()
    .foreachRDD((rdd) => rdd.foreach(keep));
  numbers.filter((number) => number > 10)
    .map((number): [number, { number: number }] => [Math.floor(number), { number }])
    .combineByKey((value) => [value], (all, value) => [...all.slice(-3), value], (first) => first)
    .map(([key, values]) => key * values.length)
    .reduce((first, second) => Math.max(first, second))
    .foreachRDD((rdd) => rdd.foreach(keep));
  await context.start();
  await clock.advance(batches * BATCH_INTERVAL);
  await context.stop();
}
