import { expect } from 'chai';
import fc from 'fast-check';
import { createRequire } from 'node:module';
import { EmbeddedEngine } from '../../../src/engine/EmbeddedEngine';
import type { OperatorProgress, Query, RunOptions } from '../../../src/engine/Engine';
import type { StateOperator } from '../../../src/plan/Plan';
import type { Problem } from '../../../src/plan/Problem';
import { ManualClock } from '../../../src/streaming';
import { from, map, OPTIONS, planOf, receiver, sink } from '../plans';

type Change = Partial<StateOperator['parameters']>;

function state(source: string, change: Change = {}): StateOperator {
  return {
    id: 's',
    type: 'state',
    inputs: from('in'),
    parameters: {
      key: { from: 'key' }, mode: 'update', code: { lang: 'javascript', source }, timeout: null, emit: 'changed', keyLimit: 1_000_000, ...change,
    },
  };
}

const plan = (source: string, change: Change = {}): ReturnType<typeof planOf> => planOf([receiver(), state(source, change), sink('out', 's')]);

/** A query with a state node, on a clock of its own. */
class Trial {
  readonly clock = new ManualClock(0);
  readonly results: [number, unknown[]][] = [];
  readonly problems: Problem[] = [];
  readonly logs: string[] = [];
  readonly query: Query;
  figures: OperatorProgress | undefined;

  constructor(source: string, change: Change = {}, options: RunOptions = OPTIONS) {
    this.query = new EmbeddedEngine({ isolation: 'inline', clock: this.clock }).start(plan(source, change), options);
    this.query.on('output', ({ batchTime, records }) => {
      this.results.push([batchTime, records.map(({ payload }) => payload)]);
    });
    this.query.on('problem', (problem) => this.problems.push(problem));
    this.query.on('log', ({ text }) => this.logs.push(text));
    this.query.on('progress', ({ operators }) => (this.figures = operators['s']));
  }

  async batch(...messages: readonly (readonly [topic: string, payload: unknown])[]): Promise<void> {
    await this.query.started;
    await this.query.offer('in', messages.map(([topic, payload]) => ({ topic, payload })));
    await this.clock.advance(1000);
  }
}

const TOTAL = 'return (state ?? 0) + values.reduce((a, b) => a + b, 0);';
const held = (key: unknown, value: unknown): unknown => ({ key, state: value });

describe('state, mode update', () => {
  it('calls the function once a key and batch, for keys with new records, and emits what it gave', async () => {
    const trial = new Trial(TOTAL);
    await trial.batch(['a', 1], ['b', 10], ['a', 2]);
    await trial.batch(['b', 5]);
    await trial.batch();
    await trial.batch(['a', 4]);
    await trial.query.stop();
    expect(trial.results).to.deep.equal([
      [1000, [held('a', 3), held('b', 10)]],
      [2000, [held('b', 15)]],
      [4000, [held('a', 7)]],
    ]);
    expect(trial.figures).to.include({ recordsIn: 5, recordsOut: 4, keys: 2, failed: 0, refused: 0 });
  });

  it('emits every key after each batch where all are wanted, also without new records', async () => {
    const trial = new Trial(TOTAL, { emit: 'all' });
    await trial.batch(['a', 1], ['b', 10]);
    await trial.batch();
    await trial.batch(['b', 1]);
    await trial.query.stop();
    expect(trial.results).to.deep.equal([
      [1000, [held('a', 1), held('b', 10)]],
      [2000, [held('a', 1), held('b', 10)]],
      [3000, [held('a', 1), held('b', 11)]],
    ]);
  });

  it('gives the function records, values, state, key and ctx', async () => {
    const trial = new Trial('ctx.log(JSON.stringify([records, values, state, key, ctx.batchTime])); return values.length;');
    await trial.batch(['a', 1], ['a', { x: 2 }]);
    await trial.batch(['a', 3]);
    await trial.query.stop();
    expect(trial.logs.map((line) => JSON.parse(line) as unknown)).to.deep.equal([
      [[{ payload: 1, topic: 'a', key: 'a', time: 0 }, { payload: { x: 2 }, topic: 'a', key: 'a', time: 0 }], [1, { x: 2 }], null, 'a', 1000],
      [[{ payload: 3, topic: 'a', key: 'a', time: 1000 }], [3], 2, 'a', 2000],
    ]);
  });

  it('removes a key for undefined or null, emits nothing for it, and begins afresh when it comes again', async () => {
    for (const nothing of ['undefined', 'null']) {
      const trial = new Trial(`if (values.includes(0)) return ${nothing}; ${TOTAL}`);
      await trial.batch(['a', 1], ['b', 2]);
      await trial.batch(['a', 0]);
      await trial.batch(['a', 5], ['b', 1]);
      await trial.query.stop();
      expect(trial.results).to.deep.equal([[1000, [held('a', 1), held('b', 2)]], [3000, [held('a', 5), held('b', 3)]]]);
    }
  });

  it('keeps the state of a key whose function fails, says so once a batch, and goes on with the others', async () => {
    const trial = new Trial(`state = state ?? { sum: 0 };
for (const value of values) { state.sum += value; if (value < 0) throw new Error('negative ' + value); }
return state;`);
    await trial.batch(['a', 1], ['b', 1]);
    await trial.batch(['a', 5], ['a', -1], ['b', 2], ['c', -7]);
    await trial.batch(['a', 10]);
    await trial.query.stop();
    expect(trial.results).to.deep.equal([
      [1000, [held('a', { sum: 1 }), held('b', { sum: 1 })]],
      [2000, [held('b', { sum: 3 })]],
      [3000, [held('a', { sum: 11 })]],
    ]);
    expect(trial.figures).to.include({ failed: 3, keys: 2 });
    expect(trial.problems.map(({ nodeId, code, what }) => [nodeId, code, what])).to.deep.equal([
      ['s', 'function-failed', 'negative -1 (line 2) (and 1 more in this batch)'],
    ]);
  });

  it('forgets a key that had no record for longer than the time-out, and emits it once more', async () => {
    for (const emit of ['changed', 'all'] as const) {
      const trial = new Trial(TOTAL, { timeout: 2000, emit });
      await trial.batch(['a', 1], ['b', 2]);
      await trial.batch(['b', 1]);
      await trial.batch();
      await trial.batch();
      await trial.batch(['a', 7]);
      await trial.query.stop();
      const timedOut = (key: string, value: number): unknown => ({ key, state: value, timedOut: true });
      // a was there at 1000, so that at 3000 the time-out is just over, and at 4000 it is past; b comes a second later.
      const times = trial.results.filter(([, payloads]) => payloads.some((payload) => (payload as object).hasOwnProperty.call(payload, 'timedOut')));
      expect(times.map(([time, payloads]) => [time, payloads.at(-1)])).to.deep.equal([[4000, timedOut('a', 1)], [5000, timedOut('b', 3)]]);
      expect(trial.results.at(-1)).to.deep.equal([5000, [held('a', 7), timedOut('b', 3)]]);
      if (emit === 'all') expect(trial.results[2]).to.deep.equal([3000, [held('a', 1), held('b', 3)]]);
      expect(trial.figures?.keys).to.equal(1);
    }
  });

  it('takes no more keys than allowed, but goes on with those that it has', async () => {
    const trial = new Trial(TOTAL, { keyLimit: 2 });
    await trial.batch(['a', 1], ['b', 1], ['c', 1], ['c', 2]);
    await trial.batch(['c', 1], ['a', 1]);
    await trial.query.stop();
    expect(trial.results).to.deep.equal([[1000, [held('a', 1), held('b', 1)]], [2000, [held('a', 2)]]]);
    expect(trial.figures).to.include({ refused: 3, keys: 2 });
    expect(trial.problems.map(({ code }) => code)).to.deep.equal(['too-many-keys', 'too-many-keys']);
    expect(trial.problems[0]?.what).to.equal('2 records of a batch were left out: 2 keys have state already, and theirs are others.');
  });

  it('takes the key from a property or an expression, too', async () => {
    const keys: StateOperator['parameters']['key'][] = [
      { from: 'property', property: 'payload.room' },
      { from: 'code', code: { lang: 'jsonata', source: 'payload.room' } },
      { from: 'code', code: { lang: 'javascript', source: 'return msg.payload.room;' } },
    ];
    for (const key of keys) {
      const trial = new Trial('return (state ?? 0) + values.length;', { key }, { ...OPTIONS, utilPath: createRequire(__filename).resolve('@node-red/util') });
      await trial.batch(['t', { room: 'kitchen' }], ['u', { room: 'cellar' }], ['v', { room: 'kitchen' }], ['w', {}]);
      await trial.query.stop();
      expect(trial.results).to.deep.equal([[1000, [held('kitchen', 2), held('cellar', 1), held(null, 1)]]]);
    }
  });

  it('gives the same totals as adding everything up', async () => {
    const messages = fc.array(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: -9, max: 9 })), { maxLength: 6 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(messages, async (batches) => {
        const trial = new Trial(TOTAL, { emit: 'all' });
        for (const batch of batches) await trial.batch(...batch);
        await trial.query.stop();
        const expected: [number, unknown[]][] = batches.flatMap((_, index) => {
          const totals = new Map<string, number>();
          for (const [key, value] of batches.slice(0, index + 1).flat()) totals.set(key, (totals.get(key) ?? 0) + value);
          return totals.size === 0 ? [] : [[(index + 1) * 1000, [...totals].map(([key, total]) => held(key, total))] as [number, unknown[]]];
        });
        expect(trial.results).to.deep.equal(expected);
      }),
      { numRuns: 40 },
    );
  });
});

describe('state, mode record', () => {
  const record = (source: string, change: Change = {}): Trial => new Trial(source, { mode: 'record', ...change });
  const COUNT = 'state.update((state.getOption() ?? 0) + 1); return [key, msg.payload, state.get()];';

  it('calls the function for each record in order, and passes on what it gives, as map does', async () => {
    const trial = record(COUNT);
    await trial.batch(['a', 'x'], ['b', 'y'], ['a', 'z']);
    await trial.batch(['a', 'w']);
    await trial.query.stop();
    expect(trial.results).to.deep.equal([[1000, [['a', 'x', 1], ['b', 'y', 1], ['a', 'z', 2]]], [2000, [['a', 'w', 3]]]]);
  });

  it('drops the record for undefined, and takes an object with a payload as a whole record', async () => {
    const clock = new ManualClock(0);
    const engine = new EmbeddedEngine({ isolation: 'inline', clock });
    const running = engine.start(planOf([
      receiver(),
      state('if (msg.payload > 1) return; return { payload: 5, topic: "other" };', { mode: 'record' }),
      map('m', 's', 'return [msg.payload, msg.topic, msg.key];'),
      sink('out', 'm'),
    ]), OPTIONS);
    const results: unknown[] = [];
    running.on('output', ({ records }) => results.push(...records.map(({ payload }) => payload)));
    await running.started;
    await running.offer('in', [{ topic: 'a', payload: 1 }, { topic: 'b', payload: 2 }]);
    await clock.advance(1000);
    await running.stop();
    expect(results).to.deep.equal([[5, 'other', 'a']]);
  });

  it('has exists, get, getOption, update and remove', async () => {
    const trial = record(`const before = [state.exists(), state.getOption(), state.isTimingOut()];
if (msg.payload === 'remove') state.remove(); else if (msg.payload !== 'look') state.update(msg.payload);
return [before, state.exists(), state.getOption()];`);
    await trial.batch(['a', 'look'], ['a', 1], ['a', 'look'], ['a', 'remove'], ['a', 'look']);
    await trial.query.stop();
    expect(trial.results).to.deep.equal([[1000, [
      [[false, undefined, false], false, undefined],
      [[false, undefined, false], true, 1],
      [[true, 1, false], true, 1],
      [[true, 1, false], false, undefined],
      [[false, undefined, false], false, undefined],
    ]]]);
  });

  const misuses: readonly [string, string][] = [
    ['return state.get();', 'state.get() was called for a key without state.'],
    ['state.update(1); state.remove(); state.update(2); return 1;', 'state.update() was called after state.remove().'],
    ['state.update(1); state.remove(); state.remove(); return 1;', 'state.remove() was called after state.remove().'],
    ['state.update(); return 1;', 'state.update(value) was called without a value.'],
  ];
  for (const [source, what] of misuses) {
    it(`reports ${source}`, async () => {
      const trial = record(source);
      await trial.batch(['a', 1]);
      await trial.query.stop();
      expect(trial.results).to.deep.equal([]);
      expect(trial.problems[0]?.what).to.contain(what);
      expect(trial.figures).to.include({ failed: 1, keys: 0 });
    });
  }

  it('forgets what a failing call did to the state', async () => {
    const trial = record(`const list = state.getOption() ?? []; list.push(msg.payload); state.update(list);
if (msg.payload < 0) throw new Error('negative'); return list.length;`);
    await trial.batch(['a', 1], ['a', -1], ['a', 2]);
    await trial.batch(['a', -1], ['a', 3]);
    await trial.query.stop();
    expect(trial.results).to.deep.equal([[1000, [1, 2]], [2000, [3]]]);
    expect(trial.figures?.failed).to.equal(2);
  });

  it('calls the function once more when a key times out, without a record, after the records of the batch', async () => {
    const trial = record(
      'if (state.isTimingOut()) return { gone: key, last: state.get(), msg: msg === undefined }; state.update(msg.payload); return msg.payload;',
      { timeout: 1000 },
    );
    await trial.batch(['a', 1], ['b', 2]);
    await trial.batch(['b', 3]);
    await trial.batch(['c', 4]);
    await trial.batch(['a', 5]);
    await trial.query.stop();
    expect(trial.results).to.deep.equal([
      [1000, [1, 2]],
      [2000, [3]],
      [3000, [4, { gone: 'a', last: 1, msg: true }]],
      [4000, [5, { gone: 'b', last: 3, msg: true }]],
    ]);
    expect(trial.figures?.keys).to.equal(2);
  });

  it('puts the time-out off for any record, and forgets the key even where the function fails then', async () => {
    const trial = record('if (!state.exists()) state.update(0); return msg.payload;', { timeout: 1000 });
    await trial.batch(['a', 1]);
    await trial.batch(['a', 2]);
    await trial.batch(['a', 3]);
    expect(trial.figures?.keys).to.equal(1);
    await trial.batch();
    await trial.batch();
    await trial.query.stop();
    expect(trial.figures).to.include({ keys: 0, failed: 0 });
    expect(trial.problems).to.have.length(1);
    expect(trial.problems[0]).to.include({ nodeId: 's', code: 'function-failed' });
    expect(trial.problems[0]?.fix).to.contain('state.isTimingOut()');
  });

  it('emits the state of every key instead where all are wanted; the function need not return then', async () => {
    const trial = record('state.update((state.getOption() ?? 0) + msg.payload);', { emit: 'all' });
    await trial.batch(['a', 1], ['b', 2], ['a', 3]);
    await trial.batch();
    await trial.query.stop();
    expect(trial.results).to.deep.equal([[1000, [held('a', 4), held('b', 2)]], [2000, [held('a', 4), held('b', 2)]]]);
  });

  it('takes no more keys than allowed', async () => {
    const trial = record(COUNT, { keyLimit: 1 });
    await trial.batch(['a', 1], ['b', 1], ['a', 2]);
    await trial.query.stop();
    expect(trial.results).to.deep.equal([[1000, [['a', 1, 1], ['a', 2, 2]]]]);
    expect(trial.figures).to.include({ refused: 1, keys: 1 });
  });
});

describe('state', () => {
  it('cannot be spoilt through what the function was given or gave', async () => {
    const trial = new Trial(`if (state !== undefined) { const seen = state.list.length; state.list.push('spoilt'); if (key === 'a') throw new Error(String(seen)); }
values.forEach((value) => { value.list.push(1); });
return values[0];`);
    await trial.batch(['a', { list: [0] }], ['b', { list: [0] }]);
    await trial.batch(['a', { list: [] }]);
    await trial.batch(['a', { list: [] }]);
    await trial.query.stop();
    expect(trial.results).to.deep.equal([[1000, [held('a', { list: [0, 1] }), held('b', { list: [0, 1] })]]]);
    expect(trial.problems.map(({ what }) => what)).to.deep.equal(['2 (line 1)', '2 (line 1)']);
  });

  it('goes on through an update for as long as key, mode and function stay, whatever else changes', async () => {
    const trial = new Trial(TOTAL);
    await trial.batch(['a', 1], ['b', 2]);
    const changed = await trial.query.update(plan(TOTAL, { emit: 'all', keyLimit: 5, timeout: 60_000 }), OPTIONS);
    expect(changed.dropped).to.deep.equal([]);
    await trial.batch(['a', 10]);
    await trial.query.update(plan(TOTAL), OPTIONS);
    await trial.batch(['a', 100]);
    const other = await trial.query.update(plan('return values[0];'), OPTIONS);
    expect(other.restarted).to.deep.equal(['s']);
    await trial.query.update(plan(TOTAL), OPTIONS);
    await trial.batch(['a', 1000]);
    await trial.query.stop();
    expect(trial.results).to.deep.equal([
      [1000, [held('a', 1), held('b', 2)]],
      [2000, [held('a', 11), held('b', 2)]],
      [3000, [held('a', 111)]],
      [4000, [held('a', 1000)]],
    ]);
  });

  const invalid: readonly [string, Change, string][] = [
    ['return (', {}, 'not valid JavaScript'],
    ['values.length', {}, 'must return a value'],
    ['state.update(1)', { mode: 'record' }, 'must return a value'],
    [' ', {}, 'is empty'],
    ['values', { code: { lang: 'jsonata', source: 'values' } }, 'written in JavaScript'],
  ];
  for (const [source, change, what] of invalid) {
    it(`refuses ${JSON.stringify(source)} in the mode ${change.mode ?? 'update'}`, async () => {
      const trial = new Trial(source, change, { ...OPTIONS, utilPath: createRequire(__filename).resolve('@node-red/util') });
      const [problem] = await Promise.all([new Promise<Problem>((resolve) => trial.query.on('failed', resolve)), trial.query.started.catch(() => undefined)]);
      expect(problem).to.include({ nodeId: 's', code: 'function-invalid' });
      expect(problem.what).to.contain(what);
    });
  }

  it('names what is not there, and what is', async () => {
    const trial = new Trial('return flow.get("x");');
    await trial.batch(['a', 1]);
    await trial.query.stop();
    expect(trial.problems[0]?.what).to.equal('"flow" cannot be used here. (line 1)');
    expect(trial.problems[0]?.why).to.contain('it sees only records, values, state, key and ctx');
  });
});
