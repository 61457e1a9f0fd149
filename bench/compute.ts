/**
 * map → filter → mean by key over 1,000 keys, through StreamingContext, beside a hand-written loop with a Map and plain +=.
 * Both see the same records, in turn, several times; the first rounds warm up and do not count.
 */
import { ManualClock, StreamingContext } from '../src/streaming';

const KEYS = 1000;
const RECORDS = 1_000_000;
const BATCH = 10_000;
const ROUNDS = 7;
const WARM_UP = 2;

interface Reading {
  readonly sensor: string;
  readonly celsius: number;
}

/** The same numbers in every run: a linear congruential generator (Numerical Recipes' constants). */
function readings(): Reading[] {
  let state = 42;
  return Array.from({ length: RECORDS }, (_, index) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return { sensor: `sensor-${String(index % KEYS)}`, celsius: state / 2 ** 26 };
  });
}

function byHand(batches: readonly (readonly Reading[])[]): number {
  let check = 0;
  for (const batch of batches) {
    const sums = new Map<string, { sum: number; count: number }>();
    for (const { sensor, celsius } of batch) {
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

async function throughStreams(batches: readonly (readonly Reading[])[]): Promise<number> {
  let check = 0;
  const clock = new ManualClock(0);
  const context = new StreamingContext({ batchInterval: 1000, clock });
  context
    .queueStream<Reading>([...batches])
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
  await clock.advance(batches.length * 1000);
  await context.stop();
  return check;
}

function median(values: readonly number[]): number {
  return [...values].sort((first, second) => first - second)[Math.floor(values.length / 2)] ?? NaN;
}

async function main(): Promise<void> {
  const all = readings();
  const batches = Array.from({ length: RECORDS / BATCH }, (_, index) => all.slice(index * BATCH, (index + 1) * BATCH));
  const hand: number[] = [];
  const streams: number[] = [];
  for (let round = 0; round < ROUNDS + WARM_UP; round++) {
    globalThis.gc?.();
    const start = performance.now();
    const expected = byHand(batches);
    const middle = performance.now();
    const found = await throughStreams(batches);
    const end = performance.now();
    if (Math.abs(found - expected) > 1e-6 * Math.abs(expected)) throw new Error(`The two disagree: ${String(found)} and ${String(expected)}.`);
    if (round < WARM_UP) continue;
    hand.push(middle - start);
    streams.push(end - middle);
  }
  const rate = (milliseconds: number): string => `${(RECORDS / milliseconds / 1000).toFixed(1)} M records/s`;
  console.log(`hand-written loop  ${rate(median(hand))}  (${String(ROUNDS)} rounds, ${rate(Math.max(...hand))} to ${rate(Math.min(...hand))})`);
  console.log(`StreamingContext   ${rate(median(streams))}  (${String(ROUNDS)} rounds, ${rate(Math.max(...streams))} to ${rate(Math.min(...streams))})`);
  console.log(`ratio              ${(median(hand) / median(streams)).toFixed(2)}`);
}

void main();
