import { expect } from 'chai';
import { IllegalArgumentError, type ManualClock } from '../../../src/streaming';
import { BlockInputDStream } from '../../../src/streaming/dstream/BlockInputDStream';
import { NO_LIMITS, ReceiverBuffer } from '../../../src/streaming/receiver/ReceiverBuffer';
import type { ReplayedBatches } from '../../../src/streaming/scheduler/BatchJournal';
import type { StreamingContext } from '../../../src/streaming/StreamingContext';
import { type Output, program, type ProgramOptions, recorded, rejectionOf, waitingIn } from '../program';

/** Batches of an earlier run, with the records they had. */
class Earlier implements ReplayedBatches {
  readonly times: readonly number[];
  readonly loaded: number[] = [];
  readonly failing = new Set<number>();
  /** How long loading takes, ms; not even a turn where it is 0. */
  delay = 0;
  readonly #batches: ReadonlyMap<number, readonly number[]>;
  readonly #buffer: ReceiverBuffer<number>;
  readonly #clock: ManualClock;

  constructor(batches: readonly (readonly [time: number, records: readonly number[]])[], buffer: ReceiverBuffer<number>, clock: ManualClock) {
    this.times = batches.map(([time]) => time);
    this.#batches = new Map(batches);
    this.#buffer = buffer;
    this.#clock = clock;
  }

  load(time: number): Promise<void> | undefined {
    this.loaded.push(time);
    if (this.failing.has(time)) return Promise.reject(new Error(`${String(time)} cannot be read.`));
    if (this.delay === 0) {
      this.#assign(time);
      return undefined;
    }
    return this.#clock.sleep(this.delay).then(() => {
      this.#assign(time);
    });
  }

  #assign(time: number): void {
    const records = this.#batches.get(time) ?? [];
    this.#buffer.assign(time, records.length === 0 ? [] : [records]);
  }
}

interface Recovery {
  readonly ssc: StreamingContext;
  readonly clock: ManualClock;
  readonly errors: string[];
  readonly buffer: ReceiverBuffer<number>;
  readonly earlier: Earlier;
  readonly outputs: Output<number>[];
}

/** A program on a buffer that runs batches again. @param duration ms that its output takes */
function recovery(
  batches: readonly (readonly [time: number, records: readonly number[]])[],
  { duration = 0, ...options }: ProgramOptions & { duration?: number } = {},
): Recovery {
  const { clock } = program({ startAt: 5500, ...options });
  const buffer = new ReceiverBuffer<number>({ ...NO_LIMITS, bufferLimit: 100 });
  const earlier = new Earlier(batches, buffer, clock);
  const { ssc, errors } = program({ ...options, clock, replay: earlier });
  const outputs: Output<number>[] = [];
  new BlockInputDStream(ssc, 'test', buffer).foreachRDD(async (rdd, time) => {
    const records = await rdd.collect();
    if (duration > 0) await clock.sleep(duration);
    outputs.push([time, records]);
  });
  return { ssc, clock, errors, buffer, earlier, outputs };
}

describe('batches that are run again', () => {
  it('come first, each with its own records; what waits goes into the missed batches after them, and then the clock is followed', async () => {
    const { ssc, clock, buffer, outputs, earlier } = recovery([[2000, [1, 2]], [3000, []]]);
    buffer.store([7], clock.now());
    await ssc.start();
    await clock.advance(0);
    expect(outputs).to.deep.equal([[2000, [1, 2]], [3000, []], [4000, [7]], [5000, []]]);
    buffer.store([8], clock.now());
    await clock.advance(1000);
    expect(outputs.slice(4)).to.deep.equal([[6000, [8]]]);
    expect(earlier.loaded).to.deep.equal([2000, 3000]);
    expect(ssc.lastCompletedTime).to.equal(6000);
    expect(buffer.room).to.equal(100);
    await ssc.stop();
    expect(clock.pendingTimers).to.equal(0);
  });

  it('are loaded one by one, each once the one before has ended; start waits for none of them', async () => {
    const { ssc, clock, outputs, earlier } = recovery([[1000, [1]], [2000, [2]]], { duration: 300 });
    earlier.delay = 200;
    await ssc.start();
    expect([ssc.getState(), earlier.loaded, outputs]).to.deep.equal(['ACTIVE', [1000], []]);
    await clock.advance(499);
    expect([earlier.loaded, outputs]).to.deep.equal([[1000], []]);
    await clock.advance(1);
    expect([earlier.loaded, outputs]).to.deep.equal([[1000, 2000], [[1000, [1]]]]);
    await clock.advance(500);
    expect(outputs.slice(1)).to.deep.equal([[2000, [2]]]);
    await clock.advance(300);
    expect(outputs.slice(2)).to.deep.equal([[3000, []]]);
    const stopped = ssc.stop();
    await clock.advance(300);
    await stopped;
  });

  it('leave what arrives meanwhile to the batches after them', async () => {
    const { ssc, clock, buffer, outputs } = recovery([[1000, [1]], [2000, [2]]], { startAt: 2500, duration: 400 });
    await ssc.start();
    await clock.advance(100);
    buffer.store([7], clock.now());
    await clock.advance(1300);
    expect(outputs).to.deep.equal([[1000, [1]], [2000, [2]], [3000, [7]]]);
    await ssc.stop();
  });

  it('are batches like others for listeners and the journal, and none of them is late', async () => {
    const events: string[] = [];
    const journal = { begin: (time: number): undefined => void events.push(`begin ${String(time)}`) };
    const { ssc, clock } = recovery([[1000, [1, 2]]], { journal, startAt: 1500 });
    ssc.addStreamingListener({
      onBatchSubmitted: ({ batchInfo }) => void events.push(`submitted ${String(batchInfo.batchTime)}`),
      onBatchStarted: ({ batchInfo }) => void events.push(`started ${String(batchInfo.batchTime)}`),
      onBatchCompleted: ({ batchInfo: { batchTime, numRecords, totalDelay } }) => {
        events.push(`completed ${String(batchTime)} with ${String(numRecords)} in ${String(totalDelay)} ms`);
      },
    });
    await ssc.start();
    await clock.advance(0);
    expect(events).to.deep.equal(['submitted 1000', 'started 1000', 'begin 1000', 'completed 1000 with 2 in 0 ms']);
    await ssc.stop();
  });

  it('make up for no more than ten of the missed times after them one by one, and for the last', async () => {
    const { ssc, clock, outputs } = recovery([[1000, [1]]], { startAt: 100_500 });
    await ssc.start();
    await clock.advance(0);
    const ten = Array.from({ length: 10 }, (_, index) => 2000 + index * 1000);
    expect(outputs.map(([time]) => time)).to.deep.equal([1000, ...ten, 100_000]);
    await ssc.stop();
  });

  it('go on after the time that the program goes on after, and fill windows with what they had', async () => {
    const { clock } = program({ startAt: 4500 });
    const buffer = new ReceiverBuffer<number>();
    const { ssc } = program({ clock, startAfter: 1000, replay: new Earlier([[2000, [2]], [3000, [3]]], buffer, clock) });
    const outputs = recorded(new BlockInputDStream(ssc, 'test', buffer).window(2000, 2000));
    await ssc.start();
    await clock.advance(0);
    // The batch of 4,000 ms was missed.
    expect(outputs).to.deep.equal([[2000, [2]], [4000, [3]]]);
    await ssc.stop();
  });

  it('that fail are reported, and the next one runs', async () => {
    const { clock } = program();
    const buffer = new ReceiverBuffer<number>();
    const { ssc, errors } = program({ clock, replay: new Earlier([[-3000, [1]], [-2000, [2]]], buffer, clock) });
    const outputs: Output<number>[] = [];
    new BlockInputDStream(ssc, 'test', buffer).foreachRDD(async (rdd, time) => {
      if (time === -3000) throw new Error('It failed again.');
      outputs.push([time, await rdd.collect()]);
    });
    await ssc.start();
    await clock.advance(0);
    expect([outputs, errors]).to.deep.equal([[[-2000, [2]], [-1000, []], [0, []]], ['It failed again.']]);
    expect((await rejectionOf(ssc.awaitTermination())).message).to.equal('It failed again.');
    await ssc.stop();
  });

  it("that fail end the program with onBatchFailure 'stop': the rest is left to whoever has it", async () => {
    for (const where of ['load', 'output'] as const) {
      const { ssc, clock, buffer, earlier, outputs, errors } = recovery([[1000, [1]], [2000, [2]], [3000, [3]]], { onBatchFailure: 'stop' });
      if (where === 'load') earlier.failing.add(2000);
      else ssc.addStreamingListener({});
      const other = new ReceiverBuffer<number>();
      new BlockInputDStream(ssc, 'other', other).foreachRDD((_, time) => {
        if (where === 'output' && time === 2000) throw new Error('2000 cannot be written.');
      });
      buffer.store([7], clock.now());
      await ssc.start();
      await clock.advance(2000);
      expect(errors).to.deep.equal([where === 'load' ? '2000 cannot be read.' : '2000 cannot be written.']);
      expect(ssc.getState()).to.equal('STOPPED');
      expect(earlier.loaded).to.deep.equal([1000, 2000]);
      expect(outputs).to.deep.equal(where === 'load' ? [[1000, [1]]] : [[1000, [1]], [2000, [2]]]);
      expect(buffer.waiting).to.equal(1);
      expect(clock.pendingTimers).to.equal(0);
    }
  });

  it('that cannot be read are passed over where batches go on after a failure', async () => {
    const { ssc, clock, earlier, outputs, errors } = recovery([[1000, [1]], [2000, [2]], [3000, [3]]], { startAt: 3500 });
    earlier.failing.add(2000);
    await ssc.start();
    await clock.advance(0);
    expect([outputs, errors]).to.deep.equal([[[1000, [1]], [3000, [3]]], ['2000 cannot be read.']]);
    expect(ssc.lastCompletedTime).to.equal(3000);
    await ssc.stop();
  });

  for (const way of ['finish', 'stop', 'gracefulStop'] as const) {
    it(`end with the one that runs when the program is told to end (${way}); nothing comes back of the others`, async () => {
      const { ssc, clock, buffer, earlier, outputs } = recovery([[1000, [1]], [2000, [2]], [3000, [3]]], { duration: 500 });
      buffer.store([7], clock.now());
      await ssc.start();
      await clock.advance(200);
      const ended = way === 'finish' ? ssc.finish() : ssc.stop({ gracefully: way === 'gracefulStop' });
      await clock.advance(300);
      await ended;
      await clock.advance(5000);
      expect(outputs).to.deep.equal([[1000, [1]]]);
      expect(earlier.loaded).to.deep.equal([1000]);
      expect(ssc.lastCompletedTime).to.equal(1000);
      expect(buffer.waiting).to.equal(1);
      expect(clock.pendingTimers).to.equal(0);
    });

    it(`end while one of them is read (${way}); it does not run, and is waited for`, async () => {
      const { ssc, clock, buffer, earlier, outputs } = recovery([[1000, [1]], [2000, [2]]]);
      earlier.delay = 200;
      await ssc.start();
      await clock.advance(300);
      const ended = way === 'finish' ? ssc.finish() : ssc.stop({ gracefully: way === 'gracefulStop' });
      await clock.advance(50);
      expect(ssc.getState()).to.equal('ACTIVE');
      await clock.advance(50);
      await ended;
      await clock.advance(5000);
      expect(outputs).to.deep.equal([[1000, [1]]]);
      expect([ssc.lastCompletedTime, buffer.waiting]).to.deep.equal([1000, 0]);
      expect(clock.pendingTimers).to.equal(0);
    });
  }

  it('are the rest of an earlier try when another program goes on on the same buffer', async () => {
    const first = recovery([[1000, [1]], [2000, [2]]], { duration: 500 });
    await first.ssc.start();
    await first.clock.advance(100);
    const finished = first.ssc.finish();
    await first.clock.advance(400);
    await finished;
    const { buffer, clock } = first;
    const { ssc } = program({ clock, startAfter: 1000, replay: new Earlier([[2000, [2]]], buffer, clock) });
    const outputs = recorded(new BlockInputDStream(ssc, 'test', buffer));
    await ssc.start();
    await clock.advance(0);
    expect(outputs[0]).to.deep.equal([2000, [2]]);
    await ssc.stop();
    expect([buffer.waiting, buffer.room]).to.deep.equal([0, 100]);
  });

  it('may be none, and a queue gives them what is next in it', async () => {
    const none: ReplayedBatches = { times: [], load: () => undefined };
    const without = program({ replay: none });
    const outputs = recorded(without.ssc.queueStream([[1]]));
    await without.ssc.start();
    await without.clock.advance(1000);
    expect(outputs).to.deep.equal([[1000, [1]]]);
    await without.ssc.stop();
    const { ssc, clock } = program({ startAt: 2500, replay: { times: [1000, 2000], load: () => undefined } });
    const queue = ssc.queueStream([[1], [2], [3]]);
    const given = recorded(queue);
    await ssc.start();
    await clock.advance(0);
    expect(given).to.deep.equal([[1000, [1]], [2000, [2]]]);
    expect(waitingIn(queue)).to.deep.equal([[3]]);
    await ssc.stop();
  });

  it('must have times that rise, after the time to go on after', () => {
    const load = (): undefined => undefined;
    expect(() => program({ replay: { times: [2000, 2000], load } })).to.throw(IllegalArgumentError, /2000 ms .* after that of 2000 ms/);
    expect(() => program({ startAfter: 3000, replay: { times: [2000], load } })).to.throw(IllegalArgumentError, /rising order/);
  });
});
