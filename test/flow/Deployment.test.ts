import { expect } from 'chai';
import { EngineProblem } from '../../src/engine/EngineProblem';
import { RefusedError } from '../../src/engine/RefusedError';
import { Deployment } from '../../src/flow/Deployment';
import { engineNode } from '../../src/flow/draw';
import { ManualClock } from '../../src/ports/ManualClock';
import { FakeEngine, type FakeQuery } from '../support/FakeEngine';
import { type FakeFlow, FakeRuntime } from '../support/FakeRuntime';

/** Lets everything that was put off to the next turns of the event loop happen. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const simple: FakeFlow = {
  r: ['dstream-receiver', {}, 'b'],
  b: ['dstream-batcher', { interval: 1 }, 'w'],
  w: ['dstream-window', { length: 10 }, 's'],
  s: ['dstream-sink', {}, 'd'],
  d: ['debug', {}],
};

/** The simple flow with other properties of one node. */
const having = (id: keyof typeof simple, properties: Record<string, unknown>): FakeFlow => {
  const [type, , ...targets] = simple[id] ?? expect.fail(id);
  return { ...simple, [id]: [type, properties, ...targets] };
};

describe('Deployment', () => {
  let runtime: FakeRuntime;
  let engine: FakeEngine;
  let clock: ManualClock;
  let deployment: Deployment;

  beforeEach(() => {
    runtime = new FakeRuntime();
    engine = new FakeEngine();
    clock = new ManualClock(0);
    deployment = new Deployment(runtime, () => engine, clock);
    runtime.deployment = deployment;
  });

  const listeners = (): number => runtime.events.eventNames().reduce((sum, name) => sum + runtime.events.listenerCount(name), 0);

  describe('what runs after a deploy', () => {
    it('starts a new graph', async () => {
      await runtime.deploy(simple);
      expect(engine.only.plan.operators.map(({ id }) => id)).to.deep.equal(['r', 'b', 'w', 's']);
      expect(deployment.problems).to.deep.equal([]);
    });

    it('leaves an unchanged graph alone, even where all its nodes were made anew', async () => {
      await runtime.deploy(simple);
      await runtime.deploy(simple);
      expect(engine.queries).to.have.length(1);
      expect(engine.only.updates).to.deep.equal([]);
    });

    it('gives a changed graph its new plan', async () => {
      await runtime.deploy(simple);
      await runtime.deploy(having('w', { length: 20 }), ['w']);
      expect(engine.queries).to.have.length(1);
      expect(engine.only.updates).to.have.length(1);
      expect(engine.only.plan.operators[2]?.parameters).to.deep.equal({ length: 20_000, slide: 20_000 });
    });

    it('tells the engine of a tap, which is not in the plan', async () => {
      await runtime.deploy(simple);
      const plan = engine.only.plan;
      await runtime.deploy({ ...simple, b: ['dstream-batcher', { interval: 1 }, 'w', 'd'] }, []);
      expect(engine.only.updates).to.have.length(1);
      expect(engine.only.plan).to.deep.equal(plan);
      expect(engine.only.options.taps).to.deep.equal(['b']);
    });

    it('tells the engine which Node-RED it is, without giving its id away', async () => {
      await runtime.deploy(simple);
      expect(engine.only.options.instance).to.match(/^[\da-f]{12}$/);
    });

    it('tells the engine of a changed environment variable', async () => {
      const flow: FakeFlow = {
        ...simple,
        b: ['dstream-batcher', {}, 'm'],
        m: ['dstream-map', { func: "return ctx.env('SITE')" }, 'w'],
      };
      runtime.variables.SITE = 'north';
      runtime.variables.OTHER = 'unasked';
      await runtime.deploy(flow);
      expect(engine.only.options.environment).to.deep.equal({ m: { SITE: 'north' } });
      runtime.variables.SITE = 'south';
      await runtime.deploy(flow);
      expect(engine.only.options.environment).to.deep.equal({ m: { SITE: 'south' } });
    });

    it('stops a graph that is gone and lets others run', async () => {
      await runtime.deploy({ ...simple, r2: ['dstream-receiver', {}, 'd'] });
      expect(engine.running).to.have.length(2);
      await runtime.deploy({ d: ['debug', {}], r2: ['dstream-receiver', {}, 'd'] });
      expect(engine.only.plan.graph).to.equal('r2.batcher');
    });

    it('stops a graph whose new drawing has a problem, shows it, and runs it again when it is mended', async () => {
      await runtime.deploy(simple);
      await runtime.deploy(having('w', { length: 2500, lengthUnits: 'ms' }), ['w']);
      expect(engine.running).to.deep.equal([]);
      expect(deployment.problems.map(({ code }) => code)).to.deep.equal(['window-not-multiple']);
      const node = runtime.at('w');
      expect(node.statuses.at(-1)).to.include({ fill: 'red', shape: 'ring' });
      expect(node.errors.map(({ text }) => text)).to.deep.equal([
        'window 2500 ms is not a multiple of the batch interval 1000 ms. ' +
          'A window is made of whole batches. Use 2000 or 3000. (window-not-multiple)',
      ]);
      await runtime.deploy(having('w', { length: 2500, lengthUnits: 'ms' }), []);
      expect(node.errors, 'the same problem is said once').to.have.length(1);
      await runtime.deploy(simple, ['s']);
      expect(engine.running).to.have.length(0);
      await runtime.deploy(simple, ['w']);
      expect(engine.running).to.have.length(1);
      expect(deployment.problems).to.deep.equal([]);
    });

    it('keeps the query when another batcher renames the graph', async () => {
      await runtime.deploy({ ...simple, r: ['dstream-receiver', {}, 'b', 'a'], a: ['dstream-batcher', {}, 'w'] });
      expect(engine.only.plan.graph).to.equal('a');
      await runtime.deploy(simple);
      expect(engine.queries).to.have.length(1);
      expect(engine.only.plan.graph).to.equal('b');
    });

    it('starts afresh on another engine', async () => {
      const flow = having('b', { interval: 1, engine: 'e' });
      deployment.addEngine(engineNode('e', { isolation: 'inline', heapLimit: '' }));
      await runtime.deploy(flow);
      deployment.addEngine(engineNode('e', { isolation: 'thread', heapLimit: '64' }));
      await runtime.deploy(flow);
      expect(engine.queries.map(({ stopped }) => stopped)).to.deep.equal([true, false]);
    });

    it('finds a missing engine and a bad one', async () => {
      await runtime.deploy(having('b', { interval: 1, engine: 'e' }));
      expect(deployment.problems.map(({ nodeId, code }) => `${nodeId} ${code}`)).to.deep.equal(['b engine-missing']);
      deployment.addEngine(engineNode('e', { isolation: 'thread', heapLimit: 'much' }));
      await runtime.deploy(having('b', { interval: 1, engine: 'e' }));
      expect(deployment.problems.map(({ nodeId, code }) => `${nodeId} ${code}`)).to.deep.equal(['b not-a-number']);
    });

    it('reports an engine that refuses, and lets other graphs run', async () => {
      await runtime.deploy({ ...simple, r2: ['dstream-receiver', {}, 'd'] });
      const [first] = engine.running.filter(({ plan }) => plan.graph === 'b');
      if (first !== undefined) first.updateError = new Error('line 3: unexpected token');
      await runtime.deploy({ ...having('w', { length: 30 }), r2: ['dstream-receiver', {}, 'd'] });
      expect(deployment.problems.map(({ nodeId, code, why }) => `${nodeId} ${code} ${why}`)).to.deep.equal(
        ['b cannot-run line 3: unexpected token'],
      );
      expect(engine.only.plan.graph).to.equal('r2.batcher');
      const broken = { nodeId: 's', code: 'function-invalid', what: 'line 2', why: '', fix: 'Mend it.' };
      engine.startError = new EngineProblem(broken);
      await runtime.deploy({ ...simple, r2: ['dstream-receiver', {}, 'd'] });
      expect(deployment.problems).to.deep.equal([broken]);
      engine.startError = new Error('no threads left');
      await runtime.deploy({ ...simple, r2: ['dstream-receiver', {}, 'd'] });
      expect(deployment.problems[0]?.why).to.equal('no threads left');
    });

    it('connects receivers with what their broker says, and again when the password changes', async () => {
      const flow: FakeFlow = {
        ...simple,
        r: ['dstream-receiver', { source: 'mqtt', broker: 'q', topic: 'a/b' }, 'b'],
        q: ['mqtt-broker', {}],
      };
      await runtime.deploy({ ...flow, q: ['tab', {}] });
      const broker = (password: string): void => {
        Object.assign(runtime.at('q'), { brokerurl: 'mqtt://127.0.0.1:1883', options: { username: 'u', password } });
      };
      await runtime.stop();
      runtime.make(flow);
      broker('one');
      runtime.events.emit('flows:started', {});
      await deployment.whenSettled();
      expect(engine.only.options.secrets['q/r']).to.include({ url: 'mqtt://127.0.0.1:1883', password: 'one' });
      expect(JSON.stringify(engine.only.plan)).not.to.contain('one');
      broker('two');
      await runtime.deploy(flow, []);
      expect(engine.only.updates).to.have.length(1);
      expect(engine.only.options.secrets['q/r']).to.include({ password: 'two' });
      runtime.nodes.delete('q');
      const { q: _broker, ...without } = flow;
      await runtime.deploy(without, []);
      expect(deployment.problems.map(({ code }) => code)).to.deep.equal(['broker-missing']);
    });
  });

  describe('what it costs when there is nothing to do', () => {
    it('listens to nothing before there is a stream node and after the last one has gone', async () => {
      expect(listeners()).to.equal(0);
      await runtime.deploy(simple);
      expect(listeners()).to.equal(4);
      await runtime.deploy(simple);
      expect(listeners(), 'nothing is doubled').to.equal(4);
      await runtime.deploy({ d: ['debug', {}] });
      expect(listeners()).to.equal(0);
      expect(engine.running).to.deep.equal([]);
      expect(clock.pendingTimers).to.equal(0);
      await runtime.deploy(simple);
      expect(engine.running).to.have.length(1);
    });

    it('stops everything when flows are stopped for good', async () => {
      await runtime.deploy(simple);
      await runtime.stop();
      runtime.events.emit('runtime-event', { id: 'runtime-state', payload: { state: 'stop' } });
      await deployment.whenSettled();
      expect(engine.running).to.deep.equal([]);
      expect(listeners()).to.equal(0);
      expect(runtime.hookList.size).to.equal(0);
    });

    it('has stopped everything before its nodes are closed, where the process ends', async () => {
      await runtime.deploy(simple);
      const query = engine.only;
      runtime.end.isNear = true;
      await runtime.stop();
      expect(query.stopped).to.equal(true);
    });

    it('stops everything when the last node is closed outside a deploy', async () => {
      await runtime.deploy({ r: ['dstream-receiver', {}, 'd'], d: ['debug', {}] });
      await new Promise<void>((done) => {
        deployment.remove(runtime.at('r'), done);
      });
      await deployment.whenSettled();
      expect(engine.running).to.deep.equal([]);
      expect(listeners()).to.equal(0);
    });
  });

  describe('messages in', () => {
    it('hands over the messages of one turn together, and says when they are taken', async () => {
      await runtime.deploy(simple);
      const done: (Error | undefined)[] = [];
      for (const payload of [1, 2, 3]) deployment.receive(
        runtime.at('r'),
        { payload, topic: 't', req: () => 1 },
        (error) => done.push(error),
      );
      expect(engine.only.offers).to.deep.equal([]);
      await turns();
      expect(engine.only.offers).to.deep.equal([
        { receiver: 'r', messages: [1, 2, 3].map((payload) => ({ payload, topic: 't' })) },
      ]);
      expect(done).to.deep.equal([undefined, undefined, undefined]);
    });

    it('hands over 1,000 at once at most', async () => {
      await runtime.deploy(simple);
      for (let payload = 0; payload < 2500; payload++) deployment.receive(runtime.at('r'), { payload }, () => undefined);
      await turns();
      expect(engine.only.offers.map(({ messages }) => messages.length)).to.deep.equal([1000, 1000, 500]);
    });

    it('tells of refused messages once a second, not once each', async () => {
      await runtime.deploy(simple);
      engine.only.offerError = new Error('the buffer is full');
      const errors: string[] = [];
      for (const payload of [1, 2]) deployment.receive(
        runtime.at('r'),
        { payload },
        (error) => errors.push(error?.message ?? 'taken'),
      );
      await turns();
      expect(errors).to.deep.equal(['the buffer is full']);
    });

    it('passes a refusal on to those messages alone that were refused', async () => {
      await runtime.deploy(simple);
      engine.only.offerError = new RefusedError('1 of 3 messages were refused', 2);
      const errors: string[] = [];
      for (const payload of [1, 2, 3]) deployment.receive(
        runtime.at('r'),
        { payload },
        (error) => errors.push(error?.message ?? 'taken'),
      );
      await turns();
      expect(errors).to.deep.equal(['taken', 'taken', '1 of 3 messages were refused']);
    });

    it('takes the key along from where records do not reach', async () => {
      await runtime.deploy(having('r', { keyType: 'msg', key: 'req.id' }));
      deployment.receive(runtime.at('r'), { payload: 1, req: { id: 'x', send: () => 1 } }, () => undefined);
      await turns();
      expect(engine.only.offers[0]?.messages).to.deep.equal([{ payload: 1, topic: '', key: 'x' }]);
    });

    it('refuses a payload that is nested too deeply', async () => {
      await runtime.deploy(simple);
      let payload: unknown = 1;
      for (let depth = 0; depth < 600; depth++) payload = [payload];
      let refusal: Error | undefined;
      deployment.receive(runtime.at('r'), { payload }, (error) => (refusal = error));
      expect(refusal?.message).to.contain('512 levels');
    });

    it('asks for a receiver where an ordinary message comes to another node, and ignores messages of its own', async () => {
      await runtime.deploy(simple);
      const errors: string[] = [];
      deployment.receive(runtime.at('w'), { payload: 1 }, (error) => errors.push(error?.message ?? 'done'));
      deployment.receive(runtime.at('w'), { payload: [], dstream: { graphId: 'b', nodeId: 'b' } }, () => errors.push('done'));
      expect(errors).to.have.length(1);
      expect(errors[0]).to.contain('put a receiver in front of the window');
    });

    it('says why nothing is taken where the graph does not run', async () => {
      await runtime.deploy(having('w', { length: 0 }));
      const errors: string[] = [];
      deployment.receive(runtime.at('r'), { payload: 1 }, (error) => errors.push(error?.message ?? 'taken'));
      await turns();
      expect(errors[0]).to.contain('does not run');
    });

    it('keeps messages that come before the first deploy has ended', async () => {
      runtime.make(simple);
      deployment.receive(runtime.at('r'), { payload: 'early' }, () => undefined);
      await turns();
      runtime.events.emit('flows:started', {});
      await deployment.whenSettled();
      await turns();
      expect(engine.only.payloads('r')).to.deep.equal(['early']);
    });
  });

  describe('while a deploy is under way', () => {
    it('has hooks only then, and pauses what runs', async () => {
      await runtime.deploy(simple);
      expect(runtime.hookList.size).to.equal(0);
      await runtime.stop([]);
      expect([...runtime.hookList.keys()]).to.deep.equal(['preRoute.dstream', 'onReceive.dstream']);
      expect(engine.only.paused).to.equal(true);
      runtime.make(simple);
      runtime.events.emit('flows:started', {});
      await deployment.whenSettled();
      expect(runtime.hookList.size).to.equal(0);
      expect(engine.only.paused).to.equal(false);
    });

    it('parks messages for a closed receiver and delivers them in order, after the graph has its new plan', async () => {
      await runtime.deploy(simple);
      await runtime.stop(['r']);
      const message = { payload: { n: 1 } };
      expect(runtime.route('r', message)).to.equal(false);
      message.payload.n = 99;
      expect(runtime.route('r', { payload: { n: 2 } })).to.equal(false);
      runtime.make(having('r', { format: 'json' }));
      expect(runtime.route('r', { payload: { n: 3 } })).to.equal(false);
      runtime.events.emit('flows:started', {});
      await deployment.whenSettled();
      expect(runtime.route('r', { payload: { n: 4 } })).to.equal(true);
      await turns();
      expect(engine.only.payloads('r')).to.deep.equal([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);
      expect(engine.only.history).to.deep.equal(['pause', 'update', 'resume', 'offer r 3', 'offer r 1']);
    });

    it('lets messages through to receivers that stay', async () => {
      await runtime.deploy(simple);
      await runtime.stop(['w']);
      expect(runtime.route('r', { payload: 1 })).to.equal(true);
      await turns();
      expect(engine.only.payloads('r')).to.deep.equal([1]);
    });

    it('takes messages that were on their way when the receiver was closed', async () => {
      await runtime.deploy(simple);
      const receiver = runtime.at('r');
      const stopped = runtime.stop(['r']);
      deployment.receive(receiver, { payload: 'late' }, () => undefined);
      await stopped;
      await turns();
      expect(engine.only.payloads('r')).to.deep.equal(['late']);
    });

    it('drops messages for a receiver that does not come back, and says how many', async () => {
      await runtime.deploy({ ...simple, r2: ['dstream-receiver', {}, 'b'] });
      await runtime.stop(['r2']);
      expect(runtime.route('r2', { payload: 1 })).to.equal(false);
      runtime.make(simple);
      runtime.events.emit('flows:started', {});
      await deployment.whenSettled();
      expect(runtime.delivered).to.deep.equal([]);
      expect(runtime.warnings.filter((text) => text.startsWith('1 message was dropped'))).to.have.length(1);
    });

    it('holds outputs back', async () => {
      await runtime.deploy(simple);
      engine.only.output('s', [1]);
      await runtime.stop(['s']);
      await turns();
      expect(runtime.nodes.has('s')).to.equal(false);
      runtime.make(simple);
      runtime.events.emit('flows:started', {});
      await deployment.whenSettled();
      await turns();
      expect(runtime.at('s').sent.map(({ payload }) => payload)).to.deep.equal([[1]]);
    });

    it('goes on when the deploy is given up half-way', async () => {
      await runtime.deploy(simple);
      await runtime.stop([]);
      runtime.events.emit('runtime-event', { id: 'runtime-state', payload: { state: 'stop', deploy: true } });
      expect(engine.only.paused).to.equal(true);
      runtime.events.emit('runtime-event', { id: 'runtime-state', payload: { state: 'stop', error: 'missing-types' } });
      await deployment.whenSettled();
      expect(engine.only.paused).to.equal(false);
      expect(runtime.hookList.size).to.equal(0);
    });

    it('keeps messages back while graphs change, so that none goes to a graph that its receiver leaves', async () => {
      await runtime.deploy(simple);
      let open: () => void = () => undefined;
      engine.only.updateGate = new Promise((resolve) => (open = resolve));
      await runtime.stop(['w']);
      runtime.make(having('w', { length: 20 }));
      runtime.events.emit('flows:started', {});
      await turns();
      expect(runtime.route('r', { payload: 1 })).to.equal(true);
      await turns();
      expect(engine.only.payloads('r')).to.deep.equal([]);
      open();
      await deployment.whenSettled();
      await turns();
      expect(engine.only.payloads('r')).to.deep.equal([1]);
    });

    it('carries out only the last of two deploys that follow at once', async () => {
      await runtime.deploy(simple);
      let open: () => void = () => undefined;
      engine.only.updateGate = new Promise((resolve) => (open = resolve));
      await runtime.stop([]);
      runtime.make(simple);
      await runtime.stop(['w']);
      runtime.make(having('w', { length: 20 }));
      runtime.events.emit('flows:started', {});
      await turns();
      await runtime.stop(['w']);
      runtime.make(having('w', { length: 30 }));
      runtime.events.emit('flows:started', {});
      open();
      await deployment.whenSettled();
      expect(engine.only.plan.operators[2]?.parameters).to.deep.equal({ length: 30_000, slide: 30_000 });
      expect(engine.only.paused).to.equal(false);
    });
  });

  describe('graphs that hold nobody up', () => {
    /** Two graphs without a wire between them: r → b → w → s, and c → cb → d. */
    const two = (changes: FakeFlow = {}): FakeFlow => ({
      ...simple,
      c: ['dstream-receiver', {}, 'cb'],
      cb: ['dstream-batcher', { interval: 2 }, 'd'],
      ...changes,
    });
    const longer: FakeFlow = { w: ['dstream-window', { length: 20 }, 's'] };
    const query = (graph: string): FakeQuery => engine.running.find(({ plan }) => plan.graph === graph) ?? expect.fail(graph);
    /** Deploys without waiting for graphs to be changed. */
    const begin = async (flow: FakeFlow, only: readonly string[]): Promise<void> => {
      await runtime.stop(only);
      runtime.make(flow);
      runtime.events.emit('flows:started', {});
      await turns();
    };

    it('open as soon as they are in line with the drawing themselves', async () => {
      await runtime.deploy(two());
      query('b').updateGate = new Promise(() => undefined);
      await begin(two({ ...longer, cb: ['dstream-batcher', { interval: 3 }, 'd'] }), ['w', 'cb']);
      expect(runtime.hookList.size).to.equal(0);
      runtime.route('c', { payload: 1 });
      query('cb').output('cb', ['x'], { tap: true });
      await turns();
      expect(query('cb').plan.batchInterval).to.equal(3000);
      expect(query('cb').payloads('c')).to.deep.equal([1]);
      expect([query('cb').paused, query('b').paused]).to.deep.equal([false, true]);
      expect(runtime.at('cb').sent.map(({ payload }) => payload)).to.deep.equal([['x']]);
    });

    it('take part in the next deploy while another is still being changed', async () => {
      await runtime.deploy(two());
      query('b').updateGate = new Promise(() => undefined);
      await begin(two(longer), ['w']);
      await begin(two({ ...longer, cb: ['dstream-batcher', { interval: 3 }, 'd'] }), ['cb']);
      expect(query('cb').plan.batchInterval).to.equal(3000);
      expect(query('b').updates, 'the same change is not asked for twice').to.have.length(1);
    });

    it('are not given another plan before they have started', async () => {
      let started: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => (started = resolve));
      const start = engine.start.bind(engine);
      engine.start = (plan, options) => Object.assign(start(plan, options), { started: gate });
      await runtime.deploy(simple);
      await begin({ ...simple, ...longer }, ['w']);
      expect(engine.only.updates).to.have.length(0);
      started();
      await deployment.whenSettled();
      expect(engine.only.updates).to.have.length(1);
      expect(clock.pendingTimers).to.equal(0);
    });

    it('are started afresh when an update takes longer than 10 s, with a warning, and get what waited', async () => {
      await runtime.deploy(two());
      const [stuck, other] = [query('b'), query('cb')];
      stuck.updateGate = new Promise(() => undefined);
      await begin(two(longer), ['w']);
      runtime.route('r', { payload: 'waits' });
      await turns();
      await clock.advance(9999);
      expect(stuck.stopped).to.equal(false);
      await clock.advance(1);
      await deployment.whenSettled();
      await turns();
      expect([stuck.stopped, other.stopped]).to.deep.equal([true, false]);
      expect(query('b').plan.operators[2]?.parameters).to.deep.equal({ length: 20_000, slide: 20_000 });
      expect(query('b').payloads('r')).to.deep.equal(['waits']);
      expect(runtime.at('b').warnings.join()).to.match(/did not change its plan within 10 s.*started afresh/);
      stuck.output('s', ['late']);
      await turns();
      expect(runtime.at('s').sent, 'nothing comes from the old one any more').to.deep.equal([]);
      expect(deployment.graphs.find(({ plan }) => plan.graph === 'b')?.figures.lastUpdate?.restarted).to.include('w');
      expect(clock.pendingTimers).to.equal(0);
    });

    it('stop when flows are stopped while they are being changed, and all run after the flows were started again', async () => {
      await runtime.deploy(two());
      const old = [query('b'), query('cb')];
      query('b').updateGate = new Promise(() => undefined);
      await begin(two({ ...longer, e: ['dstream-receiver', {}, 'd'] }), ['w']);
      expect(engine.running).to.have.length(3);
      await runtime.stop();
      runtime.events.emit('runtime-event', { id: 'runtime-state', payload: { state: 'stop' } });
      await deployment.whenSettled();
      expect(engine.running).to.deep.equal([]);
      expect(clock.pendingTimers).to.equal(0);
      await begin(two(longer), []);
      await deployment.whenSettled();
      expect(engine.running.map(({ plan }) => plan.graph).sort()).to.deep.equal(['b', 'cb']);
      expect(engine.running.filter((running) => old.includes(running))).to.deep.equal([]);
      for (const id of ['r', 'c']) runtime.route(id, { payload: id });
      await turns();
      expect([query('b').payloads('r'), query('cb').payloads('c')]).to.deep.equal([['r'], ['c']]);
    });

    it('say how many records are lost when their drawing gets a problem', async () => {
      await runtime.deploy(simple);
      engine.only.lost = 7;
      await runtime.deploy(having('w', { length: 2500, lengthUnits: 'ms' }), ['w']);
      await deployment.whenSettled();
      await turns();
      expect(engine.running).to.deep.equal([]);
      expect(runtime.at('b').warnings.join()).to.match(/Lost with it: 7 records that waited for a batch/);
    });

    it('are not started before a graph that goes has let go of their receiver', async () => {
      await runtime.deploy(two());
      let gone: () => void = () => undefined;
      query('b').stop = function (this: FakeQuery): Promise<number> {
        this.stopped = true;
        return new Promise((resolve) => (gone = () => { resolve(0); }));
      };
      await runtime.stop();
      runtime.events.emit('runtime-event', { id: 'runtime-state', payload: { state: 'stop' } });
      await begin(two(), []);
      expect(engine.running.map(({ plan }) => plan.graph)).to.deep.equal(['cb']);
      gone();
      await deployment.whenSettled();
      expect(engine.running).to.have.length(2);
    });

    it('let go of a receiver before another graph takes it, and say how many records stay behind', async () => {
      await runtime.deploy(two());
      query('b').emit('progress', {
        operators: { r: { recordsIn: 9, recordsOut: 2, failed: 0, skipped: 0, refused: 0, waiting: 7, keys: 0 } },
      });
      let open: () => void = () => undefined;
      query('b').updateGate = new Promise((resolve) => (open = resolve));
      // r goes from b to cb, and n comes in its place.
      await begin(two({ n: ['dstream-receiver', {}, 'b'], r: ['dstream-receiver', {}, 'cb'] }), ['r']);
      expect([query('b').updates.length, query('cb').updates.length]).to.deep.equal([1, 0]);
      open();
      await deployment.whenSettled();
      expect(query('cb').updates).to.have.length(1);
      runtime.route('r', { payload: 1 });
      await turns();
      expect([query('b').payloads('r'), query('cb').payloads('r')]).to.deep.equal([[], [1]]);
      expect(runtime.at('r').warnings.join()).to.match(/another graph. About 7 records .* lost/);
    });

    it('may swap their receivers', async () => {
      await runtime.deploy(two());
      await runtime.deploy(two({ r: ['dstream-receiver', {}, 'cb'], c: ['dstream-receiver', {}, 'b'] }), ['r', 'c']);
      const receivers = (graph: string): string | undefined => query(graph).plan.operators[0]?.id;
      expect([receivers('b'), receivers('cb')]).to.deep.equal(['c', 'r']);
    });
  });

  describe('what a busy graph has not answered', () => {
    it('is bounded by the buffer limit; what is more is refused at once, counted and told with numbers', async () => {
      await runtime.deploy(having('b', { interval: 1, bufferLimit: 2000 }));
      const answers: (() => void)[] = [];
      engine.only.offer = () => new Promise((resolve) => answers.push(resolve));
      const errors: string[] = [];
      let taken = 0;
      const send = (count: number): void => {
        for (let payload = 0; payload < count; payload++) {
          deployment.receive(runtime.at('r'), { payload }, (error) => {
            if (error === undefined) taken++;
            else errors.push(error.message);
          });
        }
      };
      send(1500);
      await turns();
      send(1500);
      await turns();
      expect(errors).to.have.length(1);
      expect(errors[0]).to.match(/busy.* 2000 messages wait for its answer.*Raise the buffer limit/);
      expect(deployment.graphs[0]?.figures.operators.r?.refused).to.equal(1000);
      for (const answer of answers.splice(0)) answer();
      await turns();
      expect(taken).to.equal(2000);
      send(1);
      await turns();
      expect(answers, 'room again').to.have.length(1);
    });
  });

  describe('what a running graph says', () => {
    it('tells what a deploy kept, restarted and dropped', async () => {
      await runtime.deploy(simple);
      expect(deployment.graphs[0]?.figures.lastUpdate).to.equal(undefined);
      await clock.advance(5000);
      const { only } = engine;
      only.update = (plan, options) => {
        Object.assign(only, { plan, options });
        return Promise.resolve({ kept: ['r', 'b', 's'], restarted: [], dropped: ['w'] });
      };
      const { w: _window, ...rest } = simple;
      await runtime.deploy({ ...rest, b: ['dstream-batcher', { interval: 1 }, 'm'], m: ['dstream-map', {}, 's'] }, ['b', 'w']);
      expect(runtime.at('b').lines).to.deep.equal(['kept 3 operators; dropped: window w; new: map m']);
      expect(deployment.graphs[0]?.figures.lastUpdate).to.deep.equal({
        time: 5000, kept: ['r', 'b', 's'], restarted: [], dropped: ['w'],
      });
    });

    it('tells what each sink promises, and why', async () => {
      await runtime.deploy(simple);
      const { s: promise } = deployment.graphs[0]?.figures.guarantees ?? {};
      expect(promise?.level).to.equal('at most once');
      expect(promise?.reasons.map(({ operator }) => operator)).to.deep.equal(['s', 'r']);
    });

    it('lets a batch end when its outputs are on their wires, and not hang where the graph is stopped before', async () => {
      await runtime.deploy(simple);
      const taken: string[] = [];
      const records = [{ payload: 1, topic: 't', key: 'k' }];
      const event = { operator: 's', tap: false, batchTime: 1000, count: 1, truncated: false, offset: 0, last: true, records };
      const hear = (name: string): void => {
        for (const answer of engine.only.answersTo(event)) void Promise.resolve(answer).then(() => taken.push(name));
      };
      hear('sent');
      expect(runtime.at('s').sent).to.deep.equal([]);
      await turns();
      expect(runtime.at('s').sent).to.have.length(1);
      expect(taken).to.deep.equal(['sent']);
      hear('forgotten');
      await runtime.deploy({});
      await turns();
      expect(taken).to.deep.equal(['sent', 'forgotten']);
    });

    it('sends outputs from the node that has them', async () => {
      await runtime.deploy({ ...simple, b: ['dstream-batcher', {}, 'w', 'd'] });
      engine.only.output('s', ['x'], { batchTime: 5000 });
      engine.only.output('b', ['y'], { tap: true, count: 1500, truncated: true });
      await turns();
      expect(runtime.at('s').sent).to.deep.equal([
        {
          payload: ['x'],
          dstream: { graphId: 'b', nodeId: 's', batchTime: 5000, batchInterval: 1000, count: 1, truncated: false },
        },
      ]);
      expect(runtime.at('b').sent[0]?.dstream).to.deep.include({ nodeId: 'b', count: 1500, truncated: true });
    });

    it('makes problems catchable and passes log lines on', async () => {
      await runtime.deploy(simple);
      engine.only.emit(
        'problem',
        { nodeId: 'w', code: 'user-code', what: '3 records failed', why: 'x is not defined', fix: 'Define x.' },
      );
      engine.only.emit('log', { operator: 'w', level: 'warn', text: 'careful' });
      engine.only.emit('log', { operator: 'w', level: 'log', text: 'fine' });
      const node = runtime.at('w');
      expect(node.errors[0]?.text).to.equal('3 records failed. x is not defined. Define x. (user-code)');
      expect(node.errors[0]?.message?.dstream).to.deep.equal({ graphId: 'b', nodeId: 'w', code: 'user-code' });
      expect([node.warnings, node.lines]).to.deep.equal([['careful'], ['fine']]);
    });

    it('shows figures at the batcher at most once a second', async () => {
      await runtime.deploy(simple);
      const batch = (records: number, schedulingDelay: number): void => {
        engine.only.emit('batch', { batchTime: 0, records, schedulingDelay, processingDelay: 83 });
      };
      batch(12_400, 0);
      batch(1, 0);
      batch(5, 3200);
      expect(runtime.at('b').statuses).to.deep.equal([{ fill: 'blue', shape: 'dot', text: '12.4k rec/s · 83 ms' }]);
      await clock.advance(1000);
      expect(runtime.at('b').statuses.at(-1)).to.deep.equal({ fill: 'yellow', shape: 'dot', text: '5 rec/s · behind 3.2 s' });
      expect(clock.pendingTimers).to.equal(0);
    });

    it('shows a graph that ended by itself, and starts it again with the next deploy', async () => {
      await runtime.deploy(simple);
      runtime.at('r').status({ fill: 'blue', shape: 'dot', text: '20 rec/s' });
      engine.only.emit(
        'failed',
        { nodeId: 'w', code: 'hung', what: 'the window hung for 5 s', why: 'An endless loop.', fix: 'Mend it.' },
      );
      expect(runtime.at('w').statuses.at(-1)).to.deep.equal({ fill: 'red', shape: 'dot', text: 'the window hung for 5 s' });
      expect(runtime.at('b').statuses.at(-1)).to.include({ fill: 'red' });
      // Nothing flows there any more.
      expect(runtime.at('r').statuses.at(-1)).to.deep.equal({});
      expect(runtime.at('w').errors).to.have.length(1);
      expect(deployment.problems.map(({ code }) => code)).to.deep.equal(['hung']);
      await runtime.deploy(simple);
      expect(engine.queries.map(({ stopped }) => stopped)).to.deep.equal([true, false]);
    });
  });
});
