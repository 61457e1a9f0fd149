import { expect } from 'chai';
import type { BatchEvent, OperatorProgress } from '../../../src/engine/Engine';
import { Deployment } from '../../../src/flow/Deployment';
import { type StatisticsMessage, StatisticsReporter } from '../../../src/flow/monitor/StatisticsReporter';
import { statisticsSettings } from '../../../src/flow/monitor/statisticsSettings';
import { ManualClock } from '../../../src/ports/ManualClock';
import { FakeEngine, type FakeQuery } from '../../support/FakeEngine';
import { type FakeFlow, FakeRuntime } from '../../support/FakeRuntime';

const batch = (batchTime: number, records: number, schedulingDelay: number, processingDelay: number, more: Partial<BatchEvent> = {}): BatchEvent =>
  ({ batchTime, records, schedulingDelay, processingDelay, ...more });
const counted = (more: Partial<OperatorProgress>): OperatorProgress =>
  ({ recordsIn: 0, recordsOut: 0, failed: 0, skipped: 0, refused: 0, waiting: 0, keys: 0, ...more });

const graph = (name: string): FakeFlow => ({
  [`${name}r`]: ['dstream-receiver', {}, `${name}b`],
  [`${name}b`]: ['dstream-batcher', { interval: 2 }, `${name}s`],
  [`${name}s`]: ['dstream-sink', {}],
});

describe('StatisticsReporter', () => {
  let runtime: FakeRuntime;
  let engine: FakeEngine;
  let clock: ManualClock;
  let deployment: Deployment;
  let sent: StatisticsMessage[];

  beforeEach(async () => {
    runtime = new FakeRuntime();
    engine = new FakeEngine();
    clock = new ManualClock(0);
    deployment = new Deployment(runtime, () => engine, clock);
    runtime.deployment = deployment;
    sent = [];
    await runtime.deploy({ ...graph('x'), ...graph('y') });
  });

  const query = (batcher: string): FakeQuery => engine.running.find(({ plan }) => plan.graph === batcher) ?? expect.fail(`no graph ${batcher}`);
  const report = (properties: Record<string, unknown>): StatisticsReporter =>
    new StatisticsReporter(statisticsSettings('statistics', properties).settings, deployment, (message) => sent.push(message));

  it('tells the figures of each batch of the graph that one of its nodes names', () => {
    report({ graph: 'xs', every: 'batch' });
    query('xb').emit('batch', batch(4000, 30, 1.5, 7));
    query('yb').emit('batch', batch(4000, 99, 0, 0));
    expect(sent).to.deep.equal([{
      topic: 'xb',
      payload: {
        batchTime: 4000, batchInterval: 2000, batches: 1, records: 30, recordsPerSecond: 15,
        schedulingDelay: 1.5, processingDelay: 7, totalDelay: 8.5, longest: { schedulingDelay: 1.5, processingDelay: 7, totalDelay: 8.5 },
        failedBatches: 0, failed: 0, skipped: 0, refused: 0, waiting: 0, keys: 0,
      },
      dstream: { graphId: 'xb', batchTime: 4000, batchInterval: 2000 },
    }]);
  });

  it('tells all graphs apart where none is named', () => {
    report({ graph: '', every: 'batch' });
    query('xb').emit('batch', batch(2000, 1, 0, 0));
    query('yb').emit('batch', batch(2000, 2, 0, 0, { failure: 'It broke.' }));
    expect(sent.map(({ topic, payload }) => [topic, payload.records, payload.failedBatches, payload.failure])).to.deep.equal([['xb', 1, 0, undefined], ['yb', 2, 1, 'It broke.']]);
  });

  it('adds up the batches of an interval: sums, means, the longest', async () => {
    report({ graph: 'xb', every: 'interval', interval: '6', intervalUnits: 's' });
    for (const [index, delay] of [1, 4, 1].entries()) query('xb').emit('batch', batch(2000 * (index + 1), 10, delay, 2 * delay, index === 1 ? { failure: 'It broke.' } : {}));
    await clock.advance(5999);
    expect(sent).to.deep.equal([]);
    await clock.advance(1);
    expect(sent).to.have.length(1);
    expect(sent[0]?.payload).to.deep.include({
      batchTime: 6000, batches: 3, records: 30, recordsPerSecond: 5, schedulingDelay: 2, processingDelay: 4, totalDelay: 6,
      longest: { schedulingDelay: 4, processingDelay: 8, totalDelay: 12 }, failedBatches: 1, failure: 'It broke.',
    });
    await clock.advance(6000);
    expect(sent, 'no batch, no message').to.have.length(1);
    query('xb').emit('batch', batch(14_000, 2, 0, 0));
    await clock.advance(6000);
    expect(sent[1]?.payload).to.include({ batches: 1, records: 2, schedulingDelay: 0, failedBatches: 0 });
    expect(sent[1]?.payload).to.not.have.property('failure');
  });

  it('tells what is left out since the message before, and what waits now', () => {
    const tell = (more: Partial<OperatorProgress>): void => query('xb').emit('progress', { operators: { xr: counted(more), xs: counted({ waiting: 1, refused: 1 }) } });
    tell({ failed: 100 });
    report({ graph: 'xb', every: 'batch' });
    const after = (more: Partial<OperatorProgress>): void => {
      tell(more);
      query('xb').emit('batch', batch(0, 0, 0, 0));
    };
    // What was counted before it watched is not its news: its first message begins there.
    after({ failed: 100, waiting: 5, keys: 3 });
    after({ failed: 103, skipped: 2, refused: 4, waiting: 0, keys: 4 });
    after({ failed: 103, skipped: 2, refused: 4 });
    // Started again: counts begin at zero.
    after({ failed: 2 });
    const figures = sent.map(({ payload: { failed, skipped, refused, waiting, keys } }) => [failed, skipped, refused, waiting, keys]);
    expect(figures).to.deep.equal([[0, 0, 0, 6, 3], [3, 2, 4, 1, 4], [0, 0, 0, 1, 0], [2, 0, 1, 1, 0]]);
  });

  it('goes on across deploys that change, stop and start its graph', async () => {
    report({ graph: 'xs', every: 'batch' });
    await runtime.deploy({ ...graph('x'), xb: ['dstream-batcher', { interval: 1 }, 'xs'] });
    query('xb').emit('batch', batch(1000, 1, 0, 0));
    await runtime.deploy(graph('y'));
    await runtime.deploy(graph('x'));
    query('xb').emit('batch', batch(2000, 2, 0, 0));
    expect(sent.map(({ payload: { records, batchInterval } }) => [records, batchInterval])).to.deep.equal([[1, 1000], [2, 2000]]);
  });

  it('says nothing when it is closed', async () => {
    const reporters = [report({ every: 'batch' }), report({ every: 'interval', interval: 1, intervalUnits: 's' })];
    query('xb').emit('batch', batch(1000, 1, 0, 0));
    expect(sent).to.have.length(1);
    for (const reporter of reporters) reporter.close();
    query('xb').emit('batch', batch(2000, 1, 0, 0));
    await clock.advance(10_000);
    expect(sent).to.have.length(1);
  });

  it('is told what is wrong with a dialog', () => {
    const wrong = (properties: Record<string, unknown>): string[] => statisticsSettings('s', properties).problems.map(({ code }) => code);
    expect(wrong({})).to.deep.equal([]);
    expect(wrong({ every: 'batch', interval: 'never' })).to.deep.equal([]);
    for (const interval of ['never', 0, -1, '']) expect(wrong({ every: 'interval', interval })).to.deep.equal(['not-a-number']);
    expect(wrong({ every: 'day' })).to.deep.equal(['unknown-choice']);
    expect(statisticsSettings('s', { every: 'interval' }).settings.interval).to.equal(10_000);
  });
});
