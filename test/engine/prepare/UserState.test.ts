import { expect } from 'chai';
import fc from 'fast-check';
import { DataRecord } from '../../../src/engine/DataRecord';
import { OperatorFigures } from '../../../src/engine/OperatorFigures';
import { RECORD_PARAMETERS, UPDATE_PARAMETERS, UserState, type UserStateSettings } from '../../../src/engine/prepare/UserState';
import { UserContext } from '../../../src/engine/UserContext';
import { compileCode } from '../../../src/expressions';

type Batch = readonly (readonly [key: string, value: number])[];

function userState(mode: 'update' | 'record', source: string, change: Partial<UserStateSettings> = {}): UserState {
  const code = compileCode(
    { lang: 'javascript', source },
    { nodeId: 's', parameters: mode === 'update' ? UPDATE_PARAMETERS : RECORD_PARAMETERS },
  );
  if (code.kind !== 'synchronous') return expect.fail();
  const state = new UserState();
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
});
