import { expect } from 'chai';
import * as fc from 'fast-check';
import { ManualClock } from '../../src/streaming';
import { BlockInputDStream } from '../../src/streaming/dstream/BlockInputDStream';
import { ReceiverBuffer } from '../../src/streaming/receiver/ReceiverBuffer';
import type { StreamingContext } from '../../src/streaming/StreamingContext';
import { type Output, program, recorded, waitingIn } from './program';

/** Programs that follow each other on one buffer; `completed` are the batches that ended, with their records. */
class Succession {
  readonly clock = new ManualClock(0);
  readonly buffer: ReceiverBuffer<number>;
  readonly completed: Output<number>[] = [];
  jobDuration: number;
  current: StreamingContext | undefined;
  #last: number | undefined;

  constructor(jobDuration: number, maxRate = Infinity) {
    this.jobDuration = jobDuration;
    this.buffer = new ReceiverBuffer<number>({ bufferLimit: Infinity, maxRate, blockInterval: 20 });
  }

  async start(batchInterval = 100): Promise<StreamingContext> {
    const { clock, buffer, completed } = this;
    const { ssc } = program({ clock, batchInterval, ...(this.#last === undefined ? {} : { startAfter: this.#last }) });
    new BlockInputDStream(ssc, 'buffer', buffer).foreachRDD(async (rdd, time) => {
      const records = await rdd.collect();
      if (this.jobDuration > 0) await clock.sleep(this.jobDuration);
      completed.push([time, records]);
    });
    this.current = ssc;
    await ssc.start();
    return ssc;
  }

  /** Ends the program that runs, and tells how long (ms) that took. */
  async finish(): Promise<number> {
    const begun = this.clock.now();
    let ended: number | undefined;
    const finishing = this.current?.finish().then(() => {
      ended = this.clock.now();
    });
    await this.clock.advance(0);
    while (ended === undefined) await this.clock.advance(10);
    await finishing;
    this.#last = this.current?.lastCompletedTime ?? this.#last;
    return ended - begun;
  }

  /** One record every 50 ms, each telling when it was stored. */
  async feed(duration: number): Promise<void> {
    for (let passed = 0; passed < duration; passed += 50) {
      await this.clock.advance(50);
      this.buffer.store([this.clock.now()], this.clock.now());
    }
  }
}

describe('finish', () => {
  it('lets only the batch that runs end; what the others were given waits again', async () => {
    const succession = new Succession(500);
    const ssc = await succession.start();
    await succession.feed(3000);
    // Batches began at 100, 600, ..., 2,600 ms: the sixth of them runs, and 24 wait for it.
    expect(await succession.finish()).to.equal(100);
    expect(succession.completed.map(([time]) => time)).to.deep.equal([100, 200, 300, 400, 500, 600]);
    expect(ssc.lastCompletedTime).to.equal(600);
    expect(ssc.getState()).to.equal('STOPPED');
    // Records are stored when the batch of their moment has been made already: 50 to 550 went into the six batches.
    expect(succession.buffer.waiting).to.equal(60 - 11);
    expect(succession.clock.pendingTimers).to.equal(0);
  });

  it('leaves to the successor the batches given up, each with what it had', async () => {
    const succession = new Succession(500);
    await succession.start();
    await succession.feed(1000);
    await succession.finish();
    succession.jobDuration = 0;
    await succession.start();
    await succession.clock.advance(100);
    await succession.finish();
    const { completed } = succession;
    expect(completed.map(([time]) => time)).to.deep.equal(Array.from({ length: 12 }, (_, index) => (index + 1) * 100));
    for (const [time, records] of completed.slice(1, 10)) expect(records).to.deep.equal([time - 100, time - 50]);
  });

  it('gives up nothing where nothing waits, and a second call waits for the first', async () => {
    const succession = new Succession(0);
    const ssc = await succession.start();
    await succession.feed(250);
    const first = ssc.finish();
    expect(ssc.finish()).to.equal(first);
    await first;
    expect(succession.completed).to.deep.equal([[100, [50]], [200, [100, 150]]]);
    expect(succession.buffer.waiting).to.equal(2);
  });

  it('puts back what a queue stream gave', async () => {
    const { ssc, clock } = program();
    const queue = ssc.queueStream([[1], [2], [3], [4]]);
    const ended: number[] = [];
    queue.foreachRDD(async (_, time) => {
      await clock.sleep(2500);
      ended.push(time);
    });
    await ssc.start();
    await clock.advance(3000);
    expect(waitingIn(queue)).to.deep.equal([[4]]);
    const finishing = ssc.finish();
    await clock.advance(500);
    await finishing;
    expect(ended).to.deep.equal([1000]);
    expect(waitingIn(queue)).to.deep.equal([[2], [3], [4]]);
  });

  it('called by a listener or while a batch is made leaves that batch out as a whole or runs it', async () => {
    for (const where of ['listener', 'transform'] as const) {
      const { ssc, clock } = program();
      const queue = ssc.queueStream([[1], [2], [3], [4]]);
      let finishing: Promise<void> | undefined;
      const finish = (time: number): void => {
        if (time === 2000) finishing = ssc.finish();
      };
      const outputs: Output<number>[] = [];
      queue
        .transform((rdd, time) => {
          if (where === 'transform') finish(time);
          return rdd;
        })
        .foreachRDD(async (rdd, time) => {
          const records = await rdd.collect();
          await clock.sleep(1500);
          outputs.push([time, records]);
        });
      ssc.addStreamingListener({
        onBatchSubmitted: ({ batchInfo }) => {
          if (where === 'listener') finish(batchInfo.batchTime);
        },
      });
      await ssc.start();
      await clock.advance(6000);
      await finishing;
      expect(outputs).to.deep.equal([[1000, [1]]]);
      expect(waitingIn(queue)).to.deep.equal([[2], [3], [4]]);
      expect(ssc.lastCompletedTime).to.equal(1000);
    }
  });

  it('is not undone by a graceful stop', async () => {
    const succession = new Succession(500);
    const ssc = await succession.start();
    await succession.feed(400);
    const finishing = ssc.finish();
    await succession.clock.advance(0);
    const stopping = ssc.stop({ gracefully: true });
    await succession.clock.advance(1000);
    await Promise.all([finishing, stopping]);
    expect(succession.completed).to.deep.equal([[100, [50]]]);
    expect(succession.buffer.waiting).to.equal(7);
  });

  it('loses no window at a boundary that passes while the last batch runs', async () => {
    const clock = new ManualClock(0);
    const { ssc } = program({ clock });
    const queue = ssc.queueStream([[1], [2], [3], [4], [5], [6], [7], [8], [9], [10]]);
    queue.foreachRDD((_, time) => (time === 4000 ? clock.sleep(1500) : undefined));
    await ssc.start();
    await clock.advance(4000);
    const finishing = ssc.finish();
    await clock.advance(1500);
    await finishing;
    const next = program({ clock, ...(ssc.lastCompletedTime === undefined ? {} : { startAfter: ssc.lastCompletedTime }) });
    const outputs = recorded(next.ssc.queueStream(waitingIn(queue)).window(5000, 5000));
    await next.ssc.start();
    await clock.advance(4500);
    await next.ssc.stop();
    expect(outputs).to.deep.equal([[5000, [5]], [10_000, [6, 7, 8, 9, 10]]]);
  });

  it('followed by new programs at any moment, with jobs of any length, loses and doubles nothing', async () => {
    const run = fc.record({
      jobDuration: fc.nat(700),
      feed: fc.nat(1500),
      between: fc.nat(2000),
      batchInterval: fc.constantFrom(100, 100, 250),
    });
    let givenUp = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 5 }), fc.constantFrom(Infinity, 15, 40), async (runs, maxRate) => {
        const succession = new Succession(0, maxRate);
        const { buffer, clock, completed } = succession;
        for (const { jobDuration, feed, between, batchInterval } of runs) {
          succession.jobDuration = jobDuration;
          await succession.start(batchInterval);
          await succession.feed(feed);
          const before = buffer.waiting;
          const took = await succession.finish();
          if (buffer.waiting > before) givenUp++;
          expect(took).to.be.at.most(jobDuration + 10);
          await clock.advance(between);
        }
        succession.jobDuration = 0;
        await succession.start();
        for (let turn = 0; turn < 1000 && buffer.waiting > 0; turn++) await clock.advance(100);
        await succession.finish();
        expect(completed.flatMap(([, records]) => records).length).to.equal(buffer.stored);
        const all = completed.flatMap(([, records]) => records);
        all.forEach((record, index) => {
          expect(record).to.be.greaterThan(all[index - 1] ?? 0);
        });
        completed.forEach(([time], index) => {
          expect(time).to.be.greaterThan(completed[index - 1]?.[0] ?? 0);
        });
        expect(buffer.room).to.equal(Infinity);
      }),
      { numRuns: 60 },
    );
    expect(givenUp).to.be.at.least(10);
  });
});
