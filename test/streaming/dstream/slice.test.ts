import { expect } from 'chai';
import { type DStream, IllegalArgumentError, UnsupportedOperationError, StreamingError } from '../../../src/streaming';
import { type Program, program, recorded } from '../program';

async function recordsOf(stream: DStream<number>, from: number, to: number): Promise<number[][]> {
  return await Promise.all(stream.slice(from, to).map((rdd) => rdd.collect()));
}

async function started(startAt = 0): Promise<Program & { numbers: DStream<number> }> {
  const parts = program({ startAt });
  const numbers = parts.ssc.queueStream([[1], [2], null, [4], [5]]);
  recorded(numbers.window(5000));
  await parts.ssc.start();
  await parts.clock.advance(5000);
  return { ...parts, numbers };
}

describe('slice', () => {
  it('gives the RDDs of both ends and all between, floored to the slide, leaving out times without RDD', async () => {
    const { ssc, numbers } = await started();
    expect(await recordsOf(numbers, 2000, 4000)).to.deep.equal([[2], [4]]);
    expect(await recordsOf(numbers, 2999, 4999)).to.deep.equal([[2], [4]]);
    expect(await recordsOf(numbers, 5000, 5000)).to.deep.equal([[5]]);
    expect(await recordsOf(numbers, 3000, 3999)).to.deep.equal([]);
    await ssc.stop();
  });

  it('gives nothing for batches that are still to come, and takes nothing from them', async () => {
    const { ssc, clock } = program();
    const numbers = ssc.queueStream([[1], [2], [3]]);
    const outputs = recorded(numbers.map((number) => number * 10));
    numbers.foreachRDD((_rdd, time) => {
      expect(numbers.slice(0, Number.MAX_SAFE_INTEGER)).to.have.length(Math.min(2, time / 1000));
      expect(numbers.getOrCompute(time + 1000)).to.equal(null);
    });
    ssc.remember(2000);
    await ssc.start();
    await clock.advance(3000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[1000, [10]], [2000, [20]], [3000, [30]]]);
  });

  it('gives nothing for the zero time and before', async () => {
    const { ssc, numbers } = await started(2500);
    expect(numbers.zeroTime).to.equal(2000);
    expect([2000, 3000, 3500].map((time) => numbers.isTimeValid(time))).to.deep.equal([false, true, false]);
    expect(numbers.getOrCompute(2000)).to.equal(null);
    expect(numbers.getOrCompute(3000)).to.equal(numbers.getOrCompute(3000));
    expect(await recordsOf(numbers, -5000, 2999)).to.deep.equal([]);
    expect(await recordsOf(numbers, 0, 3000)).to.deep.equal([[1]]);
    await ssc.stop();
  });

  it('refuses an end before the beginning, and a context that has not started', async () => {
    const { ssc, numbers } = await started();
    expect(() => numbers.slice(3000, 2000)).to.throw(IllegalArgumentError, /3000.*2000/u);
    await ssc.stop();
    expect(() => program().ssc.queueStream([[1]]).slice(0, 1000)).to.throw(StreamingError, 'not been initialized');
  });
});

describe('persist', () => {
  it('is refused once the context has started', async () => {
    const { ssc, numbers } = await started();
    expect(() => numbers.persist()).to.throw(UnsupportedOperationError, 'call it before start()');
    expect(() => numbers.cache()).to.throw(UnsupportedOperationError);
    await ssc.stop();
  });

  it('keeps RDDs as long as they are remembered, and no longer', async () => {
    const { ssc, clock } = program();
    const numbers = ssc.queueStream([[1], [2], [3], [4], [5]]).map((n) => n).persist();
    const rdds: { kept: () => boolean; time: number }[] = [];
    numbers.foreachRDD(async (rdd, time) => {
      rdds.push({ kept: () => rdd.isKept, time });
      await rdd.count();
    });
    recorded(numbers.window(2000));
    await ssc.start();
    await clock.advance(5000);
    // A slide of 1,000 ms and the window's 2,000 ms: after the batch of 5000 all up to 2000 are gone.
    expect(numbers.rememberDuration).to.equal(3000);
    expect(rdds.filter(({ kept }) => kept()).map(({ time }) => time)).to.deep.equal([3000, 4000, 5000]);
    await ssc.stop();
  });
});
