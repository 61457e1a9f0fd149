import { expect } from 'chai';
import { EmbeddedEngine, type EmbeddedEngineOptions } from '../../../src/engine/EmbeddedEngine';
import type { OutputEvent, Query } from '../../../src/engine/Engine';
import type { Plan } from '../../../src/plan/Plan';
import type { Problem } from '../../../src/plan/Problem';
import { until } from '../../support/until';
import { map, OPTIONS, planOf, receiver, sink } from '../plans';

const HANG = 500;

/** What a map function does, by the payload that it is given. */
const plan = (source: string): Plan => planOf([receiver(), map('guilty', 'in', source), sink('out', 'guilty')], 50);

class Run {
  readonly query: Query;
  readonly outputs: OutputEvent[] = [];
  readonly interruptions: { problem: Problem; restartIn: number }[] = [];
  readonly failures: Problem[] = [];

  constructor(engine: EmbeddedEngine, source: string) {
    this.query = engine.start(plan(source), OPTIONS);
    this.query.started.catch(() => undefined);
    this.query.on('output', (event) => this.outputs.push(event));
    this.query.on('interrupted', (problem, restartIn) => this.interruptions.push({ problem, restartIn }));
    this.query.on('failed', (problem) => this.failures.push(problem));
  }

  offer(...payloads: unknown[]): Promise<void> {
    return this.query.offer('in', payloads.map((payload) => ({ topic: 'a', payload })));
  }

  get results(): unknown[] {
    return this.outputs.flatMap(({ records }) => records.map(({ payload }) => payload));
  }
}

const LOOP = 'if (msg.payload === "loop") { for (;;) { /* for ever */ } } return msg.payload;';
/** Grows the JavaScript heap, a little at a time. */
const HEAP = 'if (msg.payload === "grow") { const all = []; for (;;) all.push({ n: all.length }); } return msg.payload;';
/** Grows outside the JavaScript heap, a little at a time, in one call. */
const OUTSIDE = 'if (msg.payload === "grow") { const all = []; for (;;) all.push(Buffer.alloc(1e6, 1)); } return msg.payload;';
/** Grows outside the JavaScript heap, a little in each call. */
const LEAK = 'globalThis.leak ??= []; if (msg.payload === "grow") globalThis.leak.push(Buffer.alloc(5e6, 1)); return msg.payload;';

describe('isolation', function () {
  this.timeout(30_000);
  const engines = (change: Partial<EmbeddedEngineOptions> = {}): { thread: EmbeddedEngine; process: EmbeddedEngine } => {
    const common = { hangLimit: HANG, restarts: { delays: [100, 100], forgiveness: 60_000 }, ...change };
    return { thread: new EmbeddedEngine({ isolation: 'thread', ...common }), process: new EmbeddedEngine({ isolation: 'process', ...common }) };
  };

  for (const isolation of ['thread', 'process'] as const) {
    it(`${isolation}: an endless loop is ended and its operator named; the graph starts again and takes what waited`, async () => {
      const run = new Run(engines()[isolation], LOOP);
      await run.query.started;
      await run.offer('loop');
      await until('the graph is interrupted', () => run.interruptions.length === 1);
      expect(run.interruptions[0]).to.deep.include({ restartIn: 100 });
      expect(run.interruptions[0]?.problem).to.include({ nodeId: 'guilty', code: 'function-hung' });
      await run.offer('waited for the restart');
      await until('it runs again', () => run.outputs.length > 0);
      expect(run.results).to.deep.equal(['waited for the restart']);
      await run.query.stop();
    });

    it(`${isolation}: a correction ends a hang at once, without waiting for the policy`, async () => {
      const run = new Run(engines({ restarts: { delays: [60_000], forgiveness: 60_000 } })[isolation], LOOP);
      await run.query.started;
      await run.offer('loop');
      await until('the graph is interrupted', () => run.interruptions.length === 1);
      const report = await run.query.update(plan('return "corrected";'), OPTIONS);
      expect(report).to.deep.equal({ kept: [], restarted: ['in', 'guilty', 'out'], dropped: [] });
      await run.offer('loop');
      await until('it runs again', () => run.outputs.length > 0);
      expect(run.results).to.deep.equal(['corrected']);
      await run.query.stop();
    });

    it(`${isolation}: a correction that comes while the function hangs is carried out when the watchdog has ended it`, async () => {
      const run = new Run(engines({ restarts: { delays: [60_000], forgiveness: 60_000 } })[isolation], LOOP);
      await run.query.started;
      await run.offer('loop');
      await new Promise((resolve) => setTimeout(resolve, 100));
      await run.query.update(plan('return "corrected";'), OPTIONS);
      expect(run.interruptions).to.have.length(1);
      await run.offer('x');
      await until('it runs again', () => run.outputs.length > 0);
      await run.query.stop();
    });

    it(`${isolation}: a graph that dies again and again is given up`, async () => {
      const run = new Run(engines()[isolation], LOOP);
      await run.query.started;
      for (let death = 1; death <= 3; death++) {
        void run.offer('loop').catch(() => undefined);
        await until(`it died ${String(death)} times`, () => run.interruptions.length + run.failures.length === death);
      }
      expect(run.interruptions.map(({ restartIn }) => restartIn)).to.deep.equal([100, 100]);
      expect(run.failures).to.have.length(1);
      expect(run.failures[0]).to.include({ nodeId: 'guilty', code: 'graph-given-up' });
      await run.query.stop();
    });

    for (const [name, source] of Object.entries({ 'the heap in one call': HEAP, 'Buffers in one call': OUTSIDE })) {
      it(`${isolation}: growth of ${name} ends the graph, not the process`, async () => {
        const run = new Run(engines({ heapLimit: 64, hangLimit: 20_000 })[isolation], source);
        await run.query.started;
        await run.offer('grow');
        await until('the graph is interrupted', () => run.interruptions.length === 1, 20_000);
        expect(run.interruptions[0]?.problem.code).to.equal('memory-exhausted');
        await run.offer('after');
        await until('it runs again', () => run.outputs.length > 0);
        expect(run.results).to.deep.equal(['after']);
        await run.query.stop();
      });
    }

    it(`${isolation}: a leak of Buffers, a little in each call, ends the graph when it is over its limit`, async () => {
      const run = new Run(engines({ heapLimit: 64 })[isolation], LEAK);
      await run.query.started;
      for (let call = 0; call < 40 && run.interruptions.length === 0; call++) {
        await run.offer('grow').catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await until('the graph is interrupted', () => run.interruptions.length === 1);
      expect(run.interruptions[0]?.problem.code).to.equal('memory-exhausted');
      await run.query.stop();
    });
  }

  it('process: an end of the whole process is survived', async () => {
    const run = new Run(engines().process, 'if (msg.payload === "die") globalThis.process.kill(globalThis.process.pid, "SIGKILL"); return msg.payload;');
    await run.query.started;
    await run.offer('die');
    await until('the graph is interrupted', () => run.interruptions.length === 1);
    expect(run.interruptions[0]?.problem).to.include({ nodeId: 'graph', code: 'graph-died' });
    expect(run.interruptions[0]?.problem.what).to.match(/SIGKILL/);
    await run.offer('after');
    await until('it runs again', () => run.outputs.length > 0);
    await run.query.stop();
  });

  it('graphs with threads of their own do not notice that one hangs; those that share one start again together', async () => {
    for (const shared of [false, true]) {
      const engine = new EmbeddedEngine({ isolation: 'thread', shared, hangLimit: HANG, restarts: { delays: [50], forgiveness: 60_000 } });
      const guilty = new Run(engine, LOOP);
      const innocent = new Run(engine, 'return msg.payload;');
      await Promise.all([guilty.query.started, innocent.query.started]);
      await guilty.offer('loop');
      await until('the guilty one is interrupted', () => guilty.interruptions.length === 1);
      expect(guilty.interruptions[0]?.problem.nodeId).to.equal('guilty');
      expect(innocent.interruptions.map(({ problem }) => problem.code)).to.deep.equal(shared ? ['neighbour-hung'] : []);
      await innocent.offer(1);
      await until('the innocent one gives results', () => innocent.outputs.length > 0);
      await Promise.all([guilty.query.stop(), innocent.query.stop()]);
    }
  });
});
