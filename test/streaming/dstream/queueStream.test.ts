import { expect } from 'chai';
import type { QueuedBatch } from '../../../src/streaming';
import { outputsOf, type Program, program, recorded } from '../program';

describe('queueStream', () => {
  it('gives one entry a batch, then empty RDDs; a null entry is a batch without RDD', async () => {
    expect(await outputsOf(5000, (ssc) => ssc.queueStream([[1, 2], null, [], [3]]))).to.deep.equal([
      [1000, [1, 2]], [3000, []], [4000, [3]], [5000, []],
    ]);
  });

  it('gives all entries at once when asked to, without the null ones', async () => {
    expect(await outputsOf(2000, (ssc) => ssc.queueStream([[1], null, [2, 3]], { oneAtATime: false }))).to.deep.equal([
      [1000, [1, 2, 3]], [2000, []],
    ]);
    expect(await outputsOf(2000, (ssc) => ssc.queueStream<number>([null, null], { oneAtATime: false }))).to.deep.equal([
      [2000, []],
    ]);
  });

  it('gives the default RDD, as an array or an RDD, when the queue is empty; null for none', async () => {
    expect(await outputsOf(3000, (ssc) => ssc.queueStream([[1]], { defaultRDD: [0] }))).to.deep.equal([
      [1000, [1]], [2000, [0]], [3000, [0]],
    ]);
    expect(await outputsOf(2000, (ssc) => ssc.queueStream([[1]], { defaultRDD: ssc.parallelize([7]) }))).to.deep.equal([
      [1000, [1]], [2000, [7]],
    ]);
    expect(await outputsOf(3000, (ssc) => ssc.queueStream([[1]], { defaultRDD: null }))).to.deep.equal([[1000, [1]]]);
  });

  it('takes RDDs as entries', async () => {
    const entries = (ssc: Program['ssc']): QueuedBatch<number>[] => [ssc.parallelize([1]).map((n) => n + 1), [5]];
    expect(await outputsOf(2000, (ssc) => ssc.queueStream(entries(ssc)))).to.deep.equal([
      [1000, [2]], [2000, [5]],
    ]);
  });

  it('reads the array of the caller, who may add to it while the program runs', async () => {
    const { ssc, clock } = program();
    const queue: number[][] = [[1]];
    const outputs = recorded(ssc.queueStream(queue));
    await ssc.start();
    await clock.advance(1500);
    queue.push([2]);
    await clock.advance(1000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[1000, [1]], [2000, [2]]]);
    expect(queue).to.deep.equal([]);
  });

  it('numbers inputs in the order of their creation and counts their records', async () => {
    const { ssc, clock } = program();
    const seen: unknown[] = [];
    ssc.addStreamingListener({
      onBatchCompleted: ({ batchInfo }) => seen.push([...batchInfo.streamIdToInputInfo.values()], batchInfo.numRecords),
    });
    recorded(ssc.queueStream([[1, 2]]).union(ssc.queueStream([[3]])));
    await ssc.start();
    await clock.advance(1000);
    await ssc.stop();
    expect(seen).to.deep.equal([
      [
        { inputStreamId: 0, numRecords: 2, description: 'queue' },
        { inputStreamId: 1, numRecords: 1, description: 'queue' },
      ],
      3,
    ]);
  });
});
