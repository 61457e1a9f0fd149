import { expect } from 'chai';
import type { BatchEvent, OperatorProgress } from '../../../src/engine/Engine';
import { BOUNDS, DurationHistogram } from '../../../src/flow/monitor/DurationHistogram';
import { GraphHistory } from '../../../src/flow/monitor/GraphHistory';
import { MOST_DETAILS } from '../../../src/flow/monitor/snapshot';
import { ManualClock } from '../../../src/ports/ManualClock';

const batch = (number: number, more: Partial<BatchEvent> = {}): BatchEvent =>
  ({ batchTime: number * 1000, records: 10, schedulingDelay: 1, processingDelay: 3, ...more });
const counted = (recordsIn: number): OperatorProgress =>
  ({ recordsIn, recordsOut: recordsIn, failed: 0, skipped: 0, refused: 0, waiting: 0, keys: 0 });
const problem = { nodeId: 'm', code: 'hung', what: 'It hangs.', why: '', fix: '' };

describe('GraphHistory', () => {
  let clock: ManualClock;
  let history: GraphHistory;

  beforeEach(() => {
    clock = new ManualClock(500);
    history = new GraphHistory(clock);
  });

  it('counts batches, and remembers the newest as a whole', () => {
    for (let number = 1; number <= MOST_DETAILS + 1; number++) history.batch(batch(number, number === 7 ? { failure: 'It broke.' } : {}), 1000);
    expect(history.counts).to.include({ batches: 101, failedBatches: 1, records: 1010 });
    expect(history.detailsOf(1000)).to.equal(undefined);
    expect(history.detailsOf(7000)?.failure).to.equal('It broke.');
    expect(history.lastBatch?.batchTime).to.equal(101_000);
    expect(history.batches.sequence).to.equal(101);
  });

  it('begins to count again when the graph does, and keeps batches and problems', async () => {
    history.batch(batch(1), 1000);
    history.problem(problem);
    history.progress({ operators: { r: counted(10) }, active: { batches: [{ batchTime: 2000, records: 3, state: 'queued', since: 0 }], count: 1 } }, 1000);
    await clock.advance(1000);
    history.beginAgain();
    expect(history.startedAt).to.equal(1500);
    expect(history.counts).to.include({ batches: 0, records: 0 });
    expect(history.counts.total.count).to.equal(0);
    expect(history.unfinished.count).to.equal(0);
    expect(history.rate('r', 'recordsIn', 1000)).to.equal(0);
    expect(history.batches.since(0).times).to.deep.equal([1000]);
    expect(history.problems.all).to.have.length(1);
  });

  it('knows that the graph is started again from its death until it says how it runs', async () => {
    history.described({ operators: { r: { pass: 1 } } });
    history.batch(batch(1), 1000);
    expect([history.isRestarting, history.counts.batches]).to.deep.equal([false, 1]);
    history.interrupted(problem);
    expect(history.isRestarting).to.equal(true);
    await clock.advance(2000);
    history.described({ operators: { r: { pass: 2 } } });
    expect([history.isRestarting, history.startedAt, history.counts.batches]).to.deep.equal([false, 2500, 0]);
    expect(history.description?.operators['r']?.pass).to.equal(2);
    history.described({ operators: {} });
    expect(history.startedAt, 'an update is no start').to.equal(2500);
  });

  it('knows what waits and runs, less what has ended since', () => {
    const active = { batches: [{ batchTime: 1000, records: 3, state: 'processing' as const, since: 1001 }, { batchTime: 2000, records: 4, state: 'queued' as const, since: 2000 }], count: 30 };
    history.progress({ operators: {}, active }, 1000);
    history.batch(batch(1), 1000);
    expect(history.unfinished).to.deep.equal({ batches: [active.batches[1]], count: 29 });
    history.batch(batch(99), 1000);
    expect(history.unfinished.count).to.equal(29);
    history.progress({ operators: {} }, 1000);
    expect(history.unfinished).to.deep.equal({ batches: [], count: 0 });
  });

  it('counts the time of a batch that runs, also where another has to wait before it is told that it has ended', async () => {
    const active = { batches: [{ batchTime: 1000, records: 900, state: 'processing' as const, since: 1000 }], count: 1 };
    history.progress({ operators: { r: counted(0) }, active, begins: true }, 1000);
    await clock.advance(9000);
    expect(history.rate('r', 'recordsIn', 1000)).to.equal(0);
    history.progress({ operators: { r: counted(900) }, active }, 1000);
    history.batch(batch(1, { processingDelay: 9000 }), 1000);
    expect(history.rate('r', 'recordsIn', 1000)).to.equal(100);
    await clock.advance(2001);
    expect(history.rate('r', 'recordsIn', 1000), 'nothing runs any more').to.equal(0);
  });

  it('has nothing that waits after a death or a failure', () => {
    const active = { batches: [{ batchTime: 1000, records: 3, state: 'processing' as const, since: 1001 }], count: 1 };
    for (const end of ['interrupted', 'failed'] as const) {
      history.progress({ operators: {}, active }, 1000);
      history[end](problem);
      expect(history.unfinished.count, end).to.equal(0);
    }
    expect(history.problems.all.map(({ count }) => count)).to.deep.equal([2]);
  });

  it('sets nothing off', async () => {
    history.batch(batch(1), 1000);
    await clock.advance(1e9);
    expect(history.counts.batches).to.equal(1);
  });
});

describe('DurationHistogram', () => {
  it('counts for each bound what is not longer', () => {
    const histogram = new DurationHistogram();
    for (const duration of [0, 5, 5.1, 10, 60_000, 60_001]) histogram.add(duration);
    expect(histogram.cumulative).to.deep.equal([2, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5]);
    expect(histogram.cumulative).to.have.length(BOUNDS.length);
    expect([histogram.count, histogram.sum]).to.deep.equal([6, 120_021.1]);
  });
});
