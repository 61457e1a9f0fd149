import { expect } from 'chai';
import * as fc from 'fast-check';
import { KeyedState, type KeyedEntry } from '../../../src/operators/state/KeyedState';
import type { KeyedStateSnapshot } from '../../../src/operators/state/KeyedStateSnapshot';

type Row = [key: unknown, state: unknown, lastUpdate: number];

function rows(entries: Iterable<KeyedEntry<unknown, unknown>>): Row[] {
  return Array.from(entries, ({ key, state, lastUpdate }): Row => [key, state, lastUpdate]);
}

describe('KeyedState', () => {
  it('holds a state and the time of the last update for each key, in the order of first appearance', () => {
    const state = new KeyedState<string, number>();
    state.set('b', 1, 1000);
    state.set('a', 2, 1000);
    state.set('b', 3, 2000);
    expect(rows(state.entries())).to.deep.equal([['b', 3, 2000], ['a', 2, 1000]]);
    expect(state.size).to.equal(2);
    expect(state.get('b')?.state).to.equal(3);
    expect(state.get('c')).to.equal(undefined);
    expect(state.remove('b')).to.equal(true);
    expect(state.remove('b')).to.equal(false);
    state.set('b', 4, 2000);
    expect(rows(state.entries())).to.deep.equal([['a', 2, 1000], ['b', 4, 2000]]);
  });

  it('shows some states, from all over, and none of those that were removed', () => {
    const state = new KeyedState<number, number>();
    for (let key = 0; key < 100; key++) state.set(key, key, 0);
    expect(state.someStates(4)).to.deep.equal([0, 25, 50, 75]);
    state.remove(50);
    expect(state.someStates(4)).to.deep.equal([0, 25, 75]);
    expect(new KeyedState<number, number>().someStates(4)).to.deep.equal([]);
  });

  it('compares keys by value, and keeps the first form of a key', () => {
    const state = new KeyedState<unknown, number>();
    state.set([1, { a: 2 }], 1, 0);
    state.set([1, { a: 2 }], 2, 0);
    state.set(0, 3, 0);
    state.set(-0, 4, 0);
    state.set('0', 5, 0);
    expect(rows(state.entries())).to.deep.equal([[[1, { a: 2 }], 2, 0], [0, 4, 0], ['0', 5, 0]]);
  });

  it('tells a state of undefined from none', () => {
    const state = new KeyedState<string, undefined>();
    state.set('a', undefined, 0);
    expect(state.has('a')).to.equal(true);
    expect(state.has('b')).to.equal(false);
  });

  it('finds what was last updated strictly before a time, the longest ago first', () => {
    const state = new KeyedState<string, number>();
    state.set('a', 1, 1000);
    state.set('b', 2, 1000);
    state.set('c', 3, 2000);
    state.touch('a', 3000);
    state.touch('absent', 3000);
    expect(rows(state.expired(1000))).to.deep.equal([]);
    expect(rows(state.expired(3000))).to.deep.equal([['b', 2, 1000], ['c', 3, 2000]]);
    expect(rows(state.expired(3001))).to.deep.equal([['b', 2, 1000], ['c', 3, 2000], ['a', 1, 3000]]);
  });

  it('puts expired keys of one time in the order of first appearance, whenever they were touched', () => {
    const state = new KeyedState<string, number>();
    for (const key of ['a', 'b', 'c']) state.set(key, 0, 1000);
    for (const key of ['c', 'a', 'b']) state.touch(key, 2000);
    expect(state.expired(3000).map(({ key }) => key)).to.deep.equal(['a', 'b', 'c']);
  });

  it('shows a batch its own changes, and drops them on rollback', () => {
    const state = new KeyedState<string, number>();
    state.set('a', 1, 1000);
    state.set('b', 2, 1000);
    state.begin();
    state.set('a', 10, 2000);
    state.remove('b');
    state.set('c', 30, 2000);
    state.remove('a');
    state.set('a', 11, 2000);
    expect(rows(state.entries())).to.deep.equal([['c', 30, 2000], ['a', 11, 2000]]);
    expect(rows(state.expired(2000))).to.deep.equal([]);
    expect(state.size).to.equal(2);
    state.rollback();
    expect(rows(state.entries())).to.deep.equal([['a', 1, 1000], ['b', 2, 1000]]);
    expect(state.size).to.equal(2);
    // The time of the dropped batch does not count either.
    state.set('a', 3, 1500);
    expect(state.get('a')?.lastUpdate).to.equal(1500);
  });

  it('runs a batch to its end or not at all', () => {
    const state = new KeyedState<string, number>();
    expect(state.atomically(() => {
      state.set('a', 1, 1000);
      return state.size;
    })).to.equal(1);
    expect(() => {
      state.atomically(() => {
        state.set('a', 2, 2000);
        throw new Error('user code');
      });
    }).to.throw('user code');
    expect(rows(state.entries())).to.deep.equal([['a', 1, 1000]]);
  });

  it('says what is wrong with times, batches and snapshots', () => {
    const state = new KeyedState<string, number>();
    state.set('a', 1, 2000);
    expect(() => { state.set('a', 1, 1000); }).to.throw(RangeError, 'The update of 1000 comes too late, after one of 2000');
    expect(() => { state.set('a', 1, NaN); }).to.throw(RangeError, 'must be a batch time in ms, not NaN');
    expect(() => { state.commit(); }).to.throw(RangeError, 'There is no batch to commit');
    expect(() => { state.rollback(); }).to.throw(RangeError, 'There is no batch to roll back');
    state.begin();
    expect(() => { state.begin(); }).to.throw(RangeError, 'A batch has begun already');
    expect(() => { state.snapshot(); }).to.throw(RangeError, 'within a batch');
    const damaged: KeyedStateSnapshot = { version: 1, keys: ['a'], states: [], lastUpdates: [0] };
    expect(() => { KeyedState.restore(damaged); }).to.throw(RangeError, '1 keys, but 0 states and 1 times: it is damaged');
    const newer = { ...damaged, version: 2 } as unknown as KeyedStateSnapshot;
    expect(() => { KeyedState.restore(newer); }).to.throw(RangeError, 'has version 2, and this program reads version 1');
  });

  it('keeps times in order when a batch changes keys at several times', () => {
    const state = new KeyedState<string, number>();
    state.atomically(() => {
      state.set('a', 1, 1000);
      state.set('b', 1, 2000);
      state.set('a', 1, 3000);
      state.set('c', 1, 3000);
    });
    expect(state.expired(2500).map(({ key }) => key)).to.deep.equal(['b']);
  });

  describe('against an oracle that searches through an array', () => {
    type Step =
      | { readonly kind: 'set' | 'touch' | 'remove'; readonly key: string }
      | { readonly kind: 'tick' | 'begin' | 'commit' | 'rollback' | 'restore' };
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const step: fc.Arbitrary<Step> = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('set', 'touch', 'remove'), key }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('tick', 'begin', 'commit', 'rollback', 'restore') }) },
    );

    it('agrees after every step', () => {
      fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let state = new KeyedState<string, number>();
        let oracle: { key: string; state: number; lastUpdate: number }[] = [];
        let saved: typeof oracle | undefined;
        let time = 0;
        let next = 0;
        for (const action of steps) {
          switch (action.kind) {
            case 'set': {
              next++;
              const present = oracle.find(({ key }) => key === action.key);
              if (present === undefined) oracle.push({ key: action.key, state: next, lastUpdate: time });
              else Object.assign(present, { state: next, lastUpdate: time });
              state.set(action.key, next, time);
              break;
            }
            case 'touch':
              for (const entry of oracle) if (entry.key === action.key) entry.lastUpdate = time;
              state.touch(action.key, time);
              break;
            case 'remove':
              expect(state.remove(action.key)).to.equal(oracle.some(({ key }) => key === action.key));
              oracle = oracle.filter(({ key }) => key !== action.key);
              break;
            case 'tick':
              time++;
              break;
            case 'begin':
              if (saved !== undefined) break;
              saved = oracle.map((entry) => ({ ...entry }));
              state.begin();
              break;
            case 'commit':
              if (saved === undefined) break;
              saved = undefined;
              state.commit();
              break;
            case 'rollback':
              if (saved === undefined) break;
              oracle = saved;
              saved = undefined;
              state.rollback();
              break;
            case 'restore':
              if (saved === undefined) state = KeyedState.restore(structuredClone(state.snapshot()));
          }
          const all = oracle.map((entry): Row => [entry.key, entry.state, entry.lastUpdate]);
          expect(rows(state.entries())).to.deep.equal(all);
          expect(state.size).to.equal(all.length);
          for (const before of [time - 1, time, time + 1]) {
            const expired = all.filter(([, , lastUpdate]) => lastUpdate < before).sort((first, second) => first[2] - second[2]);
            expect(rows(state.expired(before))).to.deep.equal(expired);
          }
        }
      }), { numRuns: 300 });
    });
  });
});
