import { expect } from 'chai';
import { type BatchInfo, StreamingError, type StreamingListener } from '../../../src/streaming';
import { program, recorded } from '../program';

/** A listener that writes down every event. */
function witness(): { listener: StreamingListener; events: [string, unknown][] } {
  const events: [string, unknown][] = [];
  const note = (name: string) => (event: unknown) => {
    events.push([name, event]);
  };
  const names = [
    'onStreamingStarted', 'onReceiverStarted', 'onReceiverError', 'onReceiverStopped', 'onBatchSubmitted', 'onBatchStarted',
    'onBatchCompleted', 'onOutputOperationStarted', 'onOutputOperationCompleted',
  ];
  return { listener: Object.fromEntries(names.map((name) => [name, note(name)])), events };
}

describe('StreamingListener', () => {
  it('is told of everything in order, with all that is known at that moment', async () => {
    const { ssc, clock } = program({ startAt: 500 });
    const { listener, events } = witness();
    ssc.addStreamingListener(listener);
    const numbers = ssc.queueStream([[1, 2]]);
    recorded(numbers);
    numbers.foreachRDD(() => clock.sleep(100));
    await ssc.start();
    await clock.advance(1400);
    await ssc.stop();

    const inputs = new Map([[0, { inputStreamId: 0, numRecords: 2, description: 'queue' }]]);
    const planned = [0, 1].map((id) => ({
      batchTime: 1000, id, name: 'foreachRDD', description: 'foreachRDD of QueueInputDStream, every 1000 ms',
    }));
    const [first, second] = planned;
    const begun = { ...first, startTime: 1000 };
    const ended = { ...begun, endTime: 1000, duration: 0 };
    const secondBegun = { ...second, startTime: 1000 };
    const secondEnded = { ...secondBegun, endTime: 1100, duration: 100 };
    const submitted = {
      batchTime: 1000,
      streamIdToInputInfo: inputs,
      submissionTime: 1000,
      outputOperationInfos: new Map([[0, first], [1, second]]),
      numRecords: 2,
    };
    const started = { ...submitted, processingStartTime: 1000, schedulingDelay: 0 };
    expect(events).to.deep.equal([
      ['onStreamingStarted', { time: 500 }],
      ['onBatchSubmitted', { batchInfo: submitted }],
      ['onBatchStarted', { batchInfo: started }],
      ['onOutputOperationStarted', { outputOperationInfo: begun }],
      ['onOutputOperationCompleted', { outputOperationInfo: ended }],
      ['onOutputOperationStarted', { outputOperationInfo: secondBegun }],
      ['onOutputOperationCompleted', { outputOperationInfo: secondEnded }],
      [
        'onBatchCompleted',
        {
          batchInfo: {
            ...started,
            processingEndTime: 1100,
            processingDelay: 100,
            totalDelay: 100,
            outputOperationInfos: new Map([[0, ended], [1, secondEnded]]),
          },
        },
      ],
    ]);
  });

  it('is told of batches without any RDD too', async () => {
    const { ssc, clock } = program();
    const infos: BatchInfo[] = [];
    ssc.addStreamingListener({ onBatchCompleted: ({ batchInfo }) => infos.push(batchInfo) });
    recorded(ssc.queueStream<number>([null]));
    await ssc.start();
    await clock.advance(1000);
    await ssc.stop();
    expect(infos.map((info) => [info.batchTime, info.outputOperationInfos.size])).to.deep.equal([[1000, 0]]);
  });

  it('harms nobody when it throws, or is rejected', async () => {
    const { ssc, clock, errors } = program();
    const times: number[] = [];
    // TypeScript takes an async function where one without a result is asked for.
    const rejected: () => unknown = async () => {
      await Promise.resolve();
      throw new Error('in an async listener');
    };
    ssc.addStreamingListener({
      onBatchSubmitted: () => {
        throw new Error('in a listener');
      },
      onBatchCompleted: rejected,
    });
    ssc.addStreamingListener({ onBatchSubmitted: ({ batchInfo }) => times.push(batchInfo.batchTime) });
    const outputs = recorded(ssc.queueStream([[1]]));
    await ssc.start();
    await clock.advance(1000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[1000, [1]]]);
    expect(times).to.deep.equal([1000]);
    expect(errors).to.deep.equal([
      'A streaming listener failed in onBatchSubmitted: in a listener',
      'A streaming listener failed in onBatchCompleted: in an async listener',
    ]);
    await ssc.awaitTermination();
  });

  it('must not stop the context', async () => {
    const { ssc, clock } = program();
    const answers: Promise<unknown>[] = [];
    ssc.addStreamingListener({
      onBatchCompleted: () => {
        answers.push(ssc.stop().catch((thrown: unknown) => thrown));
      },
    });
    recorded(ssc.queueStream([[1]]));
    await ssc.start();
    await clock.advance(1000);
    expect(await answers[0]).to.be.instanceOf(StreamingError).with.property('message').that.contains('call it from outside');
    expect(ssc.getState()).to.equal('ACTIVE');
    await ssc.stop();
  });

  it('is told nothing any more when it has been removed, and nothing twice when it was added twice', async () => {
    const { ssc, clock } = program();
    const times: number[] = [];
    const listener: StreamingListener = { onBatchStarted: ({ batchInfo }) => times.push(batchInfo.batchTime) };
    ssc.addStreamingListener(listener);
    ssc.addStreamingListener(listener);
    recorded(ssc.queueStream([[1]]));
    await ssc.start();
    await clock.advance(1000);
    ssc.removeStreamingListener(listener);
    await clock.advance(1000);
    await ssc.stop();
    expect(times).to.deep.equal([1000]);
  });
});
