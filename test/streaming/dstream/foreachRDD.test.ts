import { expect } from 'chai';
import { program } from '../program';

describe('foreachRDD', () => {
  it('runs outputs in the order of their registration, and waits for each', async () => {
    const { ssc, clock } = program();
    const order: string[] = [];
    const numbers = ssc.queueStream([[1], [2]]);
    numbers.foreachRDD(async (_, time) => {
      order.push(`first begins ${String(time)}`);
      await Promise.resolve();
      await Promise.resolve();
      order.push(`first ends ${String(time)}`);
    });
    numbers.map((n) => n).foreachRDD((_, time) => order.push(`second ${String(time)}`));
    await ssc.start();
    await clock.advance(2000);
    await ssc.stop();
    expect(order).to.deep.equal([
      'first begins 1000', 'first ends 1000', 'second 1000', 'first begins 2000', 'first ends 2000', 'second 2000',
    ]);
  });

  it('is called with empty RDDs, but not for batches without any', async () => {
    const { ssc, clock } = program();
    const times: number[] = [];
    ssc.queueStream<number>([[], null, [1]]).foreachRDD((_, time) => times.push(time));
    await ssc.start();
    await clock.advance(3000);
    await ssc.stop();
    expect(times).to.deep.equal([1000, 3000]);
  });

  it('computes only what it asks for: streams without an output never run', async () => {
    const { ssc, clock } = program();
    let calls = 0;
    const numbers = ssc.queueStream([[1], [2]]);
    const counted = numbers.map((n) => {
      calls++;
      return n;
    });
    counted.filter((n) => n > 0);
    numbers.foreachRDD(() => undefined);
    counted.foreachRDD(() => 'the RDD is not looked at');
    await ssc.start();
    await clock.advance(2000);
    await ssc.stop();
    expect(calls).to.equal(0);
  });
});
