import { expect } from 'chai';
import type { BatchEvent, OperatorProgress, ProgressEvent } from '../../../src/engine/Engine';
import { EngineProblem } from '../../../src/engine/EngineProblem';
import { Deployment } from '../../../src/flow/Deployment';
import { Monitor } from '../../../src/flow/monitor/Monitor';
import { MOST_BATCHES, MOST_GRAPHS, type GraphMonitor, type MonitorSnapshot } from '../../../src/flow/monitor/snapshot';
import { ManualClock } from '../../../src/ports/ManualClock';
import { FakeEngine } from '../../support/FakeEngine';
import { type FakeFlow, FakeRuntime } from '../../support/FakeRuntime';

const batch = (number: number, more: Partial<BatchEvent> = {}): BatchEvent =>
  ({ batchTime: number * 1000, records: 10, schedulingDelay: 1, processingDelay: 3, ...more });
const counted = (recordsIn: number, more: Partial<OperatorProgress> = {}): OperatorProgress =>
  ({ recordsIn, recordsOut: recordsIn, failed: 0, skipped: 0, refused: 0, waiting: 0, keys: 0, ...more });
const problem = { nodeId: 'm', code: 'hung', what: 'The function "m" hangs.', why: 'It does not return.', fix: 'Mend it.' };

const simple: FakeFlow = {
  r: ['dstream-receiver', {}, 'b'],
  b: ['dstream-batcher', { interval: 1 }, 'm'],
  m: ['dstream-map', { func: 'return msg;' }, 's'],
  s: ['dstream-sink', {}],
};

describe('Monitor', () => {
  let runtime: FakeRuntime;
  let engine: FakeEngine;
  let clock: ManualClock;
  let deployment: Deployment;
  let monitor: Monitor;

  beforeEach(() => {
    runtime = new FakeRuntime();
    engine = new FakeEngine();
    clock = new ManualClock(0);
    deployment = new Deployment(runtime, () => engine, clock);
    runtime.deployment = deployment;
    monitor = new Monitor(deployment);
  });

  const look = (since = 0, plan?: number): GraphMonitor =>
    monitor.snapshot({ graph: 'b', since, ...(plan === undefined ? {} : { plan }) }).graph ?? expect.fail('the graph is not there');
  const line = (): MonitorSnapshot['graphs'][number] => monitor.snapshot({ since: 0 }).graphs[0] ?? expect.fail('there is no graph');

  it('lists nothing where nothing runs', async () => {
    expect(monitor.snapshot({ since: 0 })).to.deep.equal({ time: 0, graphs: [], graphCount: 0 });
    expect(monitor.snapshot({ graph: 'gone', since: 0 })).to.not.have.property('graph');
    await runtime.deploy({});
    expect(monitor.snapshot({ since: 0 }).graphs).to.deep.equal([]);
  });

  it('tells the figures of a graph', async () => {
    await runtime.deploy(simple);
    engine.only.emit('described', { operators: { m: { pass: 1, code: 'javascript' }, s: { partitions: 2 } } });
    await clock.advance(1000);
    engine.only.emit('batch', batch(1));
    engine.only.emit('progress', { operators: { r: counted(10), m: counted(10, { failed: 2, microsecondsPerRecord: 1.5 }), s: counted(8, { waiting: 1, stateBytes: 64 }) } });
    expect(line()).to.deep.equal({ id: 'b', state: 'running', recordsPerSecond: 10, isBehind: false, problems: 0, node: 'b' });
    const graph = look();
    expect(graph).to.deep.include({
      id: 'b', state: 'running', batchInterval: 1000, startedAt: 0, completedBatches: 1, totalRecords: 10, sequence: 1, active: [], activeCount: 0, problems: [], paused: false,
      batches: { times: [1000], records: [10], schedulingDelays: [1], processingDelays: [3], intervals: 1000, failed: [0] },
    });
    expect(graph.operators['m']).to.deep.equal({ ...counted(10, { failed: 2, microsecondsPerRecord: 1.5 }), inPerSecond: 10, outPerSecond: 10 });
    expect(graph.operators['b'], 'one that has told nothing').to.deep.equal({ ...counted(0), inPerSecond: 0, outPerSecond: 0 });
    const { guarantee, ...sink } = graph.plan?.operators[3] ?? expect.fail('no sink');
    expect(graph.plan?.operators.slice(0, 3)).to.deep.equal([
      { id: 'r', type: 'receiver', inputs: [], node: 'r' },
      { id: 'b', type: 'batcher', inputs: ['r'], node: 'b' },
      { id: 'm', type: 'map', inputs: ['b'], node: 'm', pass: 1, code: 'javascript' },
    ]);
    expect(sink).to.deep.equal({ id: 's', type: 'sink', inputs: ['m'], node: 's', partitions: 2 });
    expect(guarantee?.level).to.equal('at most once');
    expect(guarantee?.text).to.match(/^at most once\. .*checkpoint/s);
  });

  it('leaves out what is known already, and says when the plan is another', async () => {
    await runtime.deploy(simple);
    for (const number of [1, 2, 3]) engine.only.emit('batch', batch(number));
    const { revision } = look();
    expect(look(1, revision).batches.times).to.deep.equal([2000, 3000]);
    expect(look(1, revision)).to.not.have.property('plan');
    expect(look(1, revision + 1)).to.have.property('plan');
    engine.only.emit('described', { operators: { m: { pass: 3 } } });
    const described = look(1, revision);
    expect(described.plan?.operators[2]?.pass).to.equal(3);
    await runtime.deploy({ ...simple, m: ['dstream-map', { mode: 'filter', func: 'return true;' }, 's'] });
    expect(look(1, described.revision), 'the same operators').to.not.have.property('plan');
    await runtime.deploy({ ...simple, r2: ['dstream-receiver', {}, 'b'] });
    expect(look(1, described.revision).plan?.operators.map(({ id }) => id)).to.include('r2');
    expect(look(0).batches.times, 'a deploy leaves the history').to.deep.equal([1000, 2000, 3000]);
  });

  it('says that a graph is behind, and what waits and runs', async () => {
    await runtime.deploy(simple);
    engine.only.emit('batch', batch(1));
    await clock.advance(5000);
    const active = { batches: [{ batchTime: 4000, records: 9, state: 'processing' as const, since: 4100 }, { batchTime: 5000, records: 1, state: 'queued' as const, since: 5000 }], count: 25 };
    engine.only.emit('progress', { operators: {}, active });
    expect(look()).to.deep.include({ activeCount: 25, active: [{ batchTime: 4000, records: 9, state: 'processing', age: 900 }, { batchTime: 5000, records: 1, state: 'queued', age: 0 }] });
    expect(line().isBehind).to.equal(false);
    await clock.advance(500);
    expect(line().isBehind, 'one runs for longer than the batch interval').to.equal(true);
    engine.only.emit('progress', { operators: {} });
    expect(line().isBehind).to.equal(false);
    engine.only.emit('batch', batch(2, { processingDelay: 1001 }));
    expect(line().isBehind, 'the last took longer').to.equal(true);
  });

  it('shows the batch that runs, that the graph is behind and how fast records have moved, while a batch keeps it from telling', async () => {
    await runtime.deploy(simple);
    // 1,000 records of a second take 3 s; then what came meanwhile, and so on.
    let count = 0;
    const tell = (more: Partial<ProgressEvent> = {}): void => {
      engine.only.emit('progress', { operators: { r: counted(count), m: counted(count) }, ...more });
    };
    const begin = (records: number): void => {
      const time = clock.now();
      tell({ active: { batches: [{ batchTime: time, records, state: 'processing', since: time }], count: 1 }, begins: true });
    };
    const end = (number: number, records: number): void => {
      count += records;
      engine.only.emit('batch', batch(number, { records, processingDelay: records * 3 }));
      tell();
    };
    await clock.advance(1000);
    begin(1000);
    await clock.advance(3000);
    end(1, 1000);
    begin(3000);
    await clock.advance(9000);
    end(2, 3000);
    begin(9000);
    await clock.advance(2000);
    expect(look().active).to.deep.equal([{ batchTime: 13_000, records: 9000, state: 'processing', age: 2000 }]);
    expect(line().isBehind).to.equal(true);
    await clock.advance(20_000);
    // 3,000 records in the 9 s before.
    expect(look().operators['m']).to.deep.include({ recordsIn: 4000, inPerSecond: 333.3, outPerSecond: 333.3 });
    expect(line().recordsPerSecond).to.equal(333.3);
  });

  it('shows problems once, with names for ids, and which of them stand', async () => {
    await runtime.deploy(simple);
    engine.only.emit('problem', problem);
    await clock.advance(1000);
    engine.only.emit('problem', problem);
    expect(look().problems).to.deep.equal([
      { time: 1000, node: 'm', code: 'hung', what: 'The function map m hangs.', why: 'It does not return.', fix: 'Mend it.', count: 2, stands: false },
    ]);
    engine.only.emit('interrupted', { ...problem, code: 'died' }, 1000);
    expect(line()).to.include({ state: 'restarting', problems: 0 });
    engine.only.emit('described', { operators: {} });
    expect(line().state).to.equal('starting');
    engine.only.emit('failed', { ...problem, code: 'batch-failed' });
    expect(line()).to.include({ state: 'failed', problems: 1, recordsPerSecond: 0 });
    expect(look().problems.map(({ code, stands }) => [code, stands])).to.deep.equal([['hung', false], ['died', false], ['batch-failed', true]]);
  });

  it('shows drawings that do not run, with what is wrong', async () => {
    await runtime.deploy({ ...simple, w: ['dstream-window', { length: 2500, lengthUnits: 'ms' }, 's'], b: ['dstream-batcher', { interval: 1 }, 'w'] });
    const { graphs, graph } = monitor.snapshot({ graph: 'b', since: 0 });
    expect(graphs).to.deep.equal([{ id: 'b', state: 'broken', recordsPerSecond: 0, isBehind: false, problems: deployment.problems.length, node: 'b' }]);
    expect(graph).to.include({ state: 'broken', sequence: 0 });
    expect(graph?.problems.map(({ node, code, stands }) => [node, code, stands])).to.deep.include(['w', 'window-not-multiple', true]);
    await runtime.deploy(simple);
    expect(line().state).to.equal('starting');
    await runtime.deploy({});
    expect(monitor.snapshot({ since: 0 }).graphCount).to.equal(0);
  });

  it('finds a node for a graph whose batcher nobody drew', async () => {
    await runtime.deploy({ r: ['dstream-receiver', {}, 's'], s: ['dstream-sink', {}] });
    expect(line()).to.include({ id: 'r.batcher', node: 'r' });
    const batcher = monitor.snapshot({ graph: 'r.batcher', since: 0 }).graph?.plan?.operators.find(({ type }) => type === 'batcher');
    expect(batcher).to.include({ id: 'r.batcher' }).and.not.have.property('node');
  });

  it('tells a batch as a whole while it is remembered', async () => {
    await runtime.deploy(simple);
    const outputs = [{ operator: 's', records: 8, duration: 2, failure: 'It was refused.' }];
    engine.only.emit('batch', batch(1, { inputs: { r: 10 }, outputs, failure: 'It broke.' }));
    expect(monitor.details('b', 1000)).to.deep.equal({ batchTime: 1000, records: 10, inputs: { r: 10 }, schedulingDelay: 1, processingDelay: 3, outputs, failure: 'It broke.' });
    expect(monitor.details('b', 2000)).to.equal(undefined);
    expect(monitor.details('gone', 1000)).to.equal(undefined);
  });

  it('lists graphs in a stable order, and not too many', async () => {
    const many: Record<string, FakeFlow[string]> = {};
    for (let index = 0; index < MOST_GRAPHS + 3; index++) {
      const name = `g${String(1000 - index)}`;
      Object.assign(many, { [`${name}r`]: ['dstream-receiver', {}, `${name}b`], [`${name}b`]: ['dstream-batcher', {}, `${name}s`], [`${name}s`]: ['dstream-sink', {}] });
    }
    await runtime.deploy(many);
    const { graphs, graphCount } = monitor.snapshot({ since: 0 });
    expect([graphs.length, graphCount]).to.deep.equal([MOST_GRAPHS, MOST_GRAPHS + 3]);
    expect(graphs.map(({ id }) => id)).to.deep.equal(graphs.map(({ id }) => id).sort());
  });

  it('stays far below 50 kB a second, whatever happens', async () => {
    const operators = Array.from({ length: 10 }, (_, index) => `node-${String(index)}`);
    await runtime.deploy({
      r: ['dstream-receiver', {}, 'b'], b: ['dstream-batcher', { interval: 100, intervalUnits: 'ms' }, 'node-0'],
      ...Object.fromEntries(operators.slice(0, -1).map((id, index) => [id, ['dstream-map', { func: 'return msg;' }, operators[index + 1]]] as const)),
      'node-9': ['dstream-sink', {}],
    });
    const ids = [...operators, 'r', 'b'];
    for (let number = 1; number <= MOST_BATCHES; number++) engine.only.emit('batch', batch(number, { batchTime: 1_790_000_000_000 + number * 100, records: 2000, schedulingDelay: 12.34, processingDelay: 56.78 }));
    engine.only.emit('progress', { operators: Object.fromEntries(ids.map((id) => [id, counted(123_456_789, { stateBytes: 1_000_000, keys: 12_345, microsecondsPerRecord: 1.234 })])) });
    const { sequence, revision } = look();
    const second = (): number => JSON.stringify(monitor.snapshot({ graph: 'b', since: sequence - 10, plan: revision })).length;
    expect(second(), 'ten batches a second').to.be.below(5000);
    expect(JSON.stringify(monitor.snapshot({ graph: 'b', since: 0 })).length, 'the first look').to.be.below(50_000);
    for (let index = 0; index < 60; index++) engine.only.emit('problem', { ...problem, what: `${'x'.repeat(index)}${'long '.repeat(1000)}`, why: 'y'.repeat(5000), fix: 'z'.repeat(5000) });
    expect(second(), 'with problems of any length').to.be.below(20_000);
  });

  describe('of a graph that comes back', () => {
    const wrong: FakeFlow = { ...simple, b: ['dstream-batcher', { interval: 'often' }, 'm'] };

    beforeEach(async () => {
      await runtime.deploy(simple);
      engine.only.emit('batch', batch(1));
    });

    it('has the batches of the time before a mistake in the drawing', async () => {
      await runtime.deploy(wrong);
      expect(look().batches.times).to.deep.equal([]);
      await runtime.deploy(wrong);
      await clock.advance(5000);
      await runtime.deploy(simple);
      expect(look()).to.deep.include({ startedAt: 5000, completedBatches: 0, sequence: 1 });
      engine.only.emit('batch', batch(9));
      expect(look().batches.times).to.deep.equal([1000, 9000]);
      expect(look(1).batches.times).to.deep.equal([9000]);
    });

    it('has them after a failure', async () => {
      engine.only.emit('failed', problem);
      await runtime.deploy({ ...simple, m: ['dstream-map', { func: 'return 1;' }, 's'] });
      expect(look().batches.times).to.deep.equal([1000]);
      expect(look().problems.map(({ code, stands }) => [code, stands])).to.deep.equal([['hung', false]]);
    });

    it('has nothing of one that was deleted', async () => {
      await runtime.deploy({ d: ['debug', {}], q: ['dstream-receiver', {}, 'd'] });
      await runtime.deploy(simple);
      expect(look().batches.times).to.deep.equal([]);
    });

    it('has each batch with the batch interval that it had', async () => {
      await runtime.deploy({ ...simple, b: ['dstream-batcher', { interval: 2 }, 'm'] });
      engine.only.emit('batch', batch(4));
      expect([look().batchInterval, look().batches.intervals]).to.deep.equal([2000, [1000, 2000]]);
    });
  });

  describe('of a graph on hold', () => {
    const hold = (isOnHold: boolean): void => {
      for (const graph of deployment.graphs) graph.hold(isOnHold);
    };

    it('says so at its batchers, and what it did is no longer what it does', async () => {
      await runtime.deploy(simple);
      engine.only.emit('batch', batch(1, { schedulingDelay: 5000 }));
      hold(true);
      expect(engine.only.onHold).to.equal(true);
      expect(line()).to.include({ state: 'paused', isBehind: false });
      expect(look().paused).to.equal(true);
      await clock.advance(1000);
      expect(runtime.at('b').statuses.at(-1)).to.deep.equal({ fill: 'yellow', shape: 'ring', text: 'paused' });
      engine.only.emit('batch', batch(2));
      await clock.advance(1000);
      expect(runtime.at('b').statuses.at(-1), 'a batch that ran already').to.include({ text: 'paused' });
      hold(false);
      await clock.advance(1000);
      expect(runtime.at('b').statuses.at(-1)).to.deep.equal({});
      engine.only.emit('batch', batch(3));
      await clock.advance(1000);
      expect(runtime.at('b').statuses.at(-1)).to.include({ fill: 'blue' });
      expect(engine.only.history.filter((entry) => entry === 'hold' || entry === 'release')).to.deep.equal(['hold', 'release']);
      expect(line().state).to.equal('running');
    });

    it('stays so when it is deployed again, changed, made anew or reset', async () => {
      await runtime.deploy(simple);
      hold(true);
      await runtime.deploy(simple);
      expect(runtime.at('b').statuses.at(-1), 'a node that was made anew').to.include({ text: 'paused' });
      await runtime.deploy({ ...simple, r2: ['dstream-receiver', {}, 'b'] });
      expect([engine.only.onHold, line().state]).to.deep.equal([true, 'paused']);
      const [graph] = deployment.graphs;
      await deployment.reset(graph ?? expect.fail(), 'all');
      expect([engine.queries.length, engine.only.onHold, line().state]).to.deep.equal([2, true, 'paused']);
      // A graph that failed is started as another one.
      engine.only.emit('failed', problem);
      await runtime.deploy({ ...simple, m: ['dstream-map', { func: 'return 1;' }, 's'] });
      expect([engine.queries.length, engine.only.onHold, line().state]).to.deep.equal([3, true, 'paused']);
    });

    it('stays so while its drawing is wrong, and when it is corrected', async () => {
      const wrong: FakeFlow = { ...simple, b: ['dstream-batcher', { interval: 'often' }, 'm'] };
      await runtime.deploy(simple);
      hold(true);
      for (let time = 0; time < 2; time++) {
        await runtime.deploy(wrong);
        expect([line().state, look().paused]).to.deep.equal(['broken', true]);
      }
      await runtime.deploy(simple);
      expect([engine.running.length, engine.only.onHold, line().state]).to.deep.equal([1, true, 'paused']);
      await runtime.deploy(wrong);
      const [broken] = deployment.broken;
      deployment.awaited.release(broken ?? expect.fail());
      expect(look().paused).to.equal(false);
      await runtime.deploy(simple);
      expect(line().state).to.equal('starting');
    });

    it('is not, when it was deleted in between', async () => {
      await runtime.deploy(simple);
      hold(true);
      await runtime.deploy({ d: ['debug', {}], q: ['dstream-receiver', {}, 'd'] });
      await runtime.deploy(simple);
      expect(line().state).to.equal('starting');
    });

    it('is not, when its flows were stopped in between', async () => {
      await runtime.deploy(simple);
      hold(true);
      await runtime.stop();
      runtime.events.emit('runtime-event', { id: 'runtime-state', payload: { state: 'stop' } });
      await runtime.deploy(simple);
      expect(line().state).to.equal('starting');
    });
  });

  it('says that a refused drawing does not run while the one before does', async () => {
    const durable: FakeFlow = { ...simple, b: ['dstream-batcher', { interval: 1 }, 'c'], c: ['dstream-checkpoint', {}, 'm'] };
    await runtime.deploy(durable);
    engine.only.emit('batch', batch(1));
    engine.only.updateError = new EngineProblem({ ...problem, code: 'state-would-be-lost' });
    await runtime.deploy({ ...durable, m: ['dstream-map', { func: 'return 1;' }, 's'] });
    expect(line()).to.include({ id: 'c', state: 'refused', problems: 1 });
    expect(monitor.snapshot({ graph: 'c', since: 0 }).graph?.problems.map(({ code, stands }) => [code, stands])).to.deep.equal([['state-would-be-lost', true]]);
    await runtime.deploy(durable);
    expect(line()).to.include({ state: 'running', problems: 0 });
    expect(monitor.snapshot({ graph: 'c', since: 0 }).graph?.problems.map(({ stands }) => stands)).to.deep.equal([false]);
  });
});
