import { expect } from 'chai';
import { EmbeddedEngine } from '../../src/engine/EmbeddedEngine';
import type { OutputEvent, Query, RunOptions } from '../../src/engine/Engine';
import type { Plan } from '../../src/plan/Plan';
import type { Problem } from '../../src/plan/Problem';
import { ManualClock } from '../../src/streaming';
import { aggregate, from, map, OPTIONS, planOf, receiver, reduceByKey, sink, window } from './plans';

/** A query on a clock of its own, and all that it gave. */
class Trial {
  readonly clock = new ManualClock(0);
  readonly outputs: OutputEvent[] = [];
  readonly problems: Problem[] = [];
  readonly failures: Problem[] = [];
  readonly logs: string[] = [];
  readonly query: Query;

  constructor(plan: Plan, options: RunOptions = OPTIONS) {
    this.query = new EmbeddedEngine({ isolation: 'inline', clock: this.clock }).start(plan, options);
    this.query.on('output', (event) => this.outputs.push(event));
    this.query.on('problem', (problem) => this.problems.push(problem));
    this.query.on('failed', (problem) => this.failures.push(problem));
    this.query.on('log', ({ level, text }) => this.logs.push(`${level}: ${text}`));
  }

  async offer(...messages: readonly [topic: string, payload: unknown][]): Promise<void> {
    await this.query.offer('in', messages.map(([topic, payload]) => ({ topic, payload })));
  }

  /** Payloads by operator and batch time. */
  results(operator = 'out'): [number, unknown[]][] {
    return this.outputs
      .filter((event) => event.operator === operator)
      .map((event) => [event.batchTime, event.records.map((record) => record.payload)]);
  }
}

describe('a plan run inline', () => {
  it('gives counts and means per key of each window, as worked out by hand', async () => {
    const trial = new Trial(planOf([
      receiver(),
      window('w', 'in', 2000, 1000),
      reduceByKey('r', 'w', [aggregate('mean'), aggregate('count')]),
      sink('out', 'r'),
    ]));
    await trial.query.started;
    await trial.offer(['a', { value: 1 }], ['b', { value: 10 }], ['a', { value: 2 }]);
    await trial.clock.advance(1000);
    await trial.offer(['a', { value: 6 }]);
    await trial.clock.advance(2000);
    await trial.query.stop();
    expect(trial.results()).to.deep.equal([
      [1000, [
        { key: 'a', mean: 1.5, count: 2, windowStart: -1000, windowEnd: 1000, complete: false },
        { key: 'b', mean: 10, count: 1, windowStart: -1000, windowEnd: 1000, complete: false },
      ]],
      [2000, [
        { key: 'a', mean: 3, count: 3, windowStart: 0, windowEnd: 2000, complete: true },
        { key: 'b', mean: 10, count: 1, windowStart: 0, windowEnd: 2000, complete: true },
      ]],
      [3000, [{ key: 'a', mean: 6, count: 1, windowStart: 1000, windowEnd: 3000, complete: true }]],
    ]);
    expect(trial.clock.pendingTimers).to.equal(0);
  });

  it('slides tumbling windows at multiples of their length since the epoch, and stays silent between', async () => {
    const trial = new Trial(planOf([receiver(), window('w', 'in', 3000, 3000), reduceByKey('r', 'w', [aggregate('sum')]), sink('out', 'r')]));
    await trial.query.started;
    for (let second = 1; second <= 7; second++) {
      await trial.offer(['a', { value: second }]);
      await trial.clock.advance(1000);
    }
    await trial.query.stop();
    expect(trial.results().map(([time, [only]]) => [time, (only as { sum: number }).sum])).to.deep.equal([[3000, 6], [6000, 15]]);
  });

  it('maps, flattens and filters; leaves out a record on which the function throws, and says so once', async () => {
    const trial = new Trial(planOf([
      receiver(),
      map('double', 'in', 'if (msg.payload === 13) throw new Error("unlucky"); return msg.payload * 2;'),
      map('twice', 'double', 'return [msg.payload, { payload: msg.payload + 1, topic: "odd" }];', 'flatMap'),
      map('some', 'twice', 'ctx.log(msg.topic); return msg.payload > 4;', 'filter'),
      sink('out', 'some'),
    ]));
    await trial.query.started;
    await trial.offer(['a', 1], ['a', 13], ['a', 2], ['a', 13]);
    await trial.clock.advance(1000);
    await trial.query.stop();
    expect(trial.results()).to.deep.equal([[1000, [5]]]);
    expect(trial.outputs[0]?.records[0]?.topic).to.equal('odd');
    expect(trial.logs).to.deep.equal(['log: a', 'log: odd', 'log: a', 'log: odd']);
    expect(trial.problems).to.have.length(1);
    expect(trial.problems[0]).to.include({ nodeId: 'double', code: 'function-failed' });
    expect(trial.problems[0]?.what).to.equal('unlucky (line 1) (and 1 more in this batch)');
  });

  it('shows user code copies: what one branch changes the other does not see', async () => {
    const trial = new Trial(planOf([
      receiver(),
      map('spoil', 'in', 'msg.payload.value = -1; return msg;'),
      map('keep', 'in', 'return msg.payload.value;'),
      sink('spoilt', 'spoil'),
      sink('out', 'keep'),
    ]));
    await trial.query.started;
    await trial.offer(['a', { value: 7 }]);
    await trial.clock.advance(1000);
    await trial.query.stop();
    expect(trial.results('spoilt')).to.deep.equal([[1000, [{ value: -1 }]]]);
    expect(trial.results()).to.deep.equal([[1000, [7]]]);
  });

  it('keeps windows, keys and waiting records when the plan changes around them', async () => {
    const before = planOf([
      receiver(), map('m', 'in', 'return msg;'), window('w', 'm', 3000, 1000), reduceByKey('r', 'w', [aggregate('sum')]), sink('out', 'r'),
    ]);
    const after = planOf([
      receiver(),
      map('m', 'in', 'return { value: msg.payload.value * 100 };'),
      window('w', 'm', 3000, 1000),
      reduceByKey('r', 'w', [aggregate('count'), aggregate('sum', 'payload.value', 'total')]),
      sink('out', 'r'),
    ]);
    const trial = new Trial(before);
    await trial.query.started;
    await trial.offer(['a', { value: 1 }]);
    await trial.clock.advance(1000);
    await trial.offer(['a', { value: 2 }]);
    expect(await trial.query.update(after, OPTIONS)).to.deep.equal({ kept: ['in', 'w', 'out'], restarted: ['m', 'r'], dropped: [] });
    await trial.clock.advance(1000);
    await trial.clock.advance(2000);
    await trial.query.stop();
    expect(trial.results().map(([time, [only]]) => [time, only])).to.deep.equal([
      [1000, { key: 'a', sum: 1, windowStart: -2000, windowEnd: 1000, complete: false }],
      // The sum keeps its past under its new name, the count begins now, and the record that waited is not lost.
      [2000, { key: 'a', count: 1, total: 201, windowStart: -1000, windowEnd: 2000, complete: false }],
      // Complete once every output covers the window, also the one that was added.
      [3000, { key: 'a', count: 1, total: 201, windowStart: 0, windowEnd: 3000, complete: false }],
      [4000, { key: 'a', count: 1, total: 200, windowStart: 1000, windowEnd: 4000, complete: true }],
    ]);
  });

  it('starts a window afresh when its length changes', async () => {
    const plan = (length: number): Plan =>
      planOf([receiver(), window('w', 'in', length, 1000), reduceByKey('r', 'w', [aggregate('count')]), sink('out', 'r')]);
    const trial = new Trial(plan(5000));
    await trial.query.started;
    await trial.offer(['a', { value: 1 }]);
    await trial.clock.advance(1000);
    expect(await trial.query.update(plan(4000), OPTIONS)).to.deep.include({ restarted: ['w', 'r'] });
    await trial.offer(['a', { value: 1 }]);
    await trial.clock.advance(1000);
    await trial.query.stop();
    expect(trial.results().map(([, [only]]) => (only as { count: number }).count)).to.deep.equal([1, 1]);
  });

  it('goes on with the old plan when the new one has code that is not valid', async () => {
    const plan = (source: string): Plan => planOf([receiver(), map('m', 'in', source), sink('out', 'm')]);
    const trial = new Trial(plan('return 1;'));
    await trial.query.started;
    let refused: unknown;
    await trial.query.update(plan('return ('), OPTIONS).catch((thrown: unknown) => (refused = thrown));
    expect(refused).to.have.nested.property('problem.code', 'function-invalid');
    expect(refused).to.have.nested.property('problem.nodeId', 'm');
    await trial.offer(['a', 0]);
    await trial.clock.advance(1000);
    await trial.query.stop();
    expect(trial.results()).to.deep.equal([[1000, [1]]]);
  });

  it('refuses to start with code that is not valid, naming the node', async () => {
    const trial = new Trial(planOf([receiver(), map('m', 'in', 'retur 1;'), sink('out', 'm')]));
    let refused: unknown;
    await trial.query.started.catch((thrown: unknown) => (refused = thrown));
    expect(refused).to.have.nested.property('problem.nodeId', 'm');
    await trial.query.stop();
    expect(trial.failures.map((problem) => problem.code)).to.deep.equal(['function-invalid']);
  });

  it('taps any operator, capped at 1,000 records, without running user code twice', async () => {
    const trial = new Trial(
      planOf([receiver(), map('m', 'in', 'ctx.log("ran"); return msg.payload;'), sink('out', 'm')]),
      { ...OPTIONS, taps: ['m', 'in'] },
    );
    await trial.query.started;
    await trial.offer(...Array.from({ length: 1500 }, (_, index): [string, number] => ['a', index]));
    await trial.clock.advance(1000);
    await trial.query.stop();
    // The first 20 lines, and how many more there were: as many as records, so the function ran once for each.
    expect(trial.logs).to.have.length(21);
    expect(trial.logs[20]).to.equal('log: and 1480 more lines in this batch');
    const tapped = trial.outputs.filter((event) => event.tap);
    expect(tapped.map(({ operator, count, truncated, last, records }) => [operator, count, truncated, last, records.length])).to.deep.equal([
      ['in', 1500, true, true, 1000],
      ['m', 1500, true, true, 1000],
    ]);
    const chunks = trial.outputs.filter((event) => event.operator === 'out');
    expect(chunks.map(({ offset, last, records }) => [offset, last, records.length])).to.deep.equal([[0, false, 1000], [1000, true, 500]]);
  });

  it('refuses records beyond the buffer limit, counts them, and tells', async () => {
    const trial = new Trial(planOf([receiver({ bufferLimit: 3 }), sink('out', 'in')]));
    await trial.query.started;
    let refused: unknown;
    await trial.offer(['a', 1], ['a', 2], ['a', 3], ['a', 4], ['a', 5]).catch((thrown: unknown) => (refused = thrown));
    expect(refused).to.include({ name: 'RefusedError', accepted: 3 });
    await trial.clock.advance(1000);
    await trial.query.stop();
    expect(trial.results()).to.deep.equal([[1000, [1, 2, 3]]]);
    expect(trial.problems.map((problem) => problem.code)).to.deep.equal(['buffer-full']);
  });

  it('spreads records over batches when there is a maximum rate', async () => {
    const trial = new Trial(planOf([receiver({ maxRate: 2 }), sink('out', 'in')]));
    await trial.query.started;
    await trial.offer(['a', 1], ['a', 2], ['a', 3], ['a', 4], ['a', 5]);
    await trial.clock.advance(3000);
    await trial.query.stop();
    expect(trial.results()).to.deep.equal([[1000, [1, 2]], [2000, [3, 4]], [3000, [5]]]);
  });

  it('joins several inputs, finds keys in topics, and gives one message a key', async () => {
    const plan = planOf([
      receiver({ key: { from: 'level', level: 2 } }),
      receiver({ key: { from: 'property', property: 'payload.id' } }, 'other'),
      { ...sink('out', 'in', 'key'), inputs: from('in', 'other') },
    ]);
    const trial = new Trial(plan);
    await trial.query.started;
    await trial.offer(['sensors/x/t', 1], ['sensors/y/t', 2], ['sensors/x/t', 3]);
    await trial.query.offer('other', [{ topic: '', payload: { id: 'z' } }]);
    await trial.clock.advance(1000);
    await trial.query.stop();
    expect(trial.outputs[0]?.records.map(({ key, payload }) => [key, payload])).to.deep.equal([['x', 3], ['y', 2], ['z', { id: 'z' }]]);
  });

  it('emits only keys that changed, and a key once more when it has left', async () => {
    const trial = new Trial(planOf([
      receiver(),
      window('w', 'in', 2000, 1000),
      reduceByKey('r', 'w', [aggregate('count')], { emit: 'changed', emitLeaving: true }),
      sink('out', 'r', 'batch', true),
    ]));
    await trial.query.started;
    await trial.offer(['a', {}], ['b', {}]);
    await trial.clock.advance(1000);
    await trial.offer(['b', {}]);
    await trial.clock.advance(4000);
    await trial.query.stop();
    expect(trial.results().map(([time, payloads]) => [time, (payloads as { key: string; count: number }[]).map(({ key, count }) => [key, count])]))
      .to.deep.equal([
        [1000, [['a', 1], ['b', 1]]],
        [2000, [['b', 2]]],
        [3000, [['b', 1], ['a', 0]]],
        [4000, [['b', 0]]],
        [5000, []],
      ]);
  });

  it('holds outputs back while paused, and gives them in order afterwards', async () => {
    const trial = new Trial(planOf([receiver(), sink('out', 'in')]));
    await trial.query.started;
    trial.query.pause();
    await trial.offer(['a', 1]);
    await trial.clock.advance(1000);
    await trial.offer(['a', 2]);
    await trial.clock.advance(1000);
    expect(trial.results()).to.deep.equal([]);
    trial.query.resume();
    expect(trial.results()).to.deep.equal([[1000, [1]], [2000, [2]]]);
    await trial.query.stop();
  });

  it('reports what cannot be decoded and goes on with the rest', async () => {
    const trial = new Trial(planOf([receiver({ format: 'json' }), sink('out', 'in')]));
    await trial.query.started;
    await trial.offer(['a', Buffer.from('{"v":1}')], ['a', Buffer.from('{"v":')], ['a', Buffer.from('[2]')]);
    await trial.clock.advance(1000);
    await trial.query.stop();
    expect(trial.results()).to.deep.equal([[1000, [{ v: 1 }, [2]]]]);
    expect(trial.problems.map((problem) => [problem.nodeId, problem.code])).to.deep.equal([['in', 'decode-failed']]);
  });

  it('runs what stands before a window once, however many read the window', async () => {
    const trial = new Trial(
      planOf([
        receiver(),
        map('m', 'in', 'ctx.log("ran"); return msg;'),
        window('w', 'm', 2000, 1000),
        reduceByKey('r1', 'w', [aggregate('count')]),
        reduceByKey('r2', 'w', [aggregate('sum')]),
        sink('out', 'r1'),
        sink('out2', 'r2'),
      ]),
      { ...OPTIONS, taps: ['w'] },
    );
    await trial.query.started;
    await trial.offer(['a', { value: 1 }], ['a', { value: 2 }]);
    await trial.clock.advance(1000);
    await trial.query.stop();
    expect(trial.logs).to.deep.equal(['log: ran', 'log: ran']);
    expect(trial.results()[0]?.[1]).to.have.nested.property('[0].count', 2);
    expect(trial.results('out2')[0]?.[1]).to.have.nested.property('[0].sum', 3);
    expect(trial.results('w')).to.deep.equal([[1000, [{ value: 1 }, { value: 2 }]]]);
  });

  it('takes windows of different slides into one sink, each at its own times', async () => {
    const trial = new Trial(planOf([
      receiver(),
      window('w2', 'in', 2000, 2000),
      window('w3', 'in', 3000, 3000),
      reduceByKey('r2', 'w2', [aggregate('count')]),
      reduceByKey('r3', 'w3', [aggregate('count')]),
      { ...sink('out', 'r2'), inputs: from('r2', 'r3') },
    ]));
    await trial.query.started;
    for (let second = 0; second < 6; second++) {
      await trial.offer(['a', {}]);
      await trial.clock.advance(1000);
    }
    await trial.query.stop();
    const counts = trial.results().map(([time, [only]]) => [time, (only as { count: number }).count]);
    expect(counts).to.deep.equal([[2000, 2], [3000, 3], [4000, 2], [6000, 2], [6000, 3]]);
  });

  it('leaves out a record whose key cannot be one, tells, and goes on', async () => {
    const trial = new Trial(planOf([
      receiver(), reduceByKey('r', 'in', [aggregate('count')], { key: { from: 'property', property: 'payload.key' } }), sink('out', 'r'),
    ]));
    await trial.query.started;
    await trial.offer(['a', { key: new Map() }], ['a', { key: 'good' }]);
    await trial.clock.advance(1000);
    await trial.query.stop();
    expect(trial.results()[0]?.[1]).to.have.length(1);
    expect(trial.problems.map(({ nodeId, code }) => [nodeId, code])).to.deep.equal([['r', 'key-unusable']]);
  });

  it('takes whatever user code throws', async () => {
    const trial = new Trial(planOf([
      receiver(),
      map('m', 'in', 'if (msg.payload === 1) throw Object.create(null); if (msg.payload === 2) throw { message: "plain" }; return msg;'),
      sink('out', 'm'),
    ]));
    await trial.query.started;
    for (const payload of [1, 2, 3]) {
      await trial.offer(['a', payload]);
      await trial.clock.advance(1000);
    }
    await trial.query.stop();
    expect(trial.results()).to.deep.equal([[3000, [3]]]);
    expect(trial.problems.map(({ what }) => what)).to.deep.equal(['something that cannot be shown as text was thrown', 'plain']);
  });

  it('tells how many records were refused, apart from those that could not be decoded', async () => {
    const trial = new Trial(planOf([receiver({ bufferLimit: 2, format: 'json' }), sink('out', 'in')]));
    await trial.query.started;
    await trial.offer(['a', '{'], ['a', '1'], ...Array.from({ length: 5 }, (): [string, unknown] => ['a', '2'])).catch(() => undefined);
    await trial.clock.advance(1000);
    await trial.query.stop();
    expect(trial.results()).to.deep.equal([[1000, [1]]]);
    expect(trial.problems.map(({ code, what }) => [code, what.includes('and 4 more')])).to.deep.equal([['buffer-full', true], ['decode-failed', false]]);
  });

  it('lets a source wait while its buffer is full, and loses nothing of it', async () => {
    const trial = new Trial(planOf([
      receiver({ source: { kind: 'simulated', sensors: 1, rate: 10, seed: 1 }, bufferLimit: 4 }), map('n', 'in', 'return msg.payload.sequence;'), sink('out', 'n'),
    ]));
    await trial.query.started;
    await trial.clock.advance(5000);
    await trial.query.stop();
    const sequence = trial.results().flatMap(([, payloads]) => payloads);
    expect(sequence).to.deep.equal(sequence.map((_, index) => index + 1));
    expect(sequence.length).to.be.within(12, 20);
    expect(trial.problems.every(({ code }) => code === 'buffer-full')).to.equal(true);
    expect(trial.clock.pendingTimers).to.equal(0);
  });

  it('says how many records are lost when it is stopped', async () => {
    const trial = new Trial(planOf([receiver(), sink('out', 'in')]));
    await trial.query.started;
    await trial.offer(['a', 1]);
    await trial.clock.advance(1000);
    await trial.offer(['a', 2], ['a', 3]);
    expect(await trial.query.stop()).to.equal(2);
  });

  it('leaves nothing running when it is stopped at once', async () => {
    const trial = new Trial(planOf([receiver({ source: { kind: 'simulated', sensors: 1, rate: 10, seed: 1 } }), sink('out', 'in')]));
    await trial.query.stop();
    await trial.clock.advance(5000);
    expect(trial.clock.pendingTimers).to.equal(0);
    expect(trial.outputs).to.deep.equal([]);
  });
});
