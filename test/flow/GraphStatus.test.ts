import { expect } from 'chai';
import type { OperatorProgress } from '../../src/engine/Engine';
import { compact, delayText, GraphStatus } from '../../src/flow/GraphStatus';
import { StatusBoard } from '../../src/flow/StatusBoard';
import type { NodeStatus } from '../../src/flow/StreamNode';
import type { Plan } from '../../src/plan/Plan';
import { ManualClock } from '../../src/ports/ManualClock';
import { examplePlan } from '../plan/examplePlan';

const figures = (more: Partial<OperatorProgress>): OperatorProgress => ({
  recordsIn: 0, recordsOut: 0, failed: 0, skipped: 0, refused: 0, waiting: 0, keys: 0, ...more,
});

describe('compact and delayText', () => {
  it('use at most four digits', () => {
    expect([0, 0.5, 7, 9.96, 123.4, 999.9, 1000, 12_400, 999_949, 999_950, 3_140_000].map(compact)).to.deep.equal([
      '0', '0.5', '7', '10', '123', '1000', '1.0k', '12.4k', '999.9k', '1.0M', '3.1M',
    ]);
    expect([0, 83.4, 999, 1000, 3240].map(delayText)).to.deep.equal(['0 ms', '83 ms', '999 ms', '1.0 s', '3.2 s']);
  });
});

describe('GraphStatus', () => {
  let clock: ManualClock;
  let last: Map<string, NodeStatus>;
  let status: GraphStatus;
  beforeEach(() => {
    clock = new ManualClock(0);
    last = new Map();
    status = new GraphStatus(new StatusBoard((id, shown) => last.set(id, shown), clock), clock);
  });
  const progress = (operators: Record<string, Partial<OperatorProgress>>): void => {
    const all = Object.fromEntries(Object.entries(operators).map(([id, more]) => [id, figures(more)]));
    status.progress({ operators: all }, examplePlan);
  };

  it('shows what went out of each operator, and into a sink, per second', async () => {
    progress({ m1: { recordsOut: 100 }, s1: { recordsIn: 10 } });
    await clock.advance(2000);
    progress({ m1: { recordsOut: 3100 }, s1: { recordsIn: 30 } });
    await clock.advance(1000);
    expect(last.get('m1')).to.deep.equal({ fill: 'blue', shape: 'dot', text: '1.5k rec/s' });
    // The graph has no checkpoint.
    expect(last.get('s1')?.text).to.equal('10 rec/s · at most once');
  });

  it('shows what went wrong before how much flows: failed records, values that are no numbers', async () => {
    progress({ m1: {} });
    await clock.advance(1000);
    progress({ m1: { recordsOut: 20, failed: 5 } });
    expect(last.get('m1')).to.deep.equal({ fill: 'yellow', shape: 'dot', text: '20 rec/s · 5 failed' });
    await clock.advance(1000);
    progress({ m1: { recordsOut: 20, failed: 12 } });
    expect(last.get('m1')).to.deep.equal({ fill: 'red', shape: 'dot', text: '0 rec/s · 7 failed' });
    await clock.advance(1000);
    progress({ m1: { recordsOut: 30, failed: 12, skipped: 3 } });
    expect(last.get('m1')).to.deep.equal({ fill: 'yellow', shape: 'dot', text: '10 rec/s · 3 not a number' });
  });

  it('shows no standstill where a batch begins', async () => {
    progress({ m1: {} });
    for (let second = 1; second <= 4; second++) {
      await clock.advance(990);
      status.progress({ operators: { m1: figures({ recordsOut: 20 * (second - 1) }) }, begins: true }, examplePlan);
      await clock.advance(10);
      if (second > 1) expect(last.get('m1')?.text, String(second)).to.equal('20 rec/s');
      progress({ m1: { recordsOut: 20 * second } });
    }
  });

  it('shows no standstill where news of a checkpoint come right behind those of a batch', async () => {
    progress({ m1: {} });
    await clock.advance(1000);
    progress({ m1: { recordsOut: 20 } });
    await clock.advance(10);
    progress({ m1: { recordsOut: 20, failed: 1 } });
    await clock.advance(990);
    expect(last.get('m1')).to.deep.equal({ fill: 'yellow', shape: 'dot', text: '20 rec/s · 1 failed' });
    progress({ m1: { recordsOut: 60, failed: 1 } });
    await clock.advance(10);
    progress({ m1: { recordsOut: 60, failed: 1 } });
    await clock.advance(990);
    expect(last.get('m1')?.text).to.match(/^40 rec/);
  });

  it('says at receivers that the log takes nothing now', async () => {
    const durability = { text: 'the disk is full', logBytes: 1, checkpointBytes: 0, deadLetters: 0 };
    status.progress({ operators: { r1: figures({}) }, durability: { ...durability, state: 'full' } }, examplePlan);
    expect(last.get('r1')).to.deep.equal({ fill: 'yellow', shape: 'ring', text: 'no room in the log' });
    await clock.advance(1000);
    status.progress({ operators: { r1: figures({}) }, durability: { ...durability, state: 'running' } }, examplePlan);
    expect(last.get('r1')).to.deep.equal({ fill: 'blue', shape: 'dot', text: '0 rec/s' });
  });

  it('shows the state of a source that does not run', () => {
    progress({
      r1: { source: { state: 'connecting', text: 'connecting to 127.0.0.1' } },
      r2: { source: { state: 'failed', text: 'login refused' } },
    });
    expect(last.get('r1')).to.deep.equal({ fill: 'yellow', shape: 'ring', text: 'connecting to 127.0.0.1' });
    expect(last.get('r2')).to.deep.equal({ fill: 'red', shape: 'ring', text: 'login refused' });
  });

  it('warns of refused records', async () => {
    progress({ r1: { refused: 5 } });
    await clock.advance(1000);
    progress({ r1: { refused: 12 } });
    expect(last.get('r1')).to.deep.equal({ fill: 'yellow', shape: 'dot', text: 'buffer full, 7 refused' });
  });

  it('says of a join that there were too many pairs, not too many keys', async () => {
    const plan: Plan = { ...examplePlan, operators: [{ id: 'j1', type: 'join', inputs: [], parameters: { mode: 'inner', left: 'r1' } }] };
    status.progress({ operators: { j1: figures({}) } }, plan);
    await clock.advance(1000);
    status.progress({ operators: { j1: figures({ refused: 1200 }) } }, plan);
    expect(last.get('j1')).to.deep.equal({ fill: 'yellow', shape: 'dot', text: 'too many pairs, 1.2k left out' });
  });

  it('shows the limit of a receiver whose rate makes records wait', async () => {
    progress({ r1: {} });
    await clock.advance(1000);
    progress({ r1: { recordsOut: 1200, rateLimit: 1200, waiting: 5300 } });
    expect(last.get('r1')).to.deep.equal({ fill: 'yellow', shape: 'dot', text: '1.2k rec/s · limit 1.2k, 5.3k wait' });
    await clock.advance(1000);
    progress({ r1: { recordsOut: 1300, waiting: 40 } });
    expect(last.get('r1')).to.deep.equal({ fill: 'blue', shape: 'dot', text: '100 rec/s' });
  });

  it('goes back to 0 when nothing flows any more, which no progress event tells', async () => {
    progress({ m1: { recordsOut: 0 } });
    await clock.advance(1000);
    progress({ m1: { recordsOut: 50 } });
    await clock.advance(3000);
    status.batch({ batchTime: 0, records: 0, schedulingDelay: 0, processingDelay: 1 }, examplePlan);
    expect(last.get('m1')?.text).to.equal('0 rec/s');
    expect(last.get('b1')?.text).to.equal('0 rec/s · 1 ms');
  });

  it('does not go back to 0 at a batch whose figures come right after it, however long batches take', async () => {
    const slow = { ...examplePlan, batchInterval: 5000 };
    const moved = (recordsOut: number): void => {
      status.progress({ operators: { m1: figures({ recordsOut }) } }, slow);
    };
    moved(0);
    for (let batch = 1; batch <= 3; batch++) {
      await clock.advance(5000);
      status.batch({ batchTime: 0, records: 50, schedulingDelay: 0, processingDelay: 1 }, slow);
      if (batch > 1) expect(last.get('m1')?.text).to.equal('10 rec/s');
      moved(batch * 50);
      expect(last.get('m1')?.text).to.equal('10 rec/s');
    }
  });

  it('after a silence shows the rate of the last batch, not of all the time that was silent', async () => {
    progress({ m1: { recordsOut: 0 } });
    await clock.advance(600_000);
    progress({ m1: { recordsOut: 1000 } });
    expect(last.get('m1')?.text).to.equal('1.0k rec/s');
  });

  it('shows a failed batch in red', () => {
    status.batch({ batchTime: 0, records: 5, schedulingDelay: 0, processingDelay: 1, failure: 'x is not defined' }, examplePlan);
    expect(last.get('b1')).to.deep.equal({ fill: 'red', shape: 'dot', text: 'batch failed: x is not defined' });
  });
});
