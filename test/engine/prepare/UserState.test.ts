import { expect } from 'chai';
import fc from 'fast-check';
import { encode } from '../../../src/durability';
import { DataRecord } from '../../../src/engine/DataRecord';
import { EngineProblem } from '../../../src/engine/EngineProblem';
import { OperatorFigures } from '../../../src/engine/OperatorFigures';
import { RECORD_PARAMETERS, UPDATE_PARAMETERS, UserState, type UserStateSettings } from '../../../src/engine/prepare/UserState';
import { UserContext } from '../../../src/engine/UserContext';
import { compileCode } from '../../../src/expressions';
import { decoded, stored } from './stored';

type Batch = readonly (readonly [key: string, value: number])[];

/** @param sections what it is to go on from */
function userState(
  mode: 'update' | 'record', source: string, change: Partial<UserStateSettings> = {}, sections?: ReadonlyMap<string, unknown>,
): UserState {
  const code = compileCode(
    { lang: 'javascript', source },
    { nodeId: 's', parameters: mode === 'update' ? UPDATE_PARAMETERS : RECORD_PARAMETERS },
  );
  if (code.kind !== 'synchronous') return expect.fail();
  const state = new UserState();
  if (sections !== undefined) state.restore(sections);
  state.configure({
    mode,
    code,
    timeout: null,
    emitsAll: false,
    keyLimit: 1000,
    figures: new OperatorFigures(),
    tooManyKeys: () => undefined,
    failed: () => undefined,
    contextAt: (time) => new UserContext(time, 's', {}, () => undefined),
    watched: (call) => call(),
    ...change,
  });
  return state;
}

/** Takes a batch in, its records turned round by some places, and gives the payloads that come of it. */
function run(state: UserState, time: number, batch: Batch, turn = 0): unknown[] {
  const records = batch.map(([key, value], index) => new DataRecord(value, key, key, time, index));
  state.take(time, (emit) => {
    [...records.slice(turn), ...records.slice(0, turn)].forEach(emit);
  });
  return state.emit(time).map(({ payload }) => payload);
}

describe('UserState', () => {
  it('follows the order in which records were received, whatever order they come in', () => {
    const batch: Batch = [['a', 1], ['b', 2], ['a', 3], ['c', 4], ['b', 5], ['a', 6]];
    for (let turn = 1; turn < 6; turn++) {
      expect(run(userState('update', 'return (state ?? []).concat(values);'), 1000, batch, turn)).to.deep.equal([
        { key: 'a', state: [1, 3, 6] }, { key: 'b', state: [2, 5] }, { key: 'c', state: [4] },
      ]);
      expect(run(userState('record', 'return msg.payload;'), 1000, batch, turn)).to.deep.equal([1, 2, 3, 4, 5, 6]);
    }
  });

  it('is as it was before a batch that fails on its way, so that the next try sees the old state', () => {
    let calls = 0;
    const state = userState('update', 'state = state ?? { list: [] }; state.list.push(...values); return state;', {
      watched: (call) => {
        if (++calls === 4) throw new Error('not the function, the batch');
        return call();
      },
      failed: (thrown) => {
        throw thrown;
      },
    });
    expect(run(state, 1000, [['a', 1], ['b', 2]])).to.have.length(2);
    expect(() => run(state, 2000, [['a', 3], ['b', 4]])).to.throw('the batch');
    expect(run(state, 2000, [['a', 3], ['b', 4]])).to.deep.equal([{ key: 'a', state: { list: [1, 3] } }, { key: 'b', state: { list: [2, 4] } }]);
  });

  it('agrees with a program that goes through everything, time-outs and removals included', () => {
    const batch = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 0, max: 4 })), { maxLength: 5 });
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 12 }), fc.integer({ min: 1, max: 3 }), fc.nat(4), (batches, timeout, turn) => {
        const state = userState(
          'record',
          `if (state.isTimingOut()) return [key, 'out', state.get()];
if (msg.payload === 0) { if (state.exists()) state.remove(); return [key, 'removed']; }
if (msg.payload === 1) return;
state.update((state.getOption() ?? 0) + msg.payload);
return [key, state.get()];`,
          { timeout: timeout * 1000 },
        );
        const sums = new Map<string, { sum: number; last: number }>();
        batches.forEach((records, index) => {
          const expected: unknown[] = [];
          for (const [key, value] of records) {
            const held = sums.get(key);
            if (held !== undefined) held.last = index;
            if (value === 0) {
              sums.delete(key);
              expected.push([key, 'removed']);
            } else if (value > 1) {
              sums.set(key, { sum: (held?.sum ?? 0) + value, last: index });
              expected.push([key, (held?.sum ?? 0) + value]);
            }
          }
          const over = [...sums].filter(([, { last }]) => last < index - timeout);
          for (const [key, { sum }] of over) {
            expected.push([key, 'out', sum]);
            sums.delete(key);
          }
          const results = run(state, (index + 1) * 1000, records, turn) as unknown[][];
          // Keys that time out together come in the order of their first appearance, which is not the point here.
          const data = (rows: readonly unknown[][]): unknown[] => rows.filter((row) => row[1] !== 'out');
          const outs = (rows: readonly unknown[][]): string[] => rows.filter((row) => row[1] === 'out').map(String).sort();
          expect(data(results)).to.deep.equal(data(expected as unknown[][]));
          expect(outs(results)).to.deep.equal(outs(expected as unknown[][]));
        });
      }),
      { numRuns: 200 },
    );
  });

  describe('stored', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', '__proto__');
    const reading = fc.tuple(key, fc.integer({ min: -3, max: 9 }));
    const batches = fc.array(fc.array(reading, { maxLength: 5 }), { minLength: 2, maxLength: 12 });
    const UPDATE = `if (values.includes(9)) return null;
      if (values.includes(8)) throw new Error('8');
      const next = state ?? { sum: 0.1, seen: new Map(), when: [] };
      for (const value of values) { next.sum += value / 10; next.seen.set(value, -0); next.when.push(new Date(value)); }
      return next;`;
    const RECORD = `if (state.isTimingOut()) return { payload: ['late', key, state.get()] };
      if (msg.payload === 9) { if (state.exists()) state.remove(); return; }
      if (msg.payload === 8) throw new Error('8');
      if (msg.payload !== 7) state.update({ count: (state.exists() ? state.get().count : 0) + 0.1, last: msg.payload });
      return { payload: [key, state.getOption()] };`;

    for (const [mode, source] of [['update', UPDATE], ['record', RECORD]] as const) {
      it(`goes on to the last bit after any batch, time-outs included: ${mode}`, () => {
        fc.assert(fc.property(batches, fc.constantFrom(null, 1000, 2000), fc.boolean(), (all, timeout, emitsAll) => {
          const change = { timeout, emitsAll, keyLimit: 4 };
          const uninterrupted = userState(mode, source, change);
          let restarted = userState(mode, source, change);
          all.forEach((batch, index) => {
            const time = (index + 1) * 1000;
            const results = run(restarted, time, batch);
            expect(encode(results).equals(encode(run(uninterrupted, time, batch)))).to.equal(true);
            const sections = stored(restarted);
            restarted = userState(mode, source, change, sections);
            expect(stored(restarted)).to.deep.equal(sections);
          });
        }), { numRuns: 80 });
      });
    }

    it('in sections that stay as they are while later batches run, of 10,000 keys each', () => {
      const state = userState('update', 'return (state ?? 0) + values[0];', { keyLimit: 100_000 });
      const batch = Array.from({ length: 20_001 }, (_, index) => [`k${String(index)}`, index] as const);
      run(state, 1000, batch);
      const sections = state.sections();
      expect(sections.map(({ name }) => name)).to.deep.equal(['head', 'keys/1', 'keys/2', 'keys/3']);
      run(state, 2000, batch.slice(0, 10));
      const restored = userState('update', 'return (state ?? 0) + values[0];', { keyLimit: 100_000 }, decoded(sections));
      expect(run(restored, 2000, [['k3', 4], ['k20000', 1]])).to.deep.equal([
        { key: 'k3', state: 7 }, { key: 'k20000', state: 20_001 },
      ]);
    });

    it('only where it is plain data: the key that has something else is named', () => {
      const state = userState('update', 'return values[0] === 2 ? { call: () => 1 } : { value: 1 };');
      run(state, 1000, [['good', 1], ['bad', 2]]);
      expect(() => stored(state)).to.throw(EngineProblem, 'for the key "bad": What is at call is a function, which cannot be kept');
    });

    it('in the first version too, which had all keys in the order of first appearance', () => {
      const first = new Map<string, unknown>([
        ['head', { version: 1, keys: 2 }],
        ['keys/0', { keys: ['b', 'a'], states: [{ sum: 1 }, { sum: 2 }], lastUpdates: [2000, 1000] }],
      ]);
      const change = { timeout: 1000, emitsAll: true };
      const state = userState('update', 'return { sum: state.sum + values[0] };', change, first);
      expect(run(state, 3000, [['b', 1]])).to.deep.equal([{ key: 'b', state: { sum: 2 } }, { key: 'a', state: { sum: 2 }, timedOut: true }]);
      const full = new Map([...first, ['head', { version: 1, keys: 2 ** 50 }]] as const);
      expect(() => {
        new UserState().restore(full);
      }).to.throw(RangeError, 'There are 2 values in "keys/0 keys", and there should be 10000.');
    });

    it('only as far as it has changed, where the rest is kept: any checkpoint can be gone on from', () => {
      fc.assert(fc.property(batches, fc.array(fc.nat(3), { minLength: 12, maxLength: 12 }), (all, ways) => {
        const change = { timeout: 2000, keyLimit: 4 };
        const uninterrupted = userState('record', RECORD, change);
        let state = userState('record', RECORD, change);
        let kept = new Map<object, unknown>();
        all.forEach((batch, index) => {
          const time = (index + 1) * 1000;
          expect(encode(run(state, time, batch)).equals(encode(run(uninterrupted, time, batch)))).to.equal(true);
          const way = ways[index] ?? 0;
          if (way === 0) return;
          if (way === 2) kept.clear();
          const found = new Map<object, unknown>();
          const sections = new Map<string, unknown>();
          for (const section of state.sections((part) => kept.has(part))) {
            const part = section.unchanging ?? section;
            const data: unknown = kept.get(part) ?? decoded([section]).get(section.name);
            found.set(part, data);
            sections.set(section.name, data);
          }
          kept = found;
          if (way === 3) state = userState('record', RECORD, change, sections);
        });
      }), { numRuns: 100 });
    });

    it('and refuses what it never stored', () => {
      const state = userState('update', 'return 1;');
      run(state, 1000, [['a', 1], ['b', 2]]);
      const good = stored(state);
      const keys = good.get('keys/1') as object;
      const head = good.get('head') as object;
      const cases: readonly (readonly [section: string, data: unknown, message: string])[] = [
        ['head', { ...head, version: 7 }, 'version 7, and this program reads version 1 and 2'],
        ['head', { ...head, keys: 1e300 }, 'In "head keys" there should be a count'],
        ['head', { ...head, keys: 3 }, 'The parts have 2 keys together, and there should be 3.'],
        ['head', { ...head, parts: [2] }, 'The section "keys/2" is missing'],
        ['keys/1', null, 'In "keys/1" there should be an object'],
        ['keys/1', { ...keys, keys: ['a', ['b']] }, 'In "keys/1 keys" there should be a text'],
        ['keys/1', { ...keys, keys: ['a', 'a'] }, 'has a key twice'],
        ['keys/1', { ...keys, states: [1] }, 'There are 1 values in "keys/1 states", and there should be 2.'],
        ['keys/1', { ...keys, lastUpdates: [1000, NaN] }, 'In "keys/1 lastUpdates" there should be a number'],
        ['keys/1', { ...keys, orders: [1] }, 'There are 1 values in "keys/1 orders", and there should be 2.'],
        ['keys/1', { ...keys, removed: [{}] }, 'In "keys/1 removed" there should be a text'],
      ];
      for (const [section, data, message] of cases) {
        expect(() => {
          new UserState().restore(new Map([...good, [section, data]]));
        }, message).to.throw(RangeError, message);
      }
    });
  });
});
