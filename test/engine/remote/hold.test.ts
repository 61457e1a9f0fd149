import { expect } from 'chai';
import { EmbeddedEngine, type EmbeddedEngineOptions } from '../../../src/engine/EmbeddedEngine';
import type { PlanDescription, ProgressEvent, Query } from '../../../src/engine/Engine';
import { until } from '../../support/until';
import { map, OPTIONS, planOf, receiver, sink } from '../plans';

const INTERVAL = 50;
const LOOP = 'if (msg.payload === "loop") { for (;;) { /* for ever */ } } return msg.payload;';
const plan = planOf([receiver(), map('m', 'in', LOOP), sink('out', 'm')], INTERVAL);

/** A query that runs elsewhere, and what it told. */
class Run {
  readonly query: Query;
  readonly payloads: unknown[] = [];
  readonly descriptions: PlanDescription[] = [];
  interruptions = 0;
  batches = 0;
  progress: ProgressEvent | undefined;

  constructor(engine: EmbeddedEngine) {
    this.query = engine.start(plan, OPTIONS);
    this.query.on('output', ({ records }) => this.payloads.push(...records.map(({ payload }) => payload)));
    this.query.on('described', (description) => this.descriptions.push(description));
    this.query.on('interrupted', () => this.interruptions++);
    this.query.on('batch', () => this.batches++);
    this.query.on('progress', (event) => {
      this.progress = event;
    });
  }

  offer(payload: unknown): Promise<void> {
    return this.query.offer('in', [{ topic: 'a', payload }]);
  }

  /** Whether there are batches that wait, and none that runs. */
  get isOnHold(): boolean {
    const active = this.progress?.active;
    return active !== undefined && active.count > 2 && active.batches.every(({ state }) => state === 'queued');
  }
}

const PLACES: Readonly<Record<string, EmbeddedEngineOptions>> = {
  'a thread': { isolation: 'thread' },
  'a shared thread': { isolation: 'thread', shared: true },
  'a process': { isolation: 'process' },
};

for (const [place, options] of Object.entries(PLACES)) describe(`a graph in ${place}`, function () {
  this.timeout(30_000);
  const engine = new EmbeddedEngine({ ...options, hangLimit: 300, restarts: { delays: [20, 20], forgiveness: 60_000 } });

  it('stands still while it is held, also after an update, and goes on when it is released', async () => {
    const run = new Run(engine);
    await run.query.started;
    run.query.hold();
    await run.offer(1);
    await until('its batches wait', () => run.isOnHold);
    const { batches } = run;
    await run.query.update(planOf([receiver(), map('m', 'in', 'return msg.payload * 10;'), sink('out', 'm')], INTERVAL), OPTIONS);
    await run.offer(2);
    await until('the batches of the new plan wait', () => run.isOnHold);
    expect(run.batches).to.equal(batches);
    expect(run.payloads).to.deep.equal([]);
    run.query.release();
    await until('all have come', () => run.payloads.length === 2);
    expect(run.payloads).to.deep.equal([10, 20]);
    await run.query.stop();
  });

  it('is still held when it has died and runs again, and describes its plan anew', async () => {
    const run = new Run(engine);
    await run.query.started;
    expect(run.descriptions).to.have.length(1);
    await run.offer('loop');
    await until('it has run into it', () => run.interruptions === 1);
    run.query.hold();
    await run.offer('after');
    await until('its batches wait', () => run.isOnHold);
    expect(run.payloads).to.deep.equal([]);
    expect(run.descriptions).to.have.length(2);
    run.query.release();
    await until('it has come', () => run.payloads.length === 1);
    await run.query.stop();
  });
});
