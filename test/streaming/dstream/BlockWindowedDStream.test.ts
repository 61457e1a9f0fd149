import { expect } from 'chai';
import * as fc from 'fast-check';
import type { DStream, Pair } from '../../../src/streaming';
import { queued, windowsOf } from '../oracle/batches';
import { type Output, outputsOf, program, type ProgramOptions, recorded, sorted } from '../program';
import { type Build, Lives } from '../recovery/Lives';

const add = (a: number, b: number): number => a + b;

/** `start`, `start + 1`, ... up to `end`. */
const range = (start: number, end: number): number[] => Array.from({ length: end - start + 1 }, (_, index) => start + index);

/** The calls of the function at each batch from 1,000 ms on, for a window over batches of one record each. */
async function callsOf(batches: number, window: number, slide: number, keyOf: (n: number) => number): Promise<number[]> {
  const { ssc, clock } = program();
  let calls = 0;
  const counted = (a: number, b: number): number => {
    calls++;
    return a + b;
  };
  const numbers = ssc.queueStream(range(1, batches).map((n) => [n]));
  recorded(numbers.map((n): Pair<number, number> => [keyOf(n), n]).reduceByKeyAndWindow(counted, window, slide));
  await ssc.start();
  const found: number[] = [];
  for (let batch = 0; batch < batches; batch++) {
    calls = 0;
    await clock.advance(1000);
    found.push(calls);
  }
  await ssc.stop();
  return found;
}

describe('windows that are put together from blocks', () => {
  /** Texts put together: associative, and neither commutative nor to be undone. */
  const join = (a: string, b: string): string => a + b;

  it('have every batch once and in order, while blocks come and go', async () => {
    // Of the batches 6 to 25: the blocks are 9 to 12, 13 to 16, 17 to 20 and 21 to 24.
    const outputs = await outputsOf(40_000, (ssc) =>
      ssc.queueStream(range(1, 40).map((n) => [`${String(n)} `])).reduceByWindow(join, 20_000, 1000),
    );
    const expected = range(1, 40).map((n): Output<string> => [n * 1000, [range(Math.max(1, n - 19), n).map((one) => `${String(one)} `).join('')]]);
    expect(outputs).to.deep.equal(expected);
  });

  it('give what an oracle gives that computes each from the whole input, keys in the order in which they come', async () => {
    const record = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('u', 'v', 'w', 'x', 'y', 'z'));
    const batch = fc.oneof({ weight: 3, arbitrary: fc.array(record, { maxLength: 3 }) }, { weight: 1, arbitrary: fc.constant(null) });
    const settings = fc.record({
      window: fc.integer({ min: 2, max: 70 }),
      slide: fc.integer({ min: 1, max: 4 }),
      startAt: fc.integer({ min: 0, max: 99_999 }),
      numPartitions: fc.constantFrom(1, 2, 4, 7),
    });
    await fc.assert(fc.asyncProperty(fc.array(batch, { minLength: 20, maxLength: 90 }), settings, async (batches, setting) => {
      const { window, slide, startAt, numPartitions } = setting;
      const [windowDuration, slideDuration] = [Math.max(window, 2 * slide) * 1000, slide * 1000];
      const outputs = await outputsOf(
        batches.length * 1000,
        (ssc) => ssc.queueStream([...batches]).reduceByKeyAndWindow(join, windowDuration, slideDuration, numPartitions),
        { startAt },
      );
      const expected = windowsOf(queued(batches, startAt), windowDuration, slideDuration).map(({ time, records }): Output<unknown> => {
        const texts = new Map<string, string>();
        for (const [key, text] of records) texts.set(key, (texts.get(key) ?? '') + text);
        return [time, [...texts]];
      });
      if (numPartitions === 1) expect(outputs).to.deep.equal(expected);
      const unordered = (all: readonly Output<unknown>[]): unknown => all.map(([time, records]) => [time, sorted(records)]);
      expect(unordered(outputs)).to.deep.equal(unordered(expected));
    }), { numRuns: 80 });
  });

  it('call the function some ten times a slide, however long they are', async () => {
    const calls = await callsOf(700, 256_000, 1000, () => 0);
    const later = calls.slice(300);
    // From all batches it would be 255 each time. At most 6 * log4(256) = 24 blocks, and the making of four of them.
    expect(Math.max(...later)).to.be.below(24 + 4 * 3);
    expect(later.reduce(add) / later.length).to.be.below(16);
  });

  it('are put together from their batches where they hardly overlap', async () => {
    expect((await callsOf(16, 4000, 4000, () => 0)).filter((count) => count > 0)).to.deep.equal([3, 3, 3, 3]);
    expect((await callsOf(17, 5000, 3000, () => 0)).filter((count) => count > 0)).to.deep.equal([2, 4, 4, 4, 4]);
  });

  it('combine nothing twice that was combined in a block before', async () => {
    // 1 + 1, + 1 more, and so on; at 4 s the block (0, 4] has been made, at 8 s (4, 8], and is combined with what is before it.
    expect(await callsOf(8, 8000, 1000, () => 0)).to.deep.equal([0, 1, 2, 3, 1, 2, 3, 4]);
  });

  it('call it not at all where no two batches have the same key', async () => {
    expect(await callsOf(50, 32_000, 1000, (n) => n)).to.deep.equal(Array<number>(50).fill(0));
  });

  it('forget blocks that no later window has', async () => {
    let calls = 0;
    const counted = (a: number, b: number): number => {
      calls++;
      return a + b;
    };
    const { ssc, clock } = program();
    const windows = ssc.queueStream(range(1, 41).map((n) => [n])).reduceByWindow(counted, 16_000, 1000);
    recorded(windows);
    await ssc.start();
    await clock.advance(41_000);
    calls = 0;
    // The window (24, 40] has four blocks of four; the first of them is in no window that is still to come, and is made again.
    const [rdd] = windows.slice(40_000, 40_000);
    expect(await rdd?.collect()).to.deep.equal([520]);
    expect(calls).to.equal(3 + 3);
    await ssc.stop();
  });

  it('can be asked for afterwards, as slices of the past', async () => {
    const { ssc, clock } = program();
    ssc.remember(100_000);
    const windows = ssc.queueStream(range(1, 30).map((n) => [n])).reduceByWindow(add, 16_000, 2000);
    windows.foreachRDD(() => undefined);
    await ssc.start();
    await clock.advance(30_000);
    const sums = await Promise.all(windows.slice(14_000, 30_000).map((rdd) => rdd.collect()));
    // The sum of 16 numbers up to n: 16 * n - 120.
    expect(sums).to.deep.equal([[105], ...[16, 18, 20, 22, 24, 26, 28, 30].map((n) => [16 * n - 120])]);
    await ssc.stop();
  });

  it('are tried again as a whole when the function throws', async () => {
    let call = 0;
    const failing = (a: number, b: number): number => {
      // At its calls 1, 4, 9, 16, ...
      if (Number.isInteger(Math.sqrt(++call))) throw new Error('once');
      return a + b;
    };
    const { ssc, clock, errors } = program({ retries: 20 });
    const outputs = recorded(ssc.queueStream(range(1, 40).map((n) => [n])).reduceByWindow(failing, 20_000, 1000));
    await ssc.start();
    await clock.advance(40_000);
    await ssc.stop();
    expect(errors).to.deep.equal([]);
    const sum = (first: number, last: number): number => ((first + last) * (last - first + 1)) / 2;
    expect(outputs).to.deep.equal(range(1, 40).map((n) => [n * 1000, [sum(Math.max(1, n - 19), n)]]));
  });

  describe('after a crash', () => {
    // Sums of doubles depend on how they are put together, in their last bits.
    const numbers = range(1, 60).map((n) => [Math.sin(n) * 10 ** (n % 9), Math.cos(n)]);
    const programs: Record<string, Build<number>> = {
      'reduceByKeyAndWindow': (input: DStream<number>) =>
        input.map((n): Pair<boolean, number> => [n > 0, n]).reduceByKeyAndWindow(add, 20_000, 1000),
      'reduceByWindow': (input: DStream<number>) => input.reduceByWindow(add, 17_000, 2000),
    };
    for (const [name, build] of Object.entries(programs)) {
      it(`give the same to the last bit as those of a program that never ended: ${name}`, async () => {
        for (const options of [{}, { compatibility: 'spark' }] as readonly ProgramOptions[]) {
          const whole = new Lives(build);
          whole.now = 3000;
          const undisturbed = await whole.start(options);
          await whole.feed(undisturbed, numbers);
          await whole.stop(undisturbed);
          for (const crashAfter of [7, 22, 41]) {
            const lives = new Lives(build, crashAfter);
            lives.now = 3000;
            const first = await lives.start({ checkpointInterval: 5000, ...options });
            await lives.feed(first, numbers.slice(0, crashAfter));
            lives.crash(first);
            const second = await lives.start({ checkpointInterval: 5000, ...options });
            await lives.feed(second, numbers.slice(crashAfter));
            await lives.stop(second);
            const results = new Map([...first.outputs, ...second.outputs]);
            expect([...results], `a crash after ${String(crashAfter)} batches`).to.deep.equal(undisturbed.outputs);
          }
        }
      });
    }
  });
});
