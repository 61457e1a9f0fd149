import { expect } from 'chai';
import * as fc from 'fast-check';
import type { BatchState } from '../../../src/streaming/BatchState';
import { type DStream, type Pair, StateSpec } from '../../../src/streaming';
import { StatefulDStream } from '../../../src/streaming/dstream/StatefulDStream';
import type { StreamingContext } from '../../../src/streaming/StreamingContext';
import { program, waitingIn } from '../program';

/** All records so far, to be given at each slide: takes offence at a batch that comes out of order. */
class Everything implements BatchState<number, string> {
  #newest = -Infinity;
  readonly #all: number[] = [];

  take(time: number, records: (emit: (record: number) => void) => void): void {
    if (time <= this.#newest) throw new Error(`${String(time)} came after ${String(this.#newest)}`);
    this.#newest = time;
    records((record) => this.#all.push(record));
  }

  emit(time: number): readonly string[] {
    return [`${String(time)}: ${this.#all.join(' ')}`];
  }

  closingTimes(): readonly number[] {
    return [];
  }
}

interface Result {
  /** What each output was given at each time. */
  readonly given: ReadonlyMap<string, unknown>;
  readonly most: number;
  readonly passed: readonly number[];
}

/** Streams that carry something from batch to batch, in all the ways there are. */
function streamsOf(ssc: StreamingContext, batches: readonly (readonly number[])[]): Record<string, DStream<unknown>> {
  const input = ssc.queueStream(batches.map((batch) => [...batch]));
  const pairs = input.map((n) => [n % 3, n] as const);
  const spec = StateSpec.function<number, number, number, number>((_key, value, state) => {
    const sum = (state.getOption() ?? 0) + (value ?? 0);
    if (!state.isTimingOut()) state.update(sum);
    return sum;
  });
  const mapped = pairs.mapWithState(spec.timeout(2000));
  return {
    input,
    window: input.window(3000, 2000),
    sums: pairs.reduceByKeyAndWindow((a, b) => a + b, (a, b) => a - b, 4000, 1000),
    plainSums: pairs.reduceByKeyAndWindow((a, b) => a + b, 3000, 1000),
    state: new StatefulDStream(input, new Everything(), 1000),
    slidingState: new StatefulDStream(input, new Everything(), 3000),
    windowOfState: new StatefulDStream(input, new Everything(), 1000).window(2000, 2000),
    mapped,
    snapshots: mapped.stateSnapshots(),
    running: pairs.updateStateByKey<number, number, number>((values, state = 0) => values.reduce((sum, n) => sum + n, state)),
  };
}

/** @param delays ms that the outputs wait before and after they read what they were given, in turn */
async function run(batches: readonly (readonly number[])[], concurrentJobs: number, delays: readonly number[]): Promise<Result> {
  const { ssc, clock, errors } = program({ concurrentJobs });
  const given = new Map<string, unknown>();
  let turn = 0;
  let running = 0;
  let most = 0;
  const wait = async (): Promise<void> => {
    const delay = delays[turn++ % Math.max(1, delays.length)] ?? 0;
    if (delay > 0) await clock.sleep(delay);
  };
  for (const [name, stream] of Object.entries(streamsOf(ssc, batches))) {
    stream.foreachRDD(async (rdd, time) => {
      most = Math.max(most, ++running);
      await wait();
      const records = await rdd.collect();
      await wait();
      given.set(`${name} ${String(time)}`, records);
      running--;
    });
  }
  const passed: number[] = [];
  ssc.addStreamingListener({ onBatchCompleted: () => passed.push(ssc.lastCompletedTime ?? 0) });
  await ssc.start();
  await clock.advance(batches.length * 1000);
  for (let turns = 0; passed.length < batches.length && turns < 1000; turns++) await clock.advance(500);
  const stopping = ssc.stop();
  await clock.advance(100_000);
  await stopping;
  expect(errors).to.deep.equal([]);
  return { given: new Map([...given].filter(([name]) => Number(name.split(' ')[1]) <= batches.length * 1000)), most, passed };
}

describe('concurrentJobs', () => {
  it('lets so many outputs run at once, of one batch and of several, in the order of their beginning', async () => {
    const { ssc, clock } = program({ concurrentJobs: 3 });
    const log: string[] = [];
    const numbers = ssc.queueStream([[1], [2], [3]]);
    for (const [name, duration] of [['long', 2500], ['short', 400]] as const) {
      numbers.foreachRDD(async (_, time) => {
        log.push(`${name} ${String(time)} at ${String(clock.now())}`);
        await clock.sleep(duration);
      });
    }
    const completed: number[] = [];
    ssc.addStreamingListener({ onBatchCompleted: ({ batchInfo }) => completed.push(batchInfo.batchTime) });
    await ssc.start();
    await clock.advance(3900);
    expect(log).to.deep.equal([
      'long 1000 at 1000', 'short 1000 at 1000', 'long 2000 at 2000', 'short 2000 at 2000',
      // Three are running until 3,500; the short one of the second batch ended at 2,400.
      'long 3000 at 3000', 'short 3000 at 3500',
    ]);
    expect(completed).to.deep.equal([1000]);
    const stopping = ssc.stop();
    await clock.advance(10_000);
    await stopping;
  });

  it('passes batches in order, though they end in another', async () => {
    const { ssc, clock } = program({ concurrentJobs: 2 });
    const input = ssc.queueStream([[1], [2], [3]]);
    const slices: unknown[] = [];
    input.foreachRDD(async (rdd, time) => {
      await clock.sleep(time === 1000 ? 1700 : 100);
      slices.push([time, await rdd.collect(), ssc.lastCompletedTime]);
    });
    const completed: unknown[] = [];
    ssc.addStreamingListener({ onBatchCompleted: ({ batchInfo }) => completed.push([batchInfo.batchTime, ssc.lastCompletedTime]) });
    await ssc.start();
    await clock.advance(3500);
    await ssc.stop();
    expect(slices).to.deep.equal([[2000, [2], undefined], [1000, [1], undefined], [3000, [3], 2000]]);
    expect(completed).to.deep.equal([[2000, undefined], [1000, 2000], [3000, 3000]]);
  });

  it('finish lets all that have begun end, and gives back the others', async () => {
    const { ssc, clock } = program({ concurrentJobs: 2 });
    const queue = ssc.queueStream([[1], [2], [3], [4]]);
    const ended: number[] = [];
    queue.foreachRDD(async (_, time) => {
      await clock.sleep(5000);
      ended.push(time);
    });
    await ssc.start();
    await clock.advance(4000);
    const finishing = ssc.finish();
    await clock.advance(10_000);
    await finishing;
    expect(ended).to.deep.equal([1000, 2000]);
    expect(waitingIn(queue)).to.deep.equal([[3], [4]]);
    expect(ssc.lastCompletedTime).to.equal(2000);
  });

  it('a stop cuts short the batches that run, and passes none after them', async () => {
    const { ssc, clock } = program({ concurrentJobs: 2 });
    const numbers = ssc.queueStream([[1], [2], [3]]);
    const log: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      numbers.foreachRDD(async (_, time) => {
        log.push(`${name} ${String(time)}`);
        await clock.sleep(3000);
      });
    }
    await ssc.start();
    await clock.advance(2000);
    const stopping = ssc.stop();
    await clock.advance(5000);
    await stopping;
    expect(log).to.deep.equal(['a 1000', 'b 1000']);
    expect(ssc.lastCompletedTime).to.equal(undefined);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('gives the same to windows and states as one output after the other, whatever the delays', async () => {
    const batches = fc.array(fc.array(fc.nat(20), { maxLength: 4 }), { minLength: 2, maxLength: 8 });
    let overlapping = 0;
    await fc.assert(
      fc.asyncProperty(batches, fc.array(fc.nat(3000), { maxLength: 20 }), fc.integer({ min: 2, max: 6 }), async (data, delays, jobs) => {
        const expected = await run(data, 1, []);
        const actual = await run(data, jobs, delays);
        expect(actual.given).to.deep.equal(expected.given);
        expect(actual.most).to.be.at.most(jobs);
        expect(expected.most).to.equal(1);
        if (actual.most > 1) overlapping++;
        actual.passed.forEach((time, index) => {
          expect(time).to.be.at.least(actual.passed[index - 1] ?? 0);
        });
      }),
      { numRuns: 40 },
    );
    expect(overlapping).to.be.greaterThan(10);
  });

  it('takes batches in one after the other also where that has to be waited for', async () => {
    const { ssc, clock } = program({ concurrentJobs: 4 });
    const slowly = ssc.queueStream([[1], [2], [3], [4]]).transform((rdd) =>
      rdd.mapPartitionsAwaiting(async (records) => {
        await clock.sleep(records[0] === 1 ? 2500 : 10);
        return records;
      }),
    );
    const given: unknown[] = [];
    new StatefulDStream(slowly, new Everything(), 1000).foreachRDD(async (rdd) => given.push([clock.now(), ...(await rdd.collect())]));
    await ssc.start();
    await clock.advance(4900);
    await ssc.stop();
    // The first is there at 3,500; the second and the third follow at once, 10 ms each.
    expect(given).to.deep.equal([[3500, '1000: 1'], [3510, '2000: 1 2'], [3520, '3000: 1 2 3'], [4010, '4000: 1 2 3 4']]);
  });

  it('takes every batch in also where the outputs do not look at it', async () => {
    for (const concurrentJobs of [1, 3]) {
      const { ssc, clock } = program({ concurrentJobs });
      const given: unknown[] = [];
      const input = ssc.queueStream([[1], [2], [3]]);
      new StatefulDStream(input, new Everything(), 1000).foreachRDD(async (rdd, time) => {
        if (time === 3000) given.push(...(await rdd.collect()));
      });
      await ssc.start();
      await clock.advance(3000);
      await ssc.stop();
      expect(given).to.deep.equal(['3000: 1 2 3']);
    }
  });

  it('runs what an output awaits once for all outputs that need it', async () => {
    const { ssc, clock } = program({ concurrentJobs: 2 });
    let calls = 0;
    const awaited = ssc.queueStream<number>([[1, 2]]).transform((rdd) =>
      rdd.mapPartitionsAwaiting(async (records) => {
        if (records.length > 0) calls++;
        await new Promise((resolve) => setImmediate(resolve));
        return records;
      }),
    );
    const seen: Pair<string, readonly number[]>[] = [];
    for (const name of ['a', 'b']) awaited.foreachRDD(async (rdd) => seen.push([name, await rdd.collect()]));
    await ssc.start();
    await clock.advance(1500);
    await ssc.stop();
    expect(seen).to.deep.equal([['a', [1, 2]], ['b', [1, 2]]]);
    expect(calls).to.equal(1);
  });
});
