import { expect } from 'chai';
import * as fc from 'fast-check';
import { type BackpressureOptions, IllegalArgumentError, Receiver, StreamingContext } from '../../src/streaming';
import { type Program, program, type ProgramOptions } from './program';

class Feed extends Receiver<number> {
  onStart(): void {
    // The test stores.
  }

  onStop(): void {
    // Nothing is open.
  }
}

interface Controlled extends Program {
  readonly feed: Feed;
  /** The batches with their records. */
  readonly batches: [number, number[]][];
  readonly delays: number[];
}

/** A program over a receiver whose batches take as long as `duration` says, ms. */
function controlled(options: ProgramOptions, duration: (records: number) => number): Controlled {
  const parts = program(options);
  const feed = new Feed();
  const batches: [number, number[]][] = [];
  const delays: number[] = [];
  parts.ssc.receiverStream(feed).foreachRDD(async (rdd, time) => {
    const records = await rdd.collect();
    if (records.length > 0) await parts.clock.sleep(duration(records.length));
    batches.push([time, records]);
  });
  parts.ssc.addStreamingListener({ onBatchCompleted: ({ batchInfo }) => delays.push(batchInfo.schedulingDelay ?? NaN) });
  return { ...parts, feed, batches, delays };
}

const counts = (batches: readonly [number, number[]][]): number[] => batches.map(([, records]) => records.length);
const numbers = (count: number, from = 0): number[] => Array.from({ length: count }, (_, index) => from + index);

/** Ten records, ten records, then a hundred at once; every batch with records takes half a second. */
async function burst(options: ProgramOptions): Promise<number[]> {
  const { ssc, clock, feed, batches } = controlled(options, () => 500);
  await ssc.start();
  for (const count of [10, 10, 100]) {
    await clock.advance(600);
    feed.storeAll(numbers(count));
    await clock.advance(400);
  }
  await clock.advance(3000);
  await ssc.stop();
  return counts(batches);
}

describe('back-pressure', () => {
  const backpressure = { minRate: 1 };

  it("follows the measured speed with compatibility: spark, computed by hand", async () => {
    // 1,000: 10 records in 500 ms, the first measurement. 2,000: 10 records, 20 a second. So 20 at 3,000, 40 a second;
    // 40 at 4,000, 80 a second; the last 40 at 5,000.
    expect(await burst({ backpressure, compatibility: 'spark' })).to.deep.equal([10, 10, 20, 40, 40, 0]);
  });

  it('does not take a light load for the speed otherwise', async () => {
    expect(await burst({ backpressure })).to.deep.equal([10, 10, 100, 0, 0, 0]);
  });

  it('is off unless it is asked for', async () => {
    for (const off of [undefined, false, { ...backpressure, enabled: false }] as const) {
      const options = off === undefined ? {} : { backpressure: off };
      expect(await burst({ compatibility: 'spark', ...options })).to.deep.equal([10, 10, 100, 0, 0, 0]);
    }
  });

  it("has Spark's defaults when it is only switched on", async () => {
    // No estimate is below 100 a second.
    expect(await burst({ backpressure: true, compatibility: 'spark' })).to.deep.equal([10, 10, 100, 0, 0, 0]);
  });

  it('keeps to the initial rate until something has been measured', async () => {
    const { ssc, clock, feed, batches } = controlled({ backpressure: { initialRate: 30, minRate: 1 } }, () => 100);
    await ssc.start();
    feed.storeAll(numbers(1000));
    await clock.advance(4500);
    await ssc.stop();
    // 30 records in 100 ms are 300 a second, known after the second batch; 300 in 100 ms are 3,000.
    expect(counts(batches)).to.deep.equal([30, 30, 300, 640]);
  });

  it('never goes beyond the maximum rate, which also holds alone', async () => {
    for (const options of [{ receiverMaxRate: 40 }, { receiverMaxRate: 40, backpressure }]) {
      expect(await burst(options)).to.deep.equal([10, 10, 40, 40, 20, 0]);
    }
  });

  it('leaves alone what is stored as a block, as Spark does', async () => {
    const { ssc, clock, feed, batches } = controlled({ receiverMaxRate: 2 }, () => 0);
    await ssc.start();
    feed.storeAll([1, 2, 3]);
    await feed.storeBlock([4, 5, 6, 7]);
    feed.store(8);
    await clock.advance(3000);
    await ssc.stop();
    expect(batches).to.deep.equal([[1000, [1, 2, 4, 5, 6, 7]], [2000, [3, 8]], [3000, []]]);
  });

  it('brings an overloaded program back into time; without it the delay only grows', async () => {
    // 2 ms a record: 500 a second; 1,000 a second arrive.
    const run = async (options: ProgramOptions): Promise<Controlled> => {
      const parts = controlled(options, (records) => 2 * records);
      await parts.ssc.start();
      for (let second = 0; second < 60; second++) {
        await parts.clock.advance(999);
        parts.feed.storeAll(numbers(1000, second * 1000));
        await parts.clock.advance(1);
      }
      return parts;
    };
    const with_ = await run({ backpressure: true });
    const without = await run({});
    expect(Math.max(...with_.delays.slice(-10))).to.be.below(1000);
    expect(Math.min(...without.delays.slice(-10))).to.be.above(15_000);
    // Nothing is lost, nothing comes twice, and the order stays.
    const all = with_.batches.flatMap(([, records]) => records);
    expect(all).to.deep.equal(numbers(all.length));
    for (const { ssc, clock } of [with_, without]) {
      const stopping = ssc.stop();
      await clock.advance(60_000);
      await stopping;
    }
  });

  it('belongs to each receiver by itself', async () => {
    const { ssc, clock } = program({ backpressure, compatibility: 'spark' });
    const feeds = [new Feed(), new Feed()] as const;
    const seen: number[][] = [];
    const streams = feeds.map((feed) => ssc.receiverStream(feed).glom());
    ssc.union(streams).foreachRDD(async (rdd) => {
      const parts = await rdd.collect();
      seen.push(parts.map((part) => part.length));
      await clock.sleep(500);
    });
    await ssc.start();
    for (const [first, second] of [[10, 40], [10, 40], [100, 100]] as const) {
      feeds[0].storeAll(numbers(first));
      feeds[1].storeAll(numbers(second));
      await clock.advance(1000);
    }
    await clock.advance(0);
    // 20 and 80 a second.
    expect(seen).to.deep.equal([[10, 40], [10, 40], [20, 80]]);
    const stopping = ssc.stop();
    await clock.advance(1000);
    await stopping;
  });

  it('never loses, doubles or reorders a record, whatever the load', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(300), fc.nat(3000)), { minLength: 1, maxLength: 12 }),
        fc.constantFrom<BackpressureOptions>({ minRate: 1 }, { minRate: 20, initialRate: 50 }, { proportional: 0.5, derivative: 0.3, minRate: 5 }),
        fc.constantFrom(undefined, 'spark' as const),
        async (load, options, compatibility) => {
          const durations = load.map(([, duration]) => duration);
          const parts = controlled(
            { backpressure: options, gracefulStopTimeout: 10_000_000, ...(compatibility === undefined ? {} : { compatibility }) },
            () => durations.shift() ?? 10,
          );
          const { ssc, clock, feed, batches } = parts;
          await ssc.start();
          let stored = 0;
          for (const [count] of load) {
            feed.storeAll(numbers(count, stored));
            stored += count;
            await clock.advance(1000);
          }
          const stopping = ssc.stop({ gracefully: true });
          let stopped = false;
          void stopping.then(() => (stopped = true));
          while (!stopped) await clock.advance(10_000);
          expect(batches.flatMap(([, records]) => records)).to.deep.equal(numbers(stored));
        },
      ),
      { numRuns: 40 },
    );
  });

  for (const [options, message] of [
    [{ backpressure: { minRate: 0 } }, 'minRate is 0'],
    [{ backpressure: { enabled: false, integral: -1 } }, 'integral is -1'],
    [{ backpressure: { initialRate: 0 } }, 'initialRate is 0; it must be a number of records a second above 0'],
    [{ receiverMaxRate: -5 }, 'receiverMaxRate is -5'],
    [{ receiverRestartDelay: -1 }, 'receiverRestartDelay is -1'],
    [{ concurrentJobs: 0 }, 'concurrentJobs is 0; it must be a whole number of outputs that run at once, 1 or more'],
    [{ retries: 1.5 }, 'retries is 1.5'],
    [{ gracefulStopTimeout: 0 }, 'gracefulStopTimeout is 0'],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      expect(() => new StreamingContext({ batchInterval: 1000, ...options })).to.throw(IllegalArgumentError, message);
    });
  }
});
