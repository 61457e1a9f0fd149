import { expect } from 'chai';
import type { SampleEvent } from '../../../src/engine/Engine';
import { Deployment } from '../../../src/flow/Deployment';
import { SAMPLING_TIME } from '../../../src/flow/monitor/snapshot';
import type { RunningGraph } from '../../../src/flow/RunningGraph';
import { ManualClock } from '../../../src/ports/ManualClock';
import { FakeEngine } from '../../support/FakeEngine';
import { type FakeFlow, FakeRuntime } from '../../support/FakeRuntime';

const flow = (length: number): FakeFlow => ({
  r: ['dstream-receiver', {}, 'b'],
  b: ['dstream-batcher', { interval: 1 }, 'w'],
  w: ['dstream-window', { length }, 's'],
  s: ['dstream-sink', {}, 'd'],
  d: ['debug', {}],
});

function event(payload: unknown): SampleEvent {
  return { operator: 's', batchTime: 1000, batchRecords: 1, records: [{ payload, topic: '', key: null, time: 1 }] };
}

describe('samples of a deployed graph', () => {
  let runtime: FakeRuntime;
  let engine: FakeEngine;
  let clock: ManualClock;
  let deployment: Deployment;

  beforeEach(async () => {
    runtime = new FakeRuntime();
    engine = new FakeEngine();
    clock = new ManualClock(0);
    deployment = new Deployment(runtime, () => engine, clock);
    runtime.deployment = deployment;
    await runtime.deploy(flow(10));
  });

  const graph = (): RunningGraph => deployment.graphs[0] ?? expect.fail('nothing runs');
  const payloads = (): unknown[] => graph().samples.ask('s').records.map(({ payload }) => payload);

  it('are asked of the query, by nothing that changes what runs', async () => {
    graph().samples.ask('s');
    expect(engine.only.wishes.map(({ operators }) => operators)).to.deep.equal([['s']]);
    engine.only.emit('samples', event(1));
    expect(payloads()).to.deep.equal([1]);
    await clock.advance(SAMPLING_TIME);
    expect(engine.only.wishes.map(({ operators }) => operators)).to.deep.equal([['s'], []]);
    expect([engine.queries.length, engine.only.updates, clock.pendingTimers]).to.deep.equal([1, [], 0]);
  });

  it('stay over a deploy, and while one is under way', async () => {
    graph().samples.ask('s');
    engine.only.emit('samples', event(1));
    let open = (): void => undefined;
    engine.only.updateGate = new Promise((resolve) => {
      open = resolve;
    });
    const deploying = runtime.deploy(flow(20), ['w']);
    expect(payloads()).to.deep.equal([1]);
    open();
    await deploying;
    engine.only.emit('samples', event(2));
    expect(payloads()).to.deep.equal([2]);
  });

  it('are asked of the query that follows one that was given up, and not taken from that one any more', async () => {
    graph().samples.ask('s');
    const [old] = engine.queries;
    await graph().reset({ id: 'x', scope: 'all' });
    expect(engine.only.wishes.map(({ operators }) => operators)).to.deep.equal([['s']]);
    old?.emit('samples', event('old'));
    expect(payloads()).to.deep.equal([]);
  });

  it('end with the graph', async () => {
    graph().samples.ask('s');
    const ended = graph();
    const query = engine.only;
    await runtime.deploy({ d: ['debug', {}] });
    query.emit('samples', event('late'));
    expect([ended.samples.ask('s').sampling, query.wishes.length]).to.deep.equal([false, 2]);
  });
});
