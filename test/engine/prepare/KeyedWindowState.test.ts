import { expect } from 'chai';
import fc from 'fast-check';
import { encode } from '../../../src/durability';
import type { DataRecord } from '../../../src/engine/DataRecord';
import { encodeSection } from '../../../src/engine/encodeSection';
import { EngineProblem } from '../../../src/engine/EngineProblem';
import { OperatorFigures } from '../../../src/engine/OperatorFigures';
import {
  type Column, type KeyedInput, type KeyedWindowSettings, KeyedWindowState, type Span,
} from '../../../src/engine/prepare/KeyedWindowState';
import { type ReduceCaller, type SynchronousCode, userReduce } from '../../../src/engine/prepare/userReduce';
import { compileCode } from '../../../src/expressions';
import { aggregateNamed, aggregateNames } from '../../../src/operators/aggregates';
import { bytesOf, decoded, stored } from './stored';

type Reading = readonly [key: string | number | null, value: unknown];
type Batch = readonly Reading[];

/** ms between batches. */
const STEP = 1000;

const caller: ReduceCaller = {
  call: (code, values) => code.apply(values, CONTEXT),
  failed: () => undefined,
};
const CONTEXT = {} as Parameters<SynchronousCode['apply']>[1];

function combining(source: string): SynchronousCode {
  const code = compileCode({ lang: 'javascript', source }, { nodeId: 'r', parameters: ['a', 'b'] });
  return code.kind === 'synchronous' ? code : expect.fail();
}

function named(name: string): Column {
  return { name, fingerprint: name, aggregate: aggregateNamed(name) };
}

/** Sums floating-point numbers, which depends on how often and in which order that is done. */
function own(name: string, inverse?: string): Column {
  const sum = combining('return a + b;');
  if (inverse === undefined) return { name, fingerprint: 'own', aggregate: userReduce(sum, undefined, caller) };
  return { name, fingerprint: 'own', inverse, aggregate: userReduce(sum, combining(inverse), caller) };
}

const ALL_NAMED = aggregateNames.map(named);
const COLUMNS: readonly (readonly [title: string, columns: () => readonly Column[]])[] = [
  ['all aggregates there are, and an own one', () => [...ALL_NAMED, own('own')]],
  ['those that subtract, and an own one with its inverse', () => [
    ...ALL_NAMED.filter(({ aggregate }) => aggregate.subtract !== undefined), own('own', 'return a - b;'),
  ]],
  ['an own one whose inverse sometimes fails', () => [
    own('own', 'if (b > 3) throw new Error("no"); return a - b;'), named('mean'),
  ]],
];

function settings(columns: readonly Column[], change: Partial<KeyedWindowSettings> = {}): KeyedWindowSettings {
  return {
    columns,
    begin: () => undefined,
    read: (record: unknown, into: KeyedInput) => {
      const { key, value, order } = record as { readonly key: unknown; readonly value: unknown; readonly order: number };
      into.key = key;
      into.order = order;
      for (let index = 0; index < columns.length; index++) into.values[index] = value;
    },
    takesCombined: false,
    unreadable: () => undefined,
    keyLimit: 4,
    tooManyKeys: () => undefined,
    emitsAll: true,
    emitsLeaving: false,
    figures: new OperatorFigures(),
    windowFigures: undefined,
    shownLength: 2000,
    completeSince: () => 0,
    ...change,
  };
}

/** Takes the batch of a time in. @returns what a slide then gives */
function run(state: KeyedWindowState, time: number, batch: Batch, slide: number): readonly DataRecord[] {
  state.take(time, (emit) => {
    batch.forEach(([key, value], index) => {
      emit({ key, value, order: time + index });
    });
  });
  return time % slide === 0 ? state.emit(time) : [];
}

const reading: fc.Arbitrary<Reading> = fc.tuple(
  fc.constantFrom<string | number | null>('a', 'b', '', '__proto__', 0, -0, null, 7),
  fc.oneof(
    fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true, min: -1, max: 1 }),
    fc.constantFrom<unknown>(NaN, Infinity, -Infinity, -0, 0.1, 0.2, 1e300, 'text', '__proto__', true, null),
    fc.constantFrom<unknown>([1, { __proto__: null, a: -0 }], new Date(5), Buffer.from('bytes'), 12n),
  ),
);
const batches = fc.array(fc.array(reading, { maxLength: 5 }), { minLength: 2, maxLength: 9 });
const spans = fc.constantFrom<Span>(
  { length: 1000, slide: 1000 }, { length: 3000, slide: 3000 }, { length: 4000, slide: 1000 }, { length: 4000, slide: 2000 },
  { length: 6000, slide: 4000 }, { length: 7000, slide: 1000 },
);
const emits = fc.constantFrom<Partial<KeyedWindowSettings>>(
  { emitsAll: true }, { emitsAll: false }, { emitsAll: false, emitsLeaving: true }, { emitsAll: true, emitsLeaving: true },
  { completeSince: () => 3000, keyLimit: 2 },
);

describe('KeyedWindowState', () => {
  for (const [title, columns] of COLUMNS) {
    it(`goes on to the last bit from what was stored after any batch: ${title}`, () => {
      fc.assert(fc.property(batches, spans, emits, (all, span, change) => {
        const uninterrupted = new KeyedWindowState(span, STEP);
        uninterrupted.configure(settings(columns(), change));
        let restarted = new KeyedWindowState(span, STEP);
        restarted.configure(settings(columns(), change));
        all.forEach((batch, index) => {
          const time = (index + 1) * STEP;
          const results = run(restarted, time, batch, span.slide);
          expect(bytesOf(results)).to.equal(bytesOf(run(uninterrupted, time, batch, span.slide)));
          expect(restarted.closingTimes(time, time + 9000)).to.deep.equal(uninterrupted.closingTimes(time, time + 9000));
          const sections = stored(restarted);
          restarted = new KeyedWindowState(span, STEP);
          restarted.restore(sections);
          restarted.configure(settings(columns(), change));
          // What is stored at once after that is the same again.
          expect(stored(restarted)).to.deep.equal(sections);
        });
      }), { numRuns: 100 });
    });
  }

  it('gives sections that stay as they are, and says which of them never change', () => {
    fc.assert(fc.property(batches, spans, emits, (all, span, change) => {
      const state = new KeyedWindowState(span, STEP);
      state.configure(settings(COLUMNS[1]?.[1]() ?? [], change));
      const known = new Map<object, string>();
      let later: (() => void) | undefined;
      all.forEach((batch, index) => {
        run(state, (index + 1) * STEP, batch, span.slide);
        later?.();
        const sections = state.sections();
        const seen = (): string => encode(decoded(sections)).toString('hex');
        const before = seen();
        later = () => {
          expect(seen()).to.equal(before);
        };
        for (const section of sections) {
          if (section.unchanging === undefined) continue;
          const bytes = encodeSection('r', section).toString('hex');
          expect(known.get(section.unchanging) ?? bytes).to.equal(bytes);
          known.set(section.unchanging, bytes);
        }
      });
    }), { numRuns: 60 });
  });

  it('has one new pane to be stored after each batch, however many there are', () => {
    const state = new KeyedWindowState({ length: 60_000, slide: 1000 }, STEP);
    state.configure(settings([named('sum'), named('max')]));
    const known = new Set<object>();
    for (let time = STEP; time <= 100 * STEP; time += STEP) {
      run(state, time, [['a', time]], 1000);
      const fresh = state.sections().filter(({ unchanging }) => unchanging !== undefined && !known.has(unchanging));
      expect(fresh.map(({ name }) => name)).to.deep.equal([`pane/${String(time)}`]);
      for (const { unchanging } of fresh) known.add(unchanging ?? fresh);
    }
  });

  it('goes on from what was stored with a pane for each batch, where a window now has fewer', () => {
    const span: Span = { length: 4000, slide: 2000 };
    const sum = (hi: number): object => ({ hi, lo: 0, rest: null, huge: null, nan: 0, positiveInfinity: 0, negativeInfinity: 0 });
    const pane = (time: number, keys: readonly string[]): object =>
      ({ time, keys, records: keys.map(() => 1), columns: [keys.map(() => sum(time))] });
    const old = new Map<string, unknown>([
      ['head', {
        version: 1, columns: ['sum'], inverses: [undefined], since: [0], panes: [1000, 2000, 3000, 4000, 5000], emitted: { from: 0, to: 4000 },
      }],
      ['pane/1000', pane(1000, ['a'])], ['pane/2000', pane(2000, ['b'])], ['pane/3000', pane(3000, ['a', 'c'])],
      ['pane/4000', pane(4000, [])], ['pane/5000', pane(5000, ['b'])],
      ['running', { from: 0, to: 4000, keys: ['a', 'b', 'c'], records: [2, 1, 1], columns: [[sum(4000), sum(2000), sum(3000)]] }],
    ]);
    const state = new KeyedWindowState(span, STEP);
    state.restore(old);
    expect(state.closingTimes(5000, 60_000)).to.deep.equal([6000, 8000]);
    expect(decoded(state.sections()).get('pane/3000')).to.deep.equal(pane(3000, ['a', 'c']));
    state.configure(settings([named('sum')]));
    const sums = run(state, 6000, [['d', 6]], span.slide).map(({ payload }) => payload as { readonly key: string; readonly sum: number });
    expect(sums.map(({ key, sum: value }) => [key, value])).to.deep.equal([['a', 3000], ['c', 3000], ['b', 5000], ['d', 6]]);
    expect([...stored(state).keys()]).to.deep.equal(['head', 'pane/4000', 'pane/5000', 'pane/6000', 'running']);
  });

  it('goes on with other columns as one does that was never stored: those that stay keep their past', () => {
    const others = [named('max'), named('count'), named('first')];
    fc.assert(fc.property(batches, spans, fc.nat(8), (all, span, changed) => {
      const live = new KeyedWindowState(span, STEP);
      let other = new KeyedWindowState(span, STEP);
      const first = [named('count'), named('sum'), named('max')];
      for (const state of [live, other]) state.configure(settings(first));
      all.forEach((batch, index) => {
        const time = (index + 1) * STEP;
        expect(bytesOf(run(other, time, batch, span.slide))).to.equal(bytesOf(run(live, time, batch, span.slide)));
        if (index !== changed) return;
        const sections = stored(other);
        other = new KeyedWindowState(span, STEP);
        other.restore(sections);
        for (const state of [live, other]) state.configure(settings(others));
      });
    }), { numRuns: 60 });
  });

  it('keeps running sums when it is configured again with the same columns, so that a deploy does not change bits', () => {
    const span: Span = { length: 3000, slide: 1000 };
    const [deployed, left] = [new KeyedWindowState(span, STEP), new KeyedWindowState(span, STEP)];
    const configured = settings([own('own', 'return a - b;')]);
    for (const state of [deployed, left]) state.configure(configured);
    const values = [0.1, 0.2, 0.3, 1e16, 0.7, 0.1, 0.2, 0.3];
    const sums = values.map((value, index) => {
      const time = (index + 1) * STEP;
      deployed.configure(settings([own('own', 'return a - b;')]));
      const [one, other] = [deployed, left].map((state) => run(state, time, [['k', value]], span.slide));
      expect(bytesOf(one ?? [])).to.equal(bytesOf(other ?? []));
      return (one?.[0]?.payload as { readonly own: number }).own;
    });
    // Adding the last three anew gives 0.6000000000000001; here the 0.3 and 0.7 beside 1e16 have left their traces.
    expect(sums.at(-1)).not.to.be.closeTo(0.6, 0.01);
  });

  it('merges panes anew with another inverse, so that one that was wrong can be mended', () => {
    for (const isStored of [false, true]) {
      let state = new KeyedWindowState({ length: 2000, slide: 1000 }, STEP);
      state.configure(settings([own('own', 'return a;')]));
      for (const time of [1000, 2000, 3000]) run(state, time, [['k', 1]], 1000);
      if (isStored) {
        const sections = stored(state);
        state = new KeyedWindowState({ length: 2000, slide: 1000 }, STEP);
        state.restore(sections);
      }
      state.configure(settings([own('own', 'return a - b;')]));
      expect(run(state, 4000, [['k', 1]], 1000)[0]?.payload).to.include({ own: 2 });
    }
  });

  it('loses no column to a configuration that never sees a batch', () => {
    const state = new KeyedWindowState({ length: 5000, slide: 1000 }, STEP);
    state.configure(settings([named('sum')]));
    run(state, 1000, [['a', 3]], 1000);
    state.configure(settings([named('max')]));
    state.configure(settings([named('sum')]));
    expect(run(state, 2000, [['a', 4]], 1000).map(({ payload }) => payload)).to.deep.equal([
      { key: 'a', sum: 7, windowStart: 0, windowEnd: 2000, complete: true },
    ]);
  });

  it('knows what was stored of the first batch: only windows from then on are complete', () => {
    const span: Span = { length: 2000, slide: 1000 };
    const before = new KeyedWindowState(span, STEP);
    before.configure(settings([named('count')]));
    run(before, 11_000, [['a', 1]], 1000);
    const sections = stored(before);
    const complete = (state: KeyedWindowState): unknown => {
      state.configure(settings([named('count')]));
      return run(state, 12_000, [['a', 1]], 1000).map(({ payload }) => (payload as { readonly complete: boolean }).complete);
    };
    const restarted = new KeyedWindowState(span, STEP);
    restarted.restore(sections);
    expect(complete(restarted)).to.deep.equal([true]);
    expect(complete(new KeyedWindowState(span, STEP))).to.deep.equal([false]);
  });

  it('names the key whose value cannot be stored', () => {
    const state = new KeyedWindowState({ length: 2000, slide: 1000 }, STEP);
    state.configure(settings([named('count'), named('last')]));
    run(state, 1000, [['good', 1], ['bad', { inner: /pattern/ }]], 1000);
    const message = 'what is kept for the key "bad": What is at value.inner is an instance of RegExp';
    expect(() => stored(state)).to.throw(EngineProblem, message)
      .that.has.property('problem').which.includes({ nodeId: 'node', code: 'state-unstorable' });
  });

  it('refuses what it never stored', () => {
    const state = new KeyedWindowState({ length: 3000, slide: 1000 }, STEP);
    state.configure(settings([named('count'), named('sum')], { emitsLeaving: true }));
    for (const time of [1000, 2000]) run(state, time, [['a', 1], ['b', 2]], 1000);
    const good = stored(state);
    expect([...good.keys()]).to.deep.equal(['head', 'pane/1000', 'pane/2000', 'emitted', 'running']);
    const pane = good.get('pane/1000') as object;
    const head = good.get('head') as object;
    const cases: readonly (readonly [section: string, data: unknown, message: string])[] = [
      ['head', undefined, 'section "head" is missing'],
      ['head', 7, 'In "head" there should be an object, and there is 7.'],
      ['head', { ...head, version: 2 }, 'version 2, and this program reads version 1'],
      ['head', { ...head, columns: 'x' }, 'In "head columns" there should be a list'],
      ['head', { ...head, since: [0] }, 'There are 1 values in "head since", and there should be 2.'],
      ['head', { ...head, inverses: [1, undefined] }, 'In "head inverses" there should be a text'],
      ['head', { ...head, panes: [2000, 1000] }, 'The pane of 1000 comes too late'],
      ['head', { ...head, panes: [NaN] }, 'In "head panes" there should be a number'],
      ['head', { ...head, emitted: { from: 'x', to: 1 } }, 'In "head emitted" there should be a number'],
      ['pane/1000', undefined, 'section "pane/1000" is missing'],
      ['pane/1000', { ...pane, time: 2000 }, '"pane/1000" is of another time'],
      ['pane/1000', { ...pane, keys: ['a', {}] }, 'there is a value of type object'],
      ['pane/1000', { ...pane, keys: ['a', 'a'] }, 'has a key twice'],
      ['pane/1000', { ...pane, records: [1, -1] }, 'In "pane/1000 records" there should be a count'],
      ['pane/1000', { ...pane, columns: [[1, 1]] }, 'There are 1 values in "pane/1000 columns", and there should be 2.'],
      ['pane/1000', { ...pane, columns: [[1], [1, 2]] }, 'There are 1 values in "pane/1000 columns", and there should be 2.'],
      ['emitted', { keys: 5 }, 'In "emitted keys" there should be a list'],
      ['emitted', { keys: [[]] }, 'In "emitted keys" there should be a text'],
      ['running', { ...pane, from: -1000 }, 'In "running to" there should be a number'],
      ['running', { ...pane, from: -1000, to: 2000, keys: ['a', 'c'] }, 'lacks a key of its pane of 1000'],
      ['running', { ...pane, from: 4000, to: 5000 }, 'has keys that no pane of it has'],
    ];
    for (const [section, data, message] of cases) {
      const sections = new Map(good);
      if (data === undefined) sections.delete(section);
      else sections.set(section, data);
      expect(() => {
        new KeyedWindowState({ length: 3000, slide: 1000 }, STEP).restore(sections);
      }, message).to.throw(RangeError, message);
    }
  });
});
