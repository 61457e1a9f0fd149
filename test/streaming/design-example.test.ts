import { expect } from 'chai';
import { ManualClock, StreamingContext } from '../../src/streaming';

describe('the example of the documentation', () => {
  it('runs as written and gives the values worked out by hand', async () => {
    const out: [number, (readonly [number, number])[]][] = [];
    const clock = new ManualClock(0);
    const ssc = new StreamingContext({ batchInterval: 1000, clock });
    const numbers = ssc.queueStream([[1, 2], [3], null, [4]]);
    numbers
      .filter((n) => n > 0)
      .map((n) => [n % 2, n])
      .reduceByKeyAndWindow((a, b) => a + b, (a, b) => a - b, 3000, 1000)
      .foreachRDD(async (rdd, time) => out.push([time, await rdd.collect()]));
    await ssc.start();
    await clock.advance(4000);
    await ssc.stop();
    expect(out).to.deep.equal([
      [1000, [[1, 1], [0, 2]]],
      [2000, [[1, 4], [0, 2]]],
      [3000, [[1, 4], [0, 2]]],
      [4000, [[1, 3], [0, 4]]],
    ]);
    expect(clock.pendingTimers).to.equal(0);
  });
});
