import { expect } from 'chai';
import { type BatchInfo, IllegalStateError, Receiver } from '../../../src/streaming';
import { collected, context, errorOf } from './harness';

/** A receiver that a test drives. */
class Driven extends Receiver<number> {
  readonly calls: string[] = [];

  override onStart(): void {
    this.calls.push('start');
  }

  override onStop(): void {
    this.calls.push('stop');
  }
}

describe('Spark: ReceiverSuite, BlockGeneratorSuite, RateLimiterSuite, ReceiverTrackerSuite', () => {
  it('receiver life cycle', async () => {
    const { ssc, clock } = context();
    const receiver = new Driven();
    expect([receiver.isStarted, receiver.isStopped]).to.deep.equal([false, true]);
    const outputs = collected(ssc.receiverStream(receiver));
    const errors: (string | undefined)[] = [];
    ssc.addStreamingListener({ onReceiverError: ({ receiverInfo }) => errors.push(receiverInfo.lastErrorMessage) });
    expect(() => { receiver.store(1); }).to.throw(IllegalStateError);

    await ssc.start();
    expect(receiver.calls).to.deep.equal(['start']);
    expect([receiver.isStarted, receiver.isStopped]).to.deep.equal([true, false]);

    // One, several as one by one, a block of its own; an iterator too.
    receiver.store(1);
    receiver.storeAll([2, 3]);
    await receiver.storeBlock([4, 5]);
    await receiver.storeBlock(new Set([6]).values());
    await clock.advance(1000);
    expect(outputs).to.deep.equal([[1, 2, 3, 4, 5, 6]]);

    receiver.reportError('trouble', new Error('inside'));
    expect(errors).to.deep.equal(['trouble: inside']);

    // Stopped at once, started again after the delay.
    receiver.restart('restarting', new Error('why'), 100);
    expect(receiver.isStopped).to.equal(true);
    await clock.advance(99);
    expect(receiver.calls).to.deep.equal(['start', 'stop']);
    await clock.advance(1);
    expect(receiver.calls).to.deep.equal(['start', 'stop', 'start']);
    expect(receiver.isStarted).to.equal(true);
    expect(errors.at(-1)).to.equal('restarting: why');

    // Two seconds when nothing is said.
    receiver.restart('again');
    await clock.advance(1999);
    expect(receiver.isStarted).to.equal(false);
    await clock.advance(1);
    expect(receiver.isStarted).to.equal(true);

    receiver.stop('done');
    await clock.advance(10_000);
    expect(receiver.isStopped).to.equal(true);
    expect(receiver.calls).to.deep.equal(['start', 'stop', 'start', 'stop', 'start', 'stop']);
    await ssc.stop();
    expect(receiver.calls).to.have.lengthOf(6);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('a receiver that cannot start is restarted, and listeners are told why', async () => {
    const { ssc, clock } = context();
    const errors: (string | undefined)[] = [];
    class Failing extends Driven {
      override onStart(): void {
        super.onStart();
        if (this.calls.length === 1) throw new Error('no connection');
      }
    }
    const receiver = new Failing();
    ssc.receiverStream(receiver).foreachRDD(() => undefined);
    ssc.addStreamingListener({ onReceiverError: ({ receiverInfo }) => errors.push(receiverInfo.lastErrorMessage) });
    await ssc.start();
    await clock.advance(3000);
    await ssc.stop();
    expect(receiver.calls).to.deep.equal(['start', 'stop', 'start', 'stop']);
    expect(errors[0]).to.match(/no connection/);
  });

  it('what is stored after the stop is refused', async () => {
    const { ssc } = context();
    const receiver = new Driven();
    ssc.receiverStream(receiver).foreachRDD(() => undefined);
    await ssc.start();
    await ssc.stop();
    expect(() => { receiver.store(1); }).to.throw(IllegalStateError);
    expect(await errorOf(() => receiver.storeBlock([1]))).to.be.instanceOf(IllegalStateError);
  });

  it('blocks: one partition for each block interval in which something came, and one for each block stored as such', async () => {
    const { ssc, clock } = context({ blockInterval: 200 });
    const receiver = new Driven();
    const partitions = collected(ssc.receiverStream(receiver).glom());
    await ssc.start();
    receiver.store(1);
    await clock.advance(100);
    receiver.store(2);
    await clock.advance(300);
    receiver.store(3);
    await receiver.storeBlock([4, 5]);
    await clock.advance(600);
    await clock.advance(1000);
    await ssc.stop();
    expect(partitions).to.deep.equal([[[1, 2], [3], [4, 5]], []]);
  });

  it('block generator throttling: no batch has more than the rate allows, and nothing is lost', async () => {
    const { ssc, clock } = context({ receiverMaxRate: 100 });
    const receiver = new Driven();
    const outputs = collected(ssc.receiverStream(receiver));
    await ssc.start();
    receiver.storeAll(Array.from({ length: 350 }, (_, n) => n));
    await clock.advance(5000);
    await ssc.stop();
    expect(outputs.map((batch) => batch.length)).to.deep.equal([100, 100, 100, 50, 0]);
    expect(outputs.flat()).to.deep.equal(Array.from({ length: 350 }, (_, n) => n));
  });

  it('the rate does not hold for blocks', async () => {
    const { ssc, clock } = context({ receiverMaxRate: 100 });
    const receiver = new Driven();
    const outputs = collected(ssc.receiverStream(receiver).count());
    await ssc.start();
    await receiver.storeBlock(Array.from({ length: 350 }, (_, n) => n));
    await clock.advance(1000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[350]]);
  });

  it('the rate begins with the initial rate, never above the greatest, and follows what batches can take', async () => {
    const { ssc, clock } = context({ backpressure: { initialRate: 1000, minRate: 10 }, receiverMaxRate: 400 });
    const receiver = new Driven();
    const stream = ssc.receiverStream(receiver);
    // A record takes 10 ms: 100 records a second are all that can be done.
    stream.foreachRDD(async (rdd) => {
      await clock.sleep(10 * (await rdd.count()));
    });
    const completed: BatchInfo[] = [];
    ssc.addStreamingListener({ onBatchCompleted: ({ batchInfo }) => completed.push(batchInfo) });
    await ssc.start();
    receiver.storeAll(Array.from({ length: 100_000 }, (_, n) => n));
    await clock.advance(60_000);
    // The output that runs sleeps on this clock.
    await Promise.all([ssc.stop(), clock.advance(10_000)]);
    const counts = completed.map(({ numRecords }) => numRecords);
    expect(counts[0]).to.equal(400);
    for (const count of counts) expect(count).to.be.at.most(400);
    // Once the first batches have been worked off.
    for (const count of counts.slice(-10)) expect(count).to.be.within(50, 100);
  });

  it('SPARK-6222: batches that wait for a slow one still have their blocks', async () => {
    const { ssc, clock } = context();
    const receiver = new Driven();
    const outputs: number[][] = [];
    ssc.receiverStream(receiver).foreachRDD(async (rdd, time) => {
      if (time === 1000) await clock.sleep(30_500);
      outputs.push(await rdd.collect());
    });
    await ssc.start();
    for (let n = 0; n < 40; n++) {
      receiver.store(n);
      await clock.advance(1000);
    }
    await ssc.stop();
    expect(outputs).to.deep.equal(Array.from({ length: 40 }, (_, n) => [n]));
  });

  it('records that come while jobs are made are not lost', async () => {
    const { ssc, clock } = context();
    const receiver = new Driven();
    const outputs = collected(
      ssc.receiverStream(receiver).transform((rdd, time) => {
        if (time <= 3000) receiver.store(time);
        return rdd;
      }),
    );
    await ssc.start();
    await clock.advance(3000);
    await ssc.stop(true, true);
    expect(outputs.flat()).to.deep.equal([1000, 2000, 3000]);
  });
});
