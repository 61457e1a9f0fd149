import { expect } from 'chai';
import { ManualClock, type RDD, StreamingContext, StreamingError } from '../../../src/streaming';
import { prepareStages } from '../../../src/streaming/rdd/prepareStages';
import { rejectionOf } from '../program';

const ssc = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() });

describe('prepareStages', () => {
  it('runs each stage after those it depends on, and a shared one once', async () => {
    const ran: string[] = [];
    const stage = (name: string, parent: RDD<number>): RDD<number> =>
      parent.mapPartitionsAwaiting(async (records) => {
        await Promise.resolve();
        ran.push(name);
        return records;
      });
    const source = stage('source', ssc.parallelize([1, 2]));
    const left = stage('left', source.map((n) => n * 10));
    const right = stage('right', source.union(left));
    const last = stage('last', left.union(right).union(source));
    await prepareStages(last);
    expect(ran.sort()).to.deep.equal(['last', 'last', 'last', 'last', 'left', 'right', 'right', 'source']);
    expect(await last.collect()).to.deep.equal([10, 20, 1, 2, 10, 20, 1, 2]);
    expect(ran).to.have.length(8);
  });

  it('must come before a stage is read: nothing would look like an empty result otherwise', () => {
    const pairs = ssc.parallelize<readonly [string, number]>([['a', 1]]);
    for (const rdd of [pairs.groupByKey(), pairs.repartition(2), pairs.mapPartitionsAwaiting((all) => Promise.resolve(all))]) {
      expect(() => {
        rdd.iterate(0, () => undefined);
      }).to.throw(StreamingError, 'before its stage had run');
    }
  });

  it('hands on what an awaited function is rejected with, and tries again next time', async () => {
    let broken = true;
    const rdd = ssc.parallelize([1]).mapPartitionsAwaiting((records) =>
      broken ? Promise.reject(new Error('no answer')) : Promise.resolve(records),
    );
    expect((await rejectionOf(rdd.map((n) => n).collect())).message).to.equal('no answer');
    broken = false;
    expect(await rdd.map((n) => n).collect()).to.deep.equal([1]);
  });

  it('takes a lineage of 10,000 shuffles: a stage does not compute what lies behind the stage before', async () => {
    let rdd: RDD<readonly [string, number]> = ssc.parallelize([['a', 0]]);
    for (let step = 0; step < 10_000; step++) rdd = rdd.mapValues((n) => n + 1).reduceByKey((a, b) => a + b);
    expect(await rdd.collect()).to.deep.equal([['a', 10_000]]);
  });

  it('takes 30,000 maps in one stage, each record once and in order', async () => {
    let deep = ssc.parallelize([0, 10, 20], 2);
    let calls = 0;
    for (let step = 1; step <= 30_000; step++) {
      deep = deep.map((n) => {
        calls++;
        return n + 1;
      });
    }
    expect(await deep.collect()).to.deep.equal([30_000, 30_010, 30_020]);
    expect(calls).to.equal(90_000);
  });

  it('takes unions of thousands of RDDs that were put together one by one, with maps in between', async () => {
    let all = ssc.parallelize([0]);
    for (let n = 1; n <= 3000; n++) all = all.union(ssc.parallelize([n])).map((record) => record);
    expect(await all.collect()).to.deep.equal(Array.from({ length: 3001 }, (_, n) => n));
    let plain = ssc.parallelize([0]);
    for (let n = 1; n <= 10_000; n++) plain = plain.union(ssc.parallelize([n]));
    expect(await plain.count()).to.equal(10_001);
  }).timeout(60_000);

  it('stops at what is kept on the way, and keeps what it passes', async () => {
    let calls = 0;
    const source = ssc.parallelize([1]).map((n) => {
      calls++;
      return n;
    });
    let rdd = source;
    for (let step = 1; step <= 1200; step++) {
      rdd = rdd.map((n) => n + 1);
      if (step === 600) rdd.persist();
    }
    expect(await rdd.collect()).to.deep.equal([1201]);
    expect(await rdd.collect()).to.deep.equal([1201]);
    expect(calls).to.equal(1);
  });
});
