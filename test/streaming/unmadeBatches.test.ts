import { expect } from 'chai';
import type { DStream } from '../../src/streaming';
import { BlockInputDStream } from '../../src/streaming/dstream/BlockInputDStream';
import { NO_LIMITS, ReceiverBuffer } from '../../src/streaming/receiver/ReceiverBuffer';
import { program, recorded, rejectionOf, waitingIn } from './program';

const failingAt =
  (...times: number[]) =>
  <T>(stream: DStream<T>): DStream<T> =>
    stream.transform((rdd, time) => {
      if (times.includes(time)) throw new Error(`No RDD at ${String(time)}.`);
      return rdd;
    });

describe('a batch that cannot be made, since a function that makes its RDDs throws', () => {
  it('is reported, and left out; batches go on', async () => {
    const { ssc, clock, errors } = program();
    const outputs = recorded(failingAt(2000)(ssc.queueStream([[1], [2], [3]])));
    await ssc.start();
    await clock.advance(3000);
    expect(outputs).to.deep.equal([[1000, [1]], [3000, [3]]]);
    expect(errors).to.deep.equal(['No RDD at 2000.']);
    expect(ssc.getState()).to.equal('ACTIVE');
    expect(ssc.lastCompletedTime).to.equal(3000);
    expect((await rejectionOf(ssc.awaitTermination())).message).to.equal('No RDD at 2000.');
    await ssc.stop();
  });

  it("stops the context with onBatchFailure 'stop', and gives back what it and later batches were given", async () => {
    const { ssc, clock, errors } = program({ onBatchFailure: 'stop' });
    const input = ssc.queueStream([[1], [2], [3]]);
    const outputs = recorded(failingAt(2000)(input));
    await ssc.start();
    await clock.advance(5000);
    expect(outputs).to.deep.equal([[1000, [1]]]);
    expect(errors).to.deep.equal(['No RDD at 2000.']);
    expect(ssc.getState()).to.equal('STOPPED');
    expect(ssc.lastCompletedTime).to.equal(1000);
    expect(waitingIn(input)).to.deep.equal([[2], [3]]);
  });

  it('ends a graceful stop, and does not keep it trying', async () => {
    const { ssc, clock, errors } = program({ onBatchFailure: 'stop' });
    const input = ssc.queueStream([[1], [2], [3]]);
    const outputs = recorded(failingAt(2000)(input));
    await ssc.start();
    await clock.advance(500);
    const stopped = ssc.stop({ gracefully: true });
    await clock.advance(0);
    await stopped;
    expect(outputs).to.deep.equal([[1000, [1]]]);
    expect(errors).to.deep.equal(['No RDD at 2000.']);
    expect(waitingIn(input)).to.deep.equal([[2], [3]]);
  });

  it('holds nothing of what it was given, however many there are', async () => {
    const { ssc, clock } = program();
    const buffer = new ReceiverBuffer<number>({ ...NO_LIMITS, bufferLimit: 10 });
    const times = Array.from({ length: 20 }, (_, index) => (index + 1) * 1000);
    recorded(failingAt(...times)(new BlockInputDStream(ssc, 'test', buffer)));
    await ssc.start();
    for (const time of times) {
      expect(buffer.store([time], clock.now())).to.equal(1);
      await clock.advance(1000);
    }
    await ssc.stop();
  });
});
