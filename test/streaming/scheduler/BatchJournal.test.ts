import { expect } from 'chai';
import type { BatchJournal } from '../../../src/streaming/scheduler/BatchJournal';
import type { StreamInputInfo } from '../../../src/streaming/scheduler/BatchInfo';
import { type Output, program, type ProgramOptions, recorded, rejectionOf, waitingIn } from '../program';

/** A journal that writes at once, unless it is held. */
class Journal implements BatchJournal {
  readonly events: string[];
  readonly begun: (readonly [time: number, inputs: readonly StreamInputInfo[]])[] = [];
  /** The batches that are written only when `release` is called. */
  readonly held = new Set<number>();
  readonly failing = new Set<number>();
  readonly #waiting = new Map<number, () => void>();

  constructor(events: string[] = []) {
    this.events = events;
  }

  begin(time: number, inputs: readonly StreamInputInfo[]): Promise<void> | undefined {
    this.begun.push([time, inputs]);
    this.events.push(`begin ${String(time)}`);
    if (this.failing.has(time)) return Promise.reject(new Error(`No room for ${String(time)}.`));
    if (!this.held.has(time)) return undefined;
    return new Promise((resolve) => {
      this.#waiting.set(time, () => {
        this.events.push(`written ${String(time)}`);
        resolve();
      });
    });
  }

  release(time: number): void {
    this.#waiting.get(time)?.();
  }
}

/** Turns of the microtask queue, for work that the clock waits for. */
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
};

function journalled(options: ProgramOptions = {}): ReturnType<typeof program> & { journal: Journal; events: string[] } {
  const events: string[] = [];
  const journal = new Journal(events);
  return { ...program({ journal, ...options }), journal, events };
}

describe('the journal of batches', () => {
  it('has each batch before its upkeep and its outputs, with what its inputs gave to it', async () => {
    const { ssc, clock, journal, events } = journalled();
    const input = ssc.queueStream([[1, 2], [3]]);
    input.window(2000, 2000).foreachRDD((_, time) => void events.push(`window ${String(time)}`));
    input
      .map((n) => [n, 1] as const)
      .updateStateByKey((values) => {
        events.push(`upkeep ${String(values.length)}`);
        return values.length;
      })
      .foreachRDD((_, time) => void events.push(`state ${String(time)}`));
    journal.held.add(1000).add(2000);
    await ssc.start();
    const advanced = clock.advance(2000);
    await turns();
    expect(events).to.deep.equal(['begin 1000']);
    journal.release(1000);
    await turns();
    expect(events.slice(1)).to.deep.equal(['written 1000', 'upkeep 1', 'upkeep 1', 'state 1000', 'begin 2000']);
    journal.release(2000);
    await advanced;
    expect(events.slice(6).filter((event) => !event.startsWith('upkeep'))).to.deep.equal(['written 2000', 'window 2000', 'state 2000']);
    expect(journal.begun).to.deep.equal([
      [1000, [{ inputStreamId: 0, numRecords: 2, description: 'queue' }]],
      [2000, [{ inputStreamId: 0, numRecords: 1, description: 'queue' }]],
    ]);
    await ssc.stop();
  });

  it('has batches one after the other, each when the one before has ended, or, with two jobs at once, has begun', async () => {
    for (const [concurrentJobs, expected] of [
      [1, ['begin 1000', 'output 1000', 'ended 1000', 'begin 2000', 'output 2000', 'ended 2000']],
      [2, ['begin 1000', 'output 1000', 'begin 2000', 'output 2000', 'ended 1000', 'ended 2000']],
    ] as const) {
      const { ssc, clock, events } = journalled({ concurrentJobs });
      ssc.queueStream([[1], [2]]).foreachRDD(async (_, time) => {
        events.push(`output ${String(time)}`);
        await clock.sleep(1500);
        events.push(`ended ${String(time)}`);
      });
      await ssc.start();
      await clock.advance(2000);
      const finished = ssc.finish();
      await clock.advance(3000);
      await finished;
      // With one job at once the second batch had not begun when the first was the last.
      expect(events).to.deep.equal(concurrentJobs === 1 ? expected.slice(0, 3) : expected);
    }
  });

  it('lets no job of any batch begin while a batch is written, however many jobs may run', async () => {
    const { ssc, clock, journal, events } = journalled({ concurrentJobs: 4 });
    for (const name of ['a', 'b']) ssc.queueStream([[1], [2]]).foreachRDD((_, time) => void events.push(`${name} ${String(time)}`));
    journal.held.add(1000);
    await ssc.start();
    const first = clock.advance(1000);
    await turns();
    expect(events).to.deep.equal(['begin 1000']);
    journal.release(1000);
    await first;
    await clock.advance(1000);
    expect(events).to.deep.equal(['begin 1000', 'written 1000', 'a 1000', 'b 1000', 'begin 2000', 'a 2000', 'b 2000']);
    await ssc.stop();
  });

  it('has batches without any output as well', async () => {
    const { ssc, clock, journal } = journalled();
    recorded(ssc.queueStream([[1], [2], [3]]).window(3000, 3000));
    await ssc.start();
    await clock.advance(3000);
    await ssc.stop();
    expect(journal.begun.map(([time]) => time)).to.deep.equal([1000, 2000, 3000]);
  });

  it('that cannot take a batch fails it, without another try; none of its outputs runs, and the next batch does', async () => {
    const { ssc, clock, journal, errors } = journalled({ retries: 3 });
    const outputs = recorded(ssc.queueStream([[1], [2], [3]]));
    const failures: (string | undefined)[] = [];
    ssc.addStreamingListener({ onBatchCompleted: ({ batchInfo }) => void failures.push(batchInfo.failureReason) });
    journal.failing.add(2000);
    await ssc.start();
    await clock.advance(3000);
    expect(outputs).to.deep.equal([[1000, [1]], [3000, [3]]]);
    expect(journal.begun.map(([time]) => time)).to.deep.equal([1000, 2000, 3000]);
    expect(failures).to.deep.equal([undefined, 'No room for 2000.', undefined]);
    expect(errors).to.deep.equal(['No room for 2000.']);
    expect((await rejectionOf(ssc.awaitTermination())).message).to.equal('No room for 2000.');
    await ssc.stop();
  });

  it("that cannot take a batch ends the program with onBatchFailure 'stop': no later batch begins, and what they had goes back", async () => {
    const { ssc, clock, journal, errors } = journalled({ onBatchFailure: 'stop' });
    const input = ssc.queueStream([[1], [2], [3], [4]]);
    const outputs: Output<number>[] = [];
    input.foreachRDD(async (rdd, time) => {
      outputs.push([time, await rdd.collect()]);
      await clock.sleep(2500);
    });
    journal.failing.add(2000);
    await ssc.start();
    await clock.advance(6000);
    expect(outputs).to.deep.equal([[1000, [1]]]);
    expect(journal.begun.map(([time]) => time)).to.deep.equal([1000, 2000]);
    expect(errors).to.deep.equal(['No room for 2000.']);
    expect(ssc.getState()).to.equal('STOPPED');
    expect(waitingIn(input)).to.deep.equal([[3], [4]]);
  });

  it('that throws fails the batch too', async () => {
    const journal: BatchJournal = {
      begin: () => {
        throw new Error('It is closed.');
      },
    };
    const { ssc, clock, errors } = program({ journal });
    const outputs = recorded(ssc.queueStream([[1]]));
    await ssc.start();
    await clock.advance(1000);
    await ssc.stop();
    expect([outputs, errors]).to.deep.equal([[], ['It is closed.']]);
  });

  it('keeps a batch that it is writing from being withdrawn by finish; the batches after it go back', async () => {
    const { ssc, clock, journal } = journalled();
    const input = ssc.queueStream([[1], [2], [3]]);
    const outputs = recorded(input);
    journal.held.add(1000);
    await ssc.start();
    const advanced = clock.advance(2000);
    await turns();
    const finished = ssc.finish();
    await turns();
    expect([ssc.getState(), outputs]).to.deep.equal(['ACTIVE', []]);
    journal.release(1000);
    await finished;
    await advanced;
    expect(outputs).to.deep.equal([[1000, [1]]]);
    expect(ssc.lastCompletedTime).to.equal(1000);
    expect(waitingIn(input)).to.deep.equal([[2], [3]]);
    expect(journal.begun.map(([time]) => time)).to.deep.equal([1000]);
  });

  it('is waited for by a stop, and no output of its batch begins', async () => {
    const { ssc, clock, journal } = journalled();
    const outputs = recorded(ssc.queueStream([[1]]));
    journal.held.add(1000);
    await ssc.start();
    const advanced = clock.advance(1000);
    await turns();
    const stopped = ssc.stop();
    await turns();
    expect(ssc.getState()).to.equal('ACTIVE');
    journal.release(1000);
    await stopped;
    await advanced;
    expect(outputs).to.deep.equal([]);
    expect(ssc.lastCompletedTime).to.equal(undefined);
  });
});
