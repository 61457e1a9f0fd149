import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { EmbeddedEngine } from '../../../src/engine/EmbeddedEngine';
import type { OutputEvent } from '../../../src/engine/Engine';
import { RefusedError } from '../../../src/engine/RefusedError';
import type { Plan } from '../../../src/plan/Plan';
import { until } from '../../support/until';
import { checkpoint } from '../durable/World';
import { map, OPTIONS, planOf, receiver, sink } from '../plans';

for (const isolation of ['thread', 'process'] as const) describe(`a plan run in a ${isolation}`, () => {
  const engine = new EmbeddedEngine({ isolation });

  it('takes messages, gives results, updates and stops', async () => {
    const query = engine.start(planOf([receiver(), map('m', 'in', 'return msg.payload + 1;'), sink('out', 'm')], 50), OPTIONS);
    const outputs: OutputEvent[] = [];
    const events = new EventTarget();
    query.on('output', (event) => {
      outputs.push(event);
      events.dispatchEvent(new Event('output'));
    });
    await query.started;
    await query.offer('in', [{ topic: 'a', payload: 1 }]);
    await once(events, 'output');
    const report = await query.update(planOf([receiver(), map('m', 'in', 'return { bytes: Buffer.from([msg.payload]) };'), sink('out', 'm')], 50), OPTIONS);
    expect(report).to.deep.equal({ kept: ['in', 'out'], restarted: ['m'], dropped: [] });
    await query.offer('in', [{ topic: 'a', payload: 7 }]);
    await once(events, 'output');
    await query.stop();
    await query.stop();
    expect(outputs.map((event) => event.records.map((record) => record.payload))).to.deep.equal([[2], [{ bytes: Buffer.from([7]) }]]);
    expect(Buffer.isBuffer((outputs[1]?.records[0]?.payload as { bytes: unknown }).bytes)).to.equal(true);
    expect(outputs[1]?.batchTime).to.be.greaterThan(outputs[0]?.batchTime ?? Infinity);
  });

  it('says which node has code that is not valid', async () => {
    const query = engine.start(planOf([receiver(), map('m', 'in', 'return ('), sink('out', 'm')]), OPTIONS);
    const failures: string[] = [];
    query.on('failed', (problem) => failures.push(`${problem.nodeId} ${problem.code}`));
    let refused: unknown;
    await query.started.catch((thrown: unknown) => (refused = thrown));
    expect(refused).to.have.nested.property('problem.code', 'function-invalid');
    await query.stop();
    expect(failures).to.deep.equal(['m function-invalid']);
  });

  it('replaces what cannot leave the thread, and tells', async () => {
    const query = engine.start(planOf([receiver(), map('m', 'in', 'return msg.payload === 1 ? { f() {} } : 2;'), sink('out', 'm')], 50), OPTIONS);
    const problems: string[] = [];
    query.on('problem', (problem) => problems.push(problem.code));
    const output = new Promise<OutputEvent>((resolve) => {
      query.on('output', resolve);
    });
    await query.started;
    await query.offer('in', [{ topic: 'a', payload: 1 }, { topic: 'a', payload: 2 }]);
    expect((await output).records.map((record) => record.payload)).to.deep.equal([null, 2]);
    expect(problems).to.deep.equal(['payload-not-portable']);
    await query.stop();
  });

  it('does not take what waits for it to run when nobody wants that any more', async () => {
    const query = engine.start(planOf([receiver(), sink('out', 'in')], 50), OPTIONS);
    const payloads: unknown[] = [];
    query.on('output', ({ records }) => payloads.push(...records.map(({ payload }) => payload)));
    const given = new AbortController();
    let refused: unknown;
    const first = query.offer('in', [{ topic: 'a', payload: 1 }], given.signal).catch((thrown: unknown) => (refused = thrown));
    const second = query.offer('in', [{ topic: 'a', payload: 2 }], new AbortController().signal);
    given.abort();
    await Promise.all([first, second]);
    await until('the other has come', () => payloads.length > 0);
    expect(payloads).to.deep.equal([2]);
    expect(refused).to.include({ name: 'RefusedError', accepted: 0 });
    await query.stop();
  });

  it('refuses messages after it has stopped', async () => {
    const query = engine.start(planOf([receiver(), sink('out', 'in')]), OPTIONS);
    await query.started;
    await query.stop();
    let refused: unknown;
    await query.offer('in', [{ topic: 'a', payload: 1 }]).catch((thrown: unknown) => (refused = thrown));
    expect(refused).to.include({ name: 'RefusedError', accepted: 0 });
  });

  it('hands over payloads that share parts or contain themselves, and replaces those that are too deep', async () => {
    const query = engine.start(
      planOf([
        receiver(),
        map('m', 'in', `
          if (msg.payload === 'circle') { const p = { bytes: Buffer.from([1]) }; p.self = p; return { payload: p }; }
          if (msg.payload === 'shared') { let p = [1]; for (let i = 0; i < 40; i++) p = [p, p]; return { payload: p }; }
          if (msg.payload === 'deep') { let p = {}; for (let i = 0; i < 5000; i++) p = { p }; return { payload: p }; }
          return msg;`),
        sink('out', 'm'),
      ], 50),
      OPTIONS,
    );
    const outputs: OutputEvent[] = [];
    query.on('output', (event) => outputs.push(event));
    await query.started;
    for (const payload of ['circle', 'shared', 'deep', 'end']) await query.offer('in', [{ topic: 'a', payload }]);
    await until('all have come', () => outputs.flatMap(({ records }) => records).length === 4);
    await query.stop();
    const [circle, shared, deep, end] = outputs.flatMap(({ records }) => records.map(({ payload }) => payload));
    expect((circle as { self: unknown }).self).to.equal(circle);
    expect(Buffer.isBuffer((circle as { bytes: unknown }).bytes)).to.equal(true);
    expect((shared as unknown[])[0]).to.equal((shared as unknown[])[1]);
    expect(deep).to.equal(null);
    expect(end).to.equal('end');
  });

  it('survives a promise that fails in the background of user code, and names the node', async () => {
    const query = engine.start(
      planOf([receiver(), map('m', 'in', 'const later = async () => { throw new Error("too late"); }; later(); return msg;'), sink('out', 'm')], 50),
      OPTIONS,
    );
    const problems: string[] = [];
    const outputs: OutputEvent[] = [];
    query.on('problem', ({ nodeId, code, what }) => problems.push(`${nodeId} ${code} ${what}`));
    query.on('output', (event) => outputs.push(event));
    await query.started;
    await query.offer('in', [{ topic: 'a', payload: 1 }]);
    await until('the problem is told', () => problems.length > 0);
    await until('the record has come through', () => outputs.length > 0);
    await query.stop();
    expect(problems).to.deep.equal(['m function-failed too late (line 1)']);
  });

  it('refuses the one message that cannot be handed over, and takes its neighbours', async () => {
    const query = engine.start(planOf([receiver(), sink('out', 'in')], 50), OPTIONS);
    const outputs: OutputEvent[] = [];
    query.on('output', (event) => outputs.push(event));
    await query.started;
    let refused: unknown;
    await query
      .offer('in', [1, Promise.resolve(), 2].map((payload) => ({ topic: 'a', payload })))
      .catch((thrown: unknown) => (refused = thrown));
    expect(refused).to.be.instanceOf(RefusedError);
    expect([0, 1, 2].map((place) => (refused as RefusedError).refuses(place))).to.deep.equal([false, true, false]);
    await until('both neighbours have come', () => outputs.flatMap(({ records }) => records).length === 2);
    await query.stop();
  });

  it('carries out an update that comes while the graph is being started', async () => {
    const query = engine.start(planOf([receiver(), map('m', 'in', 'return "old";'), sink('out', 'm')], 50), OPTIONS);
    const outputs: OutputEvent[] = [];
    query.on('output', (event) => outputs.push(event));
    const report = await query.update(planOf([receiver(), map('m', 'in', 'return "new";'), sink('out', 'm')], 50), OPTIONS);
    expect(report).to.deep.equal({ kept: ['in', 'out'], restarted: ['m'], dropped: [] });
    await query.offer('in', [{ topic: 'a', payload: 1 }]);
    await until('a result has come', () => outputs.length > 0);
    await query.stop();
    expect(outputs[0]?.records[0]?.payload).to.equal('new');
  });
});

describe('a graph with a checkpoint beside a neighbour in its thread that does not return', () => {
  let path = '';

  before(async () => {
    path = await mkdtemp(join(tmpdir(), 'dstream-neighbours-'));
  });

  after(async () => {
    await rm(path, { recursive: true, force: true });
  });

  it('goes on again and again, while the batch of the neighbour is given up', async () => {
    const engine = new EmbeddedEngine({ isolation: 'thread', shared: true, hangLimit: 300, restarts: { delays: [10, 10, 10], forgiveness: 60_000 } });
    const plan = (graph: string, code: string): Plan => ({
      ...planOf([receiver(), checkpoint('keeper', 'in', { path }), map('m', 'keeper', code), sink('out', 'm')], 100), graph,
    });
    const innocent = engine.start(plan('innocent', 'return msg.payload;'), OPTIONS);
    const guilty = engine.start(plan('guilty', 'for (;;); return 1;'), OPTIONS);
    const failures: string[] = [];
    let deaths = 0;
    let ended = 0;
    let release: () => void = () => undefined;
    const givenUp = new Promise<void>((resolve) => {
      release = resolve;
    });
    innocent.on('failed', ({ code }) => failures.push(`innocent ${code}`));
    guilty.on('failed', ({ code }) => {
      failures.push(`guilty ${code}`);
      release();
    });
    innocent.on('interrupted', () => deaths++);
    // Its batch does not end while the thread lives.
    innocent.on('output', () => givenUp);
    innocent.on('batch', ({ records }) => {
      ended += records;
    });
    await Promise.all([innocent.started, guilty.started]);
    await innocent.offer('in', [{ topic: 'a', payload: 7 }]);
    await guilty.offer('in', [{ topic: 'a', payload: 13 }]);
    await until('the neighbour has been given up and the other has gone on', () => failures.length > 0 && ended > 0);
    expect(failures).to.deep.equal(['guilty batch-never-ended']);
    expect(deaths).to.equal(2);
    expect(ended).to.equal(1);
    await Promise.all([innocent.stop(), guilty.stop()]);
  });
});
