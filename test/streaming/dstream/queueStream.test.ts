import { expect } from 'chai';
import { IllegalArgumentError, type QueuedBatch } from '../../../src/streaming';
import { outputsOf, type Program, program, recorded, rejectionOf } from '../program';

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

  it('reads the array of the caller, who may add to it while the program runs, and leaves it as it is', async () => {
    const { ssc, clock } = program();
    const queue: number[][] = [[1]];
    const outputs = recorded(ssc.queueStream(queue));
    await ssc.start();
    await clock.advance(1500);
    queue.push([2]);
    await clock.advance(1000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[1000, [1]], [2000, [2]]]);
    expect(queue).to.deep.equal([[1], [2]]);
  });

  it('gives the union of all that was pushed since the batch before, when all at once are wanted', async () => {
    const { ssc, clock } = program();
    const queue: QueuedBatch<number>[] = [];
    const stream = ssc.queueStream(queue, { oneAtATime: false });
    const partitions: number[] = [];
    stream.foreachRDD((rdd) => {
      partitions.push(rdd.partitionCount);
    });
    const outputs = recorded(stream);
    await ssc.start();
    queue.push([1], ssc.parallelize([2, 3], 2));
    await clock.advance(1000);
    await clock.advance(500);
    queue.push([4]);
    queue.push([]);
    await clock.advance(1500);
    await ssc.stop();
    expect(outputs).to.deep.equal([[1000, [1, 2, 3]], [2000, [4]], [3000, []]]);
    expect(partitions.slice(0, 2)).to.deep.equal([3, 2]);
  });

  it('refuses a queue that is no array, and an entry that is no batch', async () => {
    expect(() => program().ssc.queueStream('abc' as unknown as [])).to.throw(IllegalArgumentError, 'array of batches');
    const { ssc, clock } = program();
    const outputs = recorded(ssc.queueStream([1, [2]] as unknown as number[][]));
    await ssc.start();
    await clock.advance(2000);
    const error = await rejectionOf(ssc.awaitTermination());
    expect(error).to.be.instanceOf(IllegalArgumentError);
    expect(error.message).to.contain('of type number');
    await ssc.stop();
    expect(outputs).to.deep.equal([[2000, [2]]]);
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
