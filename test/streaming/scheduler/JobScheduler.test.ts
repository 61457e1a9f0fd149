import { expect } from 'chai';
import { type BatchInfo, type ManualClock, type Pair, Receiver } from '../../../src/streaming';
import { Job } from '../../../src/streaming/scheduler/Job';
import { JobSet } from '../../../src/streaming/scheduler/JobSet';
import { StreamingContext } from '../../../src/streaming/StreamingContext';
import { program, recorded, rejectionOf } from '../program';
import { SettableClock } from './SettableClock';

/** Writes down the figures of every completed batch. */
function completed(ssc: StreamingContext): BatchInfo[] {
  const infos: BatchInfo[] = [];
  ssc.addStreamingListener({ onBatchCompleted: ({ batchInfo }) => infos.push(batchInfo) });
  return infos;
}

class Numbers extends Receiver<number> {
  onStart(): void {
    // The test stores.
  }

  onStop(): void {
    // Nothing is open.
  }
}

const sleeping = (clock: ManualClock, duration: number) => async (): Promise<void> => {
  await clock.sleep(duration);
};

describe('JobScheduler', () => {
  describe('slow jobs', () => {
    it('make later batches wait: delays worked out by hand', async () => {
      const { ssc, clock } = program();
      const infos = completed(ssc);
      ssc.queueStream([[1], [2], [3]]).foreachRDD(sleeping(clock, 1500));
      await ssc.start();
      await clock.advance(6000);
      const figures = infos.map((info) => [
        info.batchTime, info.submissionTime, info.processingStartTime, info.processingEndTime,
        info.schedulingDelay, info.processingDelay, info.totalDelay,
      ]);
      expect(figures).to.deep.equal([
        [1000, 1000, 1000, 2500, 0, 1500, 1500],
        [2000, 2000, 2500, 4000, 500, 1500, 2000],
        [3000, 3000, 4000, 5500, 1000, 1500, 2500],
      ]);
      const stopping = ssc.stop();
      await clock.advance(2000);
      await stopping;
    });

    it('let no more than the limit of batches pile up; what arrives meanwhile is in later batches, once', async () => {
      const { ssc, clock } = program({ pendingBatchesLimit: 3, blockInterval: 1 });
      const received: number[] = [];
      const receiver = new Numbers();
      let pending = 0;
      let most = 0;
      ssc.addStreamingListener({
        onBatchSubmitted: () => (most = Math.max(most, ++pending)),
        onBatchCompleted: () => pending--,
      });
      ssc.receiverStream(receiver).foreachRDD(async (rdd, time) => {
        if (time === 2000) await clock.sleep(60_000);
        received.push(...(await rdd.collect()));
      });
      await ssc.start();
      const stored: number[] = [];
      for (let second = 0; second < 80; second++) {
        receiver.store(second);
        stored.push(second);
        await clock.advance(1000);
      }
      await ssc.stop();
      expect(received).to.deep.equal(stored);
      // After the outage the ten first missed times come at once, and then one for the others.
      expect(most).to.be.within(3, 4);
    });

    it('that block the thread delay the next batch: its delay counts from the moment it was due', async () => {
      const clock = new SettableClock(0);
      const log = { warn: (): void => undefined, error: (): void => undefined };
      const ssc = new StreamingContext({ batchInterval: 1000, clock, log });
      const infos = completed(ssc);
      ssc.queueStream([[1], [2]]).foreachRDD((_, time) => {
        if (time === 1000) clock.pause(2001);
      });
      await ssc.start();
      clock.pass(1000);
      await clock.settled();
      clock.pass(0);
      await clock.settled();
      await ssc.finish();
      expect(infos.map((info) => [info.batchTime, info.schedulingDelay, info.processingDelay, info.totalDelay])).to.deep.equal([
        [1000, 0, 2001, 2001], [2000, 1001, 0, 1001], [3000, 1, 0, 1],
      ]);
    });

    it('of a batch ahead of its time have no delay', async () => {
      const { ssc, clock } = program();
      const infos = completed(ssc);
      ssc.queueStream([[1], [2], [3]]).foreachRDD(() => undefined);
      await ssc.start();
      await clock.advance(500);
      await ssc.stop({ gracefully: true });
      expect(infos.map((info) => [info.batchTime, info.schedulingDelay])).to.deep.equal([[1000, 0], [2000, 0], [3000, 0]]);
    });

    it('run one after the other, batch after batch, output after output', async () => {
      const { ssc, clock } = program();
      const log: string[] = [];
      let running = 0;
      const job = (name: string, duration: number) => async (_: unknown, time: number): Promise<void> => {
        expect(++running).to.equal(1);
        await clock.sleep(duration);
        log.push(`${name} ${String(time)} at ${String(clock.now())}`);
        running--;
      };
      const numbers = ssc.queueStream([[1], [2]]);
      numbers.foreachRDD(job('first', 700));
      numbers.foreachRDD(job('second', 600));
      await ssc.start();
      await clock.advance(3900);
      expect(log).to.deep.equal(['first 1000 at 1700', 'second 1000 at 2300', 'first 2000 at 3000', 'second 2000 at 3600']);
      const stopping = ssc.stop();
      await clock.advance(1000);
      await stopping;
    });

    it('tell for each output when it began and ended', async () => {
      const { ssc, clock } = program();
      const infos = completed(ssc);
      const numbers = ssc.queueStream([[1]]);
      numbers.foreachRDD(sleeping(clock, 300));
      numbers.foreachRDD(sleeping(clock, 200));
      await ssc.start();
      await clock.advance(1999);
      const description = 'foreachRDD of QueueInputDStream, every 1000 ms';
      expect([...(infos[0]?.outputOperationInfos.values() ?? [])]).to.deep.equal([
        { batchTime: 1000, id: 0, name: 'foreachRDD', description, startTime: 1000, endTime: 1300, duration: 300 },
        { batchTime: 1000, id: 1, name: 'foreachRDD', description, startTime: 1300, endTime: 1500, duration: 200 },
      ]);
      await ssc.stop();
    });

    it('are not begun any more by a stop, and the batches that wait are dropped; the one that runs ends', async () => {
      const { ssc, clock } = program();
      const infos = completed(ssc);
      const log: string[] = [];
      const numbers = ssc.queueStream([[1], [2], [3]]);
      numbers.foreachRDD(async (_, time) => {
        log.push(`first ${String(time)}`);
        await clock.sleep(2500);
        log.push(`first ${String(time)} ended`);
      });
      numbers.foreachRDD((_, time) => log.push(`second ${String(time)}`));
      await ssc.start();
      await clock.advance(3000);
      const stopping = ssc.stop();
      await clock.advance(5000);
      await stopping;
      expect(log).to.deep.equal(['first 1000', 'first 1000 ended']);
      expect(infos).to.deep.equal([]);
      expect(clock.pendingTimers).to.equal(0);
    });
  });

  describe('failing jobs', () => {
    it('leave the other outputs of the batch and the next batch alone', async () => {
      const { ssc, clock, errors } = program();
      const infos = completed(ssc);
      const numbers = ssc.queueStream([[1], [2]]);
      numbers.foreachRDD((_, time) => {
        if (time === 1000) throw new Error('the first output');
      });
      const outputs = recorded(numbers);
      await ssc.start();
      await clock.advance(2000);
      expect(outputs).to.deep.equal([[1000, [1]], [2000, [2]]]);
      expect(infos.map((info) => info.failureReason)).to.deep.equal(['the first output', undefined]);
      expect([...(infos[0]?.outputOperationInfos.values() ?? [])].map((output) => output.failureReason)).to.deep.equal([
        'the first output', undefined,
      ]);
      expect(errors).to.deep.equal(['the first output']);
      expect((await rejectionOf(ssc.awaitTermination())).message).to.equal('the first output');
      expect(ssc.getState()).to.equal('ACTIVE');
      await ssc.stop();
    });

    it('give the first of several errors to awaitTermination, as it was thrown', async () => {
      const { ssc, clock } = program();
      const first = new TypeError('one');
      const numbers = ssc.queueStream([[1], [2]]);
      numbers.foreachRDD(() => Promise.reject(first));
      numbers.foreachRDD(() => Promise.reject(new Error('two')));
      await ssc.start();
      const ended = rejectionOf(ssc.awaitTermination());
      await clock.advance(2000);
      expect(await ended).to.equal(first);
      await ssc.stop();
      expect(await rejectionOf(ssc.awaitTerminationOrTimeout(10))).to.equal(first);
    });

    it('may throw what has no text', async () => {
      const { ssc, clock } = program();
      const thrown: unknown = Object.create(null);
      const outputs = recorded(ssc.queueStream([[1], [2]]));
      ssc.queueStream([[1]], { defaultRDD: null }).foreachRDD(() => {
        throw thrown;
      });
      await ssc.start();
      await clock.advance(2000);
      expect((await rejectionOf(ssc.awaitTermination())).message).to.contain('object without text');
      expect(outputs).to.deep.equal([[1000, [1]], [2000, [2]]]);
      await ssc.stop();
    });

    it('tell what was thrown where it is not an error', async () => {
      const { ssc, clock } = program();
      const thrown: unknown = 'just text';
      ssc.queueStream([[1]]).foreachRDD(() => {
        throw thrown;
      });
      await ssc.start();
      await clock.advance(1000);
      expect((await rejectionOf(ssc.awaitTermination())).message).to.contain('just text');
      await ssc.stop();
    });

    it('are not tried again without retries', async () => {
      const { ssc, clock } = program();
      let attempts = 0;
      ssc.queueStream([[1]], { defaultRDD: null }).foreachRDD(() => {
        attempts++;
        throw new Error('always');
      });
      await ssc.start();
      await clock.advance(3000);
      expect(attempts).to.equal(1);
      await ssc.stop();
    });

    for (const { failures, attempts, fails } of [
      { failures: 2, attempts: 3, fails: false },
      { failures: 3, attempts: 3, fails: true },
    ]) {
      it(`with 2 retries and ${String(failures)} failures ${fails ? 'fail' : 'succeed'} after ${String(attempts)}`, async () => {
        const { ssc, clock, errors } = program({ retries: 2 });
        const infos = completed(ssc);
        let attempt = 0;
        ssc.queueStream([[1]], { defaultRDD: null }).foreachRDD(() => {
          if (++attempt <= failures) throw new Error(`attempt ${String(attempt)}`);
        });
        await ssc.start();
        await clock.advance(1000);
        expect(attempt).to.equal(attempts);
        expect(errors).to.deep.equal(fails ? ['attempt 3'] : []);
        expect(infos[0]?.failureReason).to.equal(fails ? 'attempt 3' : undefined);
        await ssc.stop();
      });
    }
  });

  describe('the upkeep of windows', () => {
    it('is no output of the batch', async () => {
      const { ssc, clock } = program();
      const infos = completed(ssc);
      recorded(ssc.queueStream([[1], [2], [3]]).window(3000, 3000));
      await ssc.start();
      await clock.advance(3000);
      await ssc.stop();
      expect(infos.map((info) => info.outputOperationInfos.size)).to.deep.equal([0, 0, 1]);
      expect(infos[2]?.outputOperationInfos.get(0)?.id).to.equal(0);
    });

    it('makes the batch fail when it fails', async () => {
      const { ssc, clock } = program();
      const infos = completed(ssc);
      const pairs = ssc.queueStream<Pair<string, number>>([[['a', 1], ['a', 2]]]);
      recorded(
        pairs.reduceByKeyAndWindow((): number => {
          throw new Error('in upkeep');
        }, 3000, 3000),
      );
      await ssc.start();
      await clock.advance(1000);
      expect(infos.map((info) => info.failureReason)).to.deep.equal(['in upkeep']);
      expect((await rejectionOf(ssc.awaitTermination())).message).to.equal('in upkeep');
      await ssc.stop();
    });
  });
});

describe('JobSet', () => {
  it('measures delays right though the wall clock is set in between', () => {
    const clock = new SettableClock(100_000);
    const job = new Job(99_000, 'output', () => Promise.resolve());
    job.outputId = 0;
    const jobSet = new JobSet(99_000, [job], [], clock);
    clock.pass(250);
    clock.setWall(-3_600_000);
    jobSet.started();
    jobSet.jobStarted(job);
    clock.pass(1000);
    clock.setWall(7_200_000);
    jobSet.jobEnded(job, undefined);
    jobSet.ended();
    expect(jobSet.info).to.deep.equal({
      batchTime: 99_000,
      streamIdToInputInfo: new Map(),
      submissionTime: 100_000,
      processingStartTime: 100_250,
      processingEndTime: 101_250,
      schedulingDelay: 250,
      processingDelay: 1000,
      totalDelay: 1250,
      outputOperationInfos: new Map([[
        0, { batchTime: 99_000, id: 0, name: 'output', description: 'output', startTime: 100_250, endTime: 101_250, duration: 1000 },
      ]]),
      numRecords: 0,
    });
  });

  it('adds up the records of its inputs', () => {
    const inputs = [3, 4].map((numRecords, inputStreamId) => ({ inputStreamId, numRecords, description: 'test' }));
    expect(new JobSet(1000, [], inputs, new SettableClock(1000)).info.numRecords).to.equal(7);
  });
});
