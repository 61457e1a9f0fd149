import { expect } from 'chai';
import { program, recorded } from '../program';

describe('batches that a pause keeps from beginning', () => {
  it('wait in their order, and run by their own times when it ends', async () => {
    const { ssc, clock } = program();
    const outputs = recorded(ssc.queueStream([[1], [2], [3], [4]]));
    await ssc.start();
    await clock.advance(1000);
    ssc.batches.pause();
    await clock.advance(2000);
    expect(outputs).to.deep.equal([[1000, [1]]]);
    expect(ssc.batches.isPaused).to.equal(true);
    expect(ssc.batches.pending).to.equal(2);
    expect(ssc.batches.queuedRecords).to.equal(2);
    expect(ssc.batches.oldest(1).map(({ batchTime, processingStartTime }) => [batchTime, processingStartTime])).to.deep.equal([[2000, undefined]]);
    ssc.batches.resume();
    await clock.advance(0);
    expect(outputs).to.deep.equal([[1000, [1]], [2000, [2]], [3000, [3]]]);
    expect(ssc.batches.pending).to.equal(0);
    await ssc.stop();
  });

  it('do not keep the one from ending that runs, with all of its outputs', async () => {
    const { ssc, clock } = program();
    const ended: string[] = [];
    const stream = ssc.queueStream([[1], [2]]);
    for (const name of ['first', 'second']) {
      stream.foreachRDD(async (_, time) => {
        await clock.sleep(300);
        ended.push(`${name} ${String(time)}`);
      });
    }
    await ssc.start();
    await clock.advance(1100);
    ssc.batches.pause();
    await clock.advance(3000);
    expect(ended).to.deep.equal(['first 1000', 'second 1000']);
    await ssc.stop();
    expect(ended).to.have.length(2);
  });

  it('are given up by a stop, processed by a graceful one, and given back to their inputs by a finish', async () => {
    const left = async (end: (ssc: ReturnType<typeof program>['ssc']) => Promise<void>): Promise<[number, number | undefined]> => {
      const { ssc, clock } = program();
      const outputs = recorded(ssc.queueStream([[1], [2]]));
      await ssc.start();
      ssc.batches.pause();
      await clock.advance(2000);
      const ending = end(ssc);
      await clock.advance(20_000);
      await ending;
      return [outputs.filter(([, records]) => records.length > 0).length, ssc.lastCompletedTime];
    };
    expect(await left((ssc) => ssc.stop())).to.deep.equal([0, undefined]);
    expect(await left((ssc) => ssc.finish())).to.deep.equal([0, undefined]);
    expect((await left((ssc) => ssc.stop(true, true)))[0]).to.equal(2);
  });

  it('are not those of an earlier run: what began there goes on, and what comes after waits', async () => {
    const { ssc, clock } = program({ startAt: 5500, startAfter: 2000, replay: { times: [3000, 4000], load: () => undefined } });
    const times: number[] = [];
    ssc.queueStream([]).foreachRDD((_, time) => times.push(time));
    ssc.batches.pause();
    await ssc.start();
    await clock.advance(2000);
    expect(times).to.deep.equal([3000, 4000]);
    ssc.batches.resume();
    await clock.advance(0);
    expect(times.slice(2)).to.deep.equal([5000, 6000, 7000]);
    await ssc.stop();
  });
});
