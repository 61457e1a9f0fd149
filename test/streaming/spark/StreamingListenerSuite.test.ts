import { expect } from 'chai';
import {
  type BatchInfo, type OutputOperationInfo, Receiver, type ReceiverInfo, StatsReportListener, type StreamingListener,
} from '../../../src/streaming';
import { context, input, quietly } from './harness';

/** Runs outputs over batches of 1, 2 and 3 records, and gives what a listener was told. */
async function told(
  outputs: ((time: number) => unknown)[],
): Promise<Record<'submitted' | 'started' | 'completed', BatchInfo[]> & Record<'begun' | 'ended', OutputOperationInfo[]>> {
  const { ssc, clock } = context();
  const stream = ssc.queueStream([[1], [1, 2], [1, 2, 3]]);
  for (const output of outputs) stream.foreachRDD((_rdd, time) => output(time));
  const events = {
    submitted: [] as BatchInfo[], started: [] as BatchInfo[], completed: [] as BatchInfo[],
    begun: [] as OutputOperationInfo[], ended: [] as OutputOperationInfo[],
  };
  const listener: StreamingListener = {
    onBatchSubmitted: ({ batchInfo }) => events.submitted.push(batchInfo),
    onBatchStarted: ({ batchInfo }) => events.started.push(batchInfo),
    onBatchCompleted: ({ batchInfo }) => events.completed.push(batchInfo),
    onOutputOperationStarted: ({ outputOperationInfo }) => events.begun.push(outputOperationInfo),
    onOutputOperationCompleted: ({ outputOperationInfo }) => events.ended.push(outputOperationInfo),
  };
  ssc.addStreamingListener(listener);
  await quietly(async () => {
    await ssc.start();
    await clock.advance(3900);
    await ssc.stop();
  });
  return events;
}

describe('Spark: StreamingListenerSuite', () => {
  it('batch info reporting', async () => {
    // Jobs of 300 and 100 ms; none of the batches has to wait.
    const { ssc, clock } = context();
    const stream = ssc.queueStream([[1], [1, 2], [1, 2, 3]]);
    stream.foreachRDD(() => clock.sleep(300));
    stream.foreachRDD(() => clock.sleep(100));
    const submitted: BatchInfo[] = [];
    const started: BatchInfo[] = [];
    const completed: BatchInfo[] = [];
    ssc.addStreamingListener({
      onBatchSubmitted: ({ batchInfo }) => submitted.push(batchInfo),
      onBatchStarted: ({ batchInfo }) => started.push(batchInfo),
      onBatchCompleted: ({ batchInfo }) => completed.push(batchInfo),
    });
    await ssc.start();
    await clock.advance(3900);
    await ssc.stop();

    expect(submitted.map((info) => info.batchTime)).to.deep.equal([1000, 2000, 3000]);
    for (const info of submitted) {
      expect(info.submissionTime).to.equal(info.batchTime);
      expect(info.schedulingDelay).to.equal(undefined);
      expect(info.processingDelay).to.equal(undefined);
      expect(info.totalDelay).to.equal(undefined);
    }
    expect(submitted.map((info) => info.numRecords)).to.deep.equal([1, 2, 3]);

    expect(started).to.have.lengthOf(3);
    for (const info of started) {
      expect(info.schedulingDelay).to.equal(0);
      expect(info.processingDelay).to.equal(undefined);
      expect(info.totalDelay).to.equal(undefined);
    }

    expect(completed).to.have.lengthOf(3);
    for (const [index, info] of completed.entries()) {
      expect(info.batchTime).to.equal((index + 1) * 1000);
      expect(info.submissionTime).to.equal(info.batchTime);
      expect(info.processingStartTime).to.equal(info.batchTime);
      expect(info.processingEndTime).to.equal(info.batchTime + 400);
      expect(info.schedulingDelay).to.equal(0);
      expect(info.processingDelay).to.equal(400);
      expect(info.totalDelay).to.equal(400);
      expect(info.streamIdToInputInfo.get(0)?.numRecords).to.equal(index + 1);
      expect(info.numRecords).to.equal(index + 1);
      expect([...info.outputOperationInfos.keys()]).to.deep.equal([0, 1]);
      const first = { startTime: info.batchTime, endTime: info.batchTime + 300, duration: 300 };
      expect(info.outputOperationInfos.get(0)).to.include(first);
    }
  });

  it('a batch that has to wait has a scheduling delay', async () => {
    const { ssc, clock } = context();
    const completed: BatchInfo[] = [];
    ssc.queueStream([[1], [2]]).foreachRDD((_rdd, time) => (time === 1000 ? clock.sleep(1500) : undefined));
    ssc.addStreamingListener({ onBatchCompleted: ({ batchInfo }) => completed.push(batchInfo) });
    await ssc.start();
    await clock.advance(2900);
    await ssc.stop();
    expect(completed.map((info) => [info.schedulingDelay, info.processingDelay, info.totalDelay])).to.deep.equal([
      [0, 1500, 1500], [500, 0, 500],
    ]);
  });

  it('receiver info reporting', async () => {
    const { ssc, clock } = context();
    class Short extends Receiver<number> {
      override onStart(): void {
        this.reportError('some trouble', new Error('report error'));
        clock.schedule(500, () => {
          this.stop('done', new Error('final'));
        });
      }

      override onStop(): void {
        // Nothing was opened.
      }
    }
    ssc.receiverStream(new Short()).foreachRDD(() => undefined);
    const started: ReceiverInfo[] = [];
    const errors: ReceiverInfo[] = [];
    const stopped: ReceiverInfo[] = [];
    ssc.addStreamingListener({
      onReceiverStarted: ({ receiverInfo }) => started.push(receiverInfo),
      onReceiverError: ({ receiverInfo }) => errors.push(receiverInfo),
      onReceiverStopped: ({ receiverInfo }) => stopped.push(receiverInfo),
    });
    await ssc.start();
    await clock.advance(1000);
    await ssc.stop();
    expect(started.map((info) => [info.streamId, info.active])).to.deep.equal([[0, true]]);
    expect(errors.map((info) => info.lastErrorMessage)).to.deep.equal(['some trouble: report error', 'done: final']);
    expect(errors[0]?.lastError).to.be.instanceOf(Error);
    expect(stopped.map((info) => [info.streamId, info.active, info.name])).to.deep.equal([[0, false, 'Short']]);
  });

  it('output operation reporting: numbered 0, 1, 2 in the order of registration', async () => {
    const { begun, ended } = await told([() => undefined, () => undefined, () => undefined]);
    expect(begun.map(({ batchTime, id }) => [batchTime, id])).to.deep.equal(
      [1000, 2000, 3000].flatMap((time) => [0, 1, 2].map((id) => [time, id])),
    );
    expect(ended).to.have.lengthOf(9);
    for (const info of ended) {
      expect(info.failureReason).to.equal(undefined);
      expect(info.endTime).to.be.a('number');
    }
  });

  it('a successful batch has no failure reasons', async () => {
    const { completed } = await told([() => undefined, () => undefined]);
    for (const info of completed) {
      for (const output of info.outputOperationInfos.values()) expect(output.failureReason).to.equal(undefined);
    }
  });

  it('one failed job: it alone has a reason, and the other one has run', async () => {
    const { completed } = await told([
      () => { throw new Error('This is a failed job'); },
      () => undefined,
    ]);
    for (const { outputOperationInfos } of completed) {
      expect(outputOperationInfos.get(0)?.failureReason).to.contain('This is a failed job');
      expect(outputOperationInfos.get(1)?.failureReason).to.equal(undefined);
      expect(outputOperationInfos.get(1)?.endTime).to.be.a('number');
    }
  });

  it('several failed jobs: each has its reason', async () => {
    const { completed } = await told([
      () => { throw new Error('This is a failed job'); },
      () => Promise.reject(new Error('This is another failed job')),
    ]);
    for (const { outputOperationInfos } of completed) {
      expect(outputOperationInfos.get(0)?.failureReason).to.contain('This is a failed job');
      expect(outputOperationInfos.get(1)?.failureReason).to.contain('This is another failed job');
    }
  });

  it('a listener that was removed is told nothing more, nor is one after the stop', async () => {
    const { ssc, clock } = context();
    input(ssc, [[1], [2], [3]]).foreachRDD(() => undefined);
    let first = 0;
    let second = 0;
    const listener: StreamingListener = { onBatchCompleted: () => first++ };
    ssc.addStreamingListener(listener);
    ssc.addStreamingListener({ onBatchCompleted: () => second++ });
    await ssc.start();
    await clock.advance(1000);
    ssc.removeStreamingListener(listener);
    await clock.advance(1000);
    await ssc.stop();
    await clock.advance(5000);
    expect([first, second]).to.deep.equal([1, 2]);
  });

  it('streaming started', async () => {
    const { ssc, clock } = context();
    input(ssc, [[1]]).foreachRDD(() => undefined);
    await clock.advance(250);
    const times: number[] = [];
    ssc.addStreamingListener({ onStreamingStarted: ({ time }) => times.push(time) });
    await ssc.start();
    await ssc.stop();
    expect(times).to.deep.equal([250]);
  });

  it('StatsReportListener', async () => {
    const { ssc, clock } = context();
    input(ssc, [[1]]).foreachRDD(() => clock.sleep(250));
    const lines: string[] = [];
    ssc.addStreamingListener(new StatsReportListener(10, (line) => lines.push(line)));
    await ssc.start();
    await clock.advance(1500);
    await ssc.stop();
    expect(lines).to.have.lengthOf(2);
    expect(lines[0]).to.match(/^Total delay.*50 %: 250 ms.*100 %: 250 ms/);
    expect(lines[1]).to.match(/^Processing time.*50 %: 250 ms/);
  });
});
