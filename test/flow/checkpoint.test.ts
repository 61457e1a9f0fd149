import { expect } from 'chai';
import type { DurabilityFigures } from '../../src/engine/Engine';
import { EngineProblem } from '../../src/engine/EngineProblem';
import { Deployment } from '../../src/flow/Deployment';
import { UPDATE_LIMIT } from '../../src/flow/RunningGraph';
import { ManualClock } from '../../src/ports/ManualClock';
import { FakeEngine } from '../support/FakeEngine';
import { type FakeFlow, FakeRuntime } from '../support/FakeRuntime';

/** Lets everything that was put off to the next turns of the event loop happen. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const durable: FakeFlow = {
  r: ['dstream-receiver', {}, 'b'],
  b: ['dstream-batcher', { interval: 1 }, 'c'],
  c: ['dstream-checkpoint', {}, 'w'],
  w: ['dstream-window', { length: 10 }, 'k'],
  k: ['dstream-reduceByKey', { aggregates: [{ aggregate: 'count', as: 'count' }] }, 's'],
  s: ['dstream-sink', {}, 'd'],
  d: ['debug', {}],
};

const longer: FakeFlow = { ...durable, w: ['dstream-window', { length: 20 }, 'k'] };

const wouldBeLost = new EngineProblem({
  nodeId: 'w',
  code: 'state-would-be-lost',
  what: 'the change would drop 12 keys',
  why: 'The window is another one.',
  fix: 'Undo the change, or reset the node.',
});

const running: DurabilityFigures = {
  state: 'running', text: '', logBytes: 1_234_567, checkpointBytes: 340_000, checkpointTime: 12_000, checkpointBatch: 11_000, deadLetters: 0,
};

describe('a graph with a checkpoint', () => {
  let runtime: FakeRuntime;
  let engine: FakeEngine;
  let clock: ManualClock;
  let deployment: Deployment;

  beforeEach(() => {
    runtime = new FakeRuntime();
    engine = new FakeEngine();
    clock = new ManualClock(20_000);
    deployment = new Deployment(runtime, () => engine, clock);
    runtime.deployment = deployment;
  });

  const graph = (): Deployment['graphs'][number] => deployment.graphs[0] ?? expect.fail('no graph');
  const status = (id: string): string | undefined => runtime.at(id).statuses.at(-1)?.text;
  const codes = (): string[] => deployment.problems.map(({ nodeId, code }) => `${nodeId} ${code}`);

  it('is named after it, and has its folder in the user directory', async () => {
    await runtime.deploy(durable);
    expect(engine.only.plan.graph).to.equal('c');
    const checkpoint = engine.only.plan.operators.find(({ id }) => id === 'c');
    expect(checkpoint?.type === 'checkpoint' && checkpoint.parameters.path).to.equal('/user/dstream');
  });

  it('shows what it has on disk, at its node and in its figures', async () => {
    await runtime.deploy(durable);
    engine.only.emit('progress', { operators: {}, durability: running });
    expect(runtime.at('c').statuses.at(-1)).to.deep.equal({ fill: 'green', shape: 'dot', text: 'log 1.2 MB · state 340 kB · 8 s ago' });
    expect(graph().figures).to.deep.include({ durability: running, states: ['w', 'k'] });
    await clock.advance(3000);
    engine.only.emit('batch', { batchTime: 23_000, records: 5, schedulingDelay: 0, processingDelay: 2 });
    expect(status('c')).to.equal('log 1.2 MB · state 340 kB · 11 s ago');
    expect(status('b'), 'batchers keep theirs').to.contain('rec/s');
  });

  it('has no such figures without one', async () => {
    await runtime.deploy({ ...durable, b: ['dstream-batcher', { interval: 1 }, 'w'], c: ['debug', {}] });
    expect(graph().figures).to.not.have.any.keys('durability', 'states');
  });

  it('says that nothing is lost when it died and starts again, and when it took too long to change', async () => {
    await runtime.deploy(durable);
    engine.only.emit('interrupted', { nodeId: 'w', code: 'graph-died', what: 'It died.', why: '', fix: '' }, 1000);
    for (const id of ['b', 'c']) expect(status(id)).to.equal('starts again in 1.0 s; nothing is lost');
    engine.only.updateGate = new Promise(() => undefined);
    await runtime.stop(['w']);
    runtime.make(longer);
    runtime.events.emit('flows:started', {});
    await turns();
    await clock.advance(UPDATE_LIMIT);
    await deployment.whenSettled();
    expect(runtime.at('c').warnings).to.have.length(1);
    expect(runtime.at('c').warnings[0]).to.match(/started again from its log; nothing is lost/);
  });

  it('does not call an accepted change a loss', async () => {
    await runtime.deploy(durable);
    await runtime.deploy(longer, ['w']);
    expect(runtime.at('k').warnings).to.deep.equal([]);
    // The same change without one does lose something.
    const without = (flow: FakeFlow): FakeFlow => ({ ...flow, b: ['dstream-batcher', { interval: 1 }, 'w'], c: ['debug', {}] });
    await runtime.deploy(without(durable));
    await runtime.deploy(without(longer), ['w']);
    expect(runtime.at('k').warnings.join()).to.contain('begins again without its earlier records');
  });

  it('does not call records lost that its receiver leaves behind in the log', async () => {
    await runtime.deploy(durable);
    const waiting = { recordsIn: 0, recordsOut: 0, failed: 0, skipped: 0, refused: 0, waiting: 7, keys: 0 };
    engine.only.emit('progress', { operators: { r: waiting }, durability: running });
    await runtime.deploy({ r: ['dstream-receiver', {}, 'd'], d: ['debug', {}] }, ['b', 'c', 'w', 'k', 's']);
    expect(runtime.at('r').warnings).to.deep.equal([]);
  });

  it('is not started again elsewhere before it has let go of its folder', async () => {
    await runtime.deploy(durable);
    const first = engine.only;
    let open: () => void = () => undefined;
    first.stopGate = new Promise((resolve) => (open = resolve));
    // Stopped for good, and drawn again with another receiver.
    await runtime.stop();
    runtime.events.emit('runtime-event', { id: 'runtime-state', payload: { state: 'stop' } });
    runtime.make({ ...durable, r: ['debug', {}], r2: ['dstream-receiver', {}, 'b'] });
    runtime.events.emit('flows:started', {});
    await turns();
    expect(engine.queries).to.have.length(1);
    open();
    await deployment.whenSettled();
    expect(engine.queries).to.have.length(2);
    expect(engine.only.plan.graph).to.equal('c');
  });

  describe('of which a deploy would drop state', () => {
    const refuse = async (flow: FakeFlow = longer, closed: readonly string[] = ['w']): Promise<void> => {
      await runtime.deploy(durable);
      engine.only.updateError = wouldBeLost;
      await runtime.deploy(flow, closed);
    };

    it('goes on with the drawing before, and says so where it was changed', async () => {
      await refuse({ ...longer, m: ['dstream-map', {}, 'd'], b: ['dstream-batcher', { interval: 1 }, 'c', 'm'] });
      expect(engine.only.history).to.not.include('stop');
      expect(graph().failure).to.equal(undefined);
      expect(codes()).to.deep.equal(['w state-would-be-lost']);
      expect(graph().figures.refusal).to.equal('the change would drop 12 keys');
      expect(runtime.at('w').statuses.at(-1)).to.deep.equal({ fill: 'red', shape: 'ring', text: 'the change would drop 12 keys' });
      expect(status('m')).to.equal('this change is not running');
      expect(runtime.at('w').errors.map(({ text }) => text)).to.deep.equal([
        'the change would drop 12 keys. The window is another one. The drawing deployed is not running; the one before is. ' +
          'Undo the change, or reset the node. (state-would-be-lost)',
      ]);
      // What runs is the plan before, with messages and figures.
      deployment.receive(runtime.at('r'), { payload: 1 }, () => undefined);
      engine.only.output('s', ['x']);
      engine.only.emit('progress', { operators: {}, durability: running });
      await turns();
      expect(engine.only.payloads('r')).to.deep.equal([1]);
      expect(runtime.at('s').sent.map(({ payload }) => payload)).to.deep.equal([['x']]);
      expect(status('c')).to.match(/^log/);
    });

    it('is not asked again by a deploy of something else, and still shows it', async () => {
      await refuse();
      await runtime.deploy(longer);
      expect(engine.only.updates).to.have.length(1);
      expect(status('w')).to.equal('the change would drop 12 keys');
      expect(codes()).to.deep.equal(['w state-would-be-lost']);
    });

    it('ends by undoing the change', async () => {
      await refuse();
      engine.only.updateError = undefined;
      await runtime.deploy(durable, ['w']);
      expect(codes()).to.deep.equal([]);
      expect(graph().figures).to.not.have.property('refusal');
      expect(engine.queries).to.have.length(1);
      expect(engine.only.updates, 'what runs is what is drawn').to.have.length(1);
    });

    it('ends by another change that fits', async () => {
      await refuse();
      engine.only.updateError = undefined;
      await runtime.deploy({ ...durable, r: ['dstream-receiver', { format: 'json' }, 'b'] }, ['w', 'r']);
      expect(codes()).to.deep.equal([]);
      expect(engine.only.updates).to.have.length(2);
    });

    it('ends by a reset: the new drawing runs, once without the state', async () => {
      await refuse();
      await runtime.stop([]);
      runtime.make(longer);
      runtime.events.emit('flows:started', {});
      const id = await deployment.reset(graph(), ['w']);
      expect(id).to.match(/^[\da-z]+(-[\da-f]+)+$/);
      expect(engine.queries.map(({ stopped }) => stopped)).to.deep.equal([true, false]);
      expect(engine.only.options.reset).to.deep.equal({ id, scope: ['w'] });
      expect(engine.only.plan.operators.find((operator) => operator.id === 'w')?.parameters).to.deep.equal({ length: 20_000, slide: 20_000 });
      expect(codes()).to.deep.equal([]);
      // Orders go on without it: the next deploy finds nothing to do.
      await runtime.deploy(longer);
      expect(engine.queries).to.have.length(2);
      expect(engine.only.updates).to.deep.equal([]);
    });

    it('stops where the drawing takes a receiver or a sink away, which the one before still needs', async () => {
      await refuse({ ...longer, k: ['dstream-reduceByKey', {}, 'd'], s: ['debug', {}] }, ['w', 'k', 's']);
      expect(engine.running).to.deep.equal([]);
      expect(codes()).to.deep.equal(['w state-would-be-lost']);
      expect(status('c')).to.equal('the change would drop 12 keys');
    });

    it('forgets a refusal that was overtaken by another deploy', async () => {
      await runtime.deploy(durable);
      const opens: (() => void)[] = [];
      const gate = (): Promise<void> => new Promise((resolve) => opens.push(resolve));
      const { only } = engine;
      only.updateGate = gate();
      only.updateError = wouldBeLost;
      await runtime.stop(['w']);
      runtime.make(longer);
      runtime.events.emit('flows:started', {});
      await turns();
      await runtime.stop(['w']);
      runtime.make(durable);
      runtime.events.emit('flows:started', {});
      only.updateGate = gate();
      opens[0]?.();
      await turns();
      // What was asked first was refused; what is drawn now is what runs.
      only.updateError = undefined;
      opens[1]?.();
      await deployment.whenSettled();
      expect(graph().refusal).to.equal(undefined);
    });

    it('stays stopped where it was not running, until it is reset', async () => {
      engine.startedError = wouldBeLost;
      await runtime.deploy(durable);
      await turns();
      expect(codes()).to.deep.equal(['w state-would-be-lost']);
      for (const id of ['b', 'c', 'w']) expect(status(id), id).to.equal('the change would drop 12 keys');
      let answer: Error | undefined;
      deployment.receive(runtime.at('r'), { payload: 1 }, (error) => (answer = error));
      await turns();
      expect(answer?.message).to.contain('does not run');
      engine.startedError = undefined;
      const id = await deployment.reset(graph(), 'all');
      expect(engine.only.options.reset).to.deep.equal({ id, scope: 'all' });
      expect(codes()).to.deep.equal([]);
      deployment.receive(runtime.at('r'), { payload: 2 }, () => undefined);
      await turns();
      expect(engine.only.payloads('r')).to.deep.equal([2]);
    });
  });

  describe('a reset', () => {
    it('keeps messages until the graph runs again', async () => {
      await runtime.deploy(durable);
      let open: () => void = () => undefined;
      const first = engine.only;
      first.stopGate = new Promise((resolve) => (open = resolve));
      const reset = deployment.reset(graph(), 'all');
      deployment.receive(runtime.at('r'), { payload: 1 }, () => undefined);
      await turns();
      expect(status('c')).to.equal('starting again');
      // What it still hands over arrives.
      first.output('s', ['last']);
      await turns();
      expect(runtime.at('s').sent.map(({ payload }) => payload)).to.deep.equal([['last']]);
      expect(engine.queries).to.have.length(1);
      open();
      await reset;
      await turns();
      expect(first.payloads('r')).to.deep.equal([]);
      expect(engine.only.payloads('r')).to.deep.equal([1]);
    });

    it('does not wait for ever for a graph that does not end', async () => {
      await runtime.deploy(durable);
      engine.only.stopGate = new Promise(() => undefined);
      const reset = deployment.reset(graph(), 'all');
      await turns();
      await clock.advance(UPDATE_LIMIT);
      await reset;
      expect(engine.queries).to.have.length(2);
      expect(runtime.at('c').warnings.join()).to.match(/did not end within 10 s/);
    });

    it('says why the graph cannot be started again', async () => {
      await runtime.deploy(durable);
      engine.startError = new Error('no threads left');
      await deployment.reset(graph(), 'all');
      expect(deployment.problems.map(({ why }) => why)).to.deep.equal(['no threads left']);
    });

    it('does nothing to a graph that was stopped meanwhile', async () => {
      await runtime.deploy(durable);
      const gone = graph();
      await runtime.deploy({ d: ['debug', {}] });
      await deployment.reset(gone, 'all');
      expect(engine.queries).to.have.length(1);
    });

    it('names each wish anew', async () => {
      await runtime.deploy(durable);
      const ids = [await deployment.reset(graph(), 'all'), await deployment.reset(graph(), 'all')];
      expect(new Set(ids).size).to.equal(2);
      expect(engine.running).to.have.length(1);
    });
  });

  it('makes a checkpoint when asked, or says why not', async () => {
    await runtime.deploy(durable);
    await graph().checkpoint();
    expect(engine.only.history).to.include('checkpoint');
    engine.only.checkpointError = new Error('the disk is full');
    const message = await graph().checkpoint().then(() => 'made', (error: unknown) => (error as Error).message);
    expect(message).to.equal('the disk is full');
  });
});
