import { expect } from 'chai';
import * as fc from 'fast-check';
import { KeyedState } from '../../../src/operators/state/KeyedState';
import type { KeyedStateRows } from '../../../src/operators/state/KeyedStateSnapshot';

/** Keys that count how often anybody looks at one of them: each time a key is found or placed, its properties are listed. */
function countedKeys(): { readonly key: (number: number) => object; readonly looks: () => number } {
  let count = 0;
  const handler: ProxyHandler<object> = {
    ownKeys: (target) => {
      count++;
      return Reflect.ownKeys(target);
    },
  };
  return { key: (number) => new Proxy({ number }, handler), looks: () => count };
}

/** Gives a state keys 0, 1, 2, ... in batches of 10,000, a second apart. */
function filled(keys: number): KeyedState<unknown, number> {
  const state = new KeyedState<unknown, number>();
  for (let first = 0; first < keys; first += 10_000) {
    state.atomically(() => {
      for (let key = first; key < Math.min(keys, first + 10_000); key++) state.set(key, 0, first / 10);
    });
  }
  return state;
}

describe('KeyedState, touched keys only', () => {
  it('looks at no key but those that a batch touches, time-outs, rollback and storing included', () => {
    const { key, looks } = countedKeys();
    const state = new KeyedState<object, number>();
    const keys = Array.from({ length: 3000 }, (_, number) => key(number));
    for (const each of keys) state.set(each, 0, 1000);
    const kept = new Set<object>(state.pack(() => false).map(({ part }) => part));
    const before = looks();
    const batch = (): void => {
      for (const each of keys.slice(0, 10)) state.set(each, 1, 2000);
      expect(state.expired(1000)).to.have.length(0);
    };
    expect(() => {
      state.atomically(() => {
        batch();
        throw new Error('once');
      });
    }).to.throw('once');
    state.atomically(batch);
    const packed = state.pack((part) => kept.has(part));
    expect(looks() - before).to.equal(20);
    expect(packed.flatMap(({ rows }) => rows?.().keys ?? [])).to.have.length(10);
  });

  it('gives each of many keys the row that it has when its turn comes', () => {
    const state = filled(1000);
    // More keys than are looked up at once; most of them three times: to be counted, to be removed and to come again.
    const items = Array.from({ length: 3000 }, (_, index) => ({ index, key: index % 1100 }));
    const seen: unknown[] = [];
    const oracle = new Map<number, number>(Array.from({ length: 1000 }, (_, key) => [key, 0]));
    const expected: unknown[] = [];
    state.atomically(() => {
      state.forEachRow(items, ({ key }) => key, ({ index, key }, row) => {
        seen.push([index, row < 0 ? undefined : state.stateAt(row)]);
        if (row >= 0 && index % 3 === 1) state.removeAt(row);
        else if (row >= 0) state.setAt(row, state.stateAt(row) + 1, 1000);
        else state.set(key, -index, 1000);
      });
    });
    for (const { index, key } of items) {
      const held = oracle.get(key);
      expected.push([index, held]);
      if (held !== undefined && index % 3 === 1) oracle.delete(key);
      else oracle.set(key, held === undefined ? -index : held + 1);
    }
    expect(seen).to.deep.equal(expected);
    expect(Array.from(state.entries(), ({ key, state: held }) => [key, held])).to.deep.equal([...oracle]);
  });

  it('gives a key that comes twice among those looked up at once the row of the first time', () => {
    const state = new KeyedState<string, number>();
    const seen: boolean[] = [];
    state.atomically(() => {
      const items = [['a', 0], ['a', 1], ['b', 2], ['a', 3], ['b', 4]] as const;
      state.forEachRow(items, ([key]) => key, ([key, number], row) => {
        seen.push(row >= 0);
        if (number === 1) state.removeAt(row);
        else if (row < 0) state.set(key, number, 1000);
      });
    });
    expect(seen).to.deep.equal([false, true, false, false, true]);
    expect(state.snapshot()).to.deep.include({ keys: ['b', 'a'], states: [2, 3] });
  });

  it('stores at most three keys for one that changed, and never many more than twice what there is', () => {
    const state = filled(30_000);
    const kept = new Map<object, KeyedStateRows>();
    let written = 0;
    const pack = (): KeyedStateRows[] => state.pack((part) => kept.has(part)).map(({ part, rows }) => {
      const data = kept.get(part) ?? rows?.() ?? expect.fail();
      if (!kept.has(part)) written += data.keys.length;
      kept.set(part, data);
      return data;
    });
    pack();
    for (let batch = 0; batch < 120; batch++) {
      written = 0;
      state.atomically(() => {
        // Half of the keys are never touched, some are touched all the time.
        for (let key = 0; key < 1500; key++) state.set(key < 500 ? key : (key * 7 + batch * 1000) % 15_000, batch, 10_000 + batch);
      });
      const parts = pack();
      // A part is given up as a whole, so up to one more than was meant to be.
      expect(written).to.be.at.most(3 * 1500 + 10_000);
      expect(parts.reduce((sum, { keys }) => sum + keys.length, 0)).to.be.at.most(2 * 30_000 + 10_000);
      expect(parts.length).to.be.at.most(60);
    }
    const restored = KeyedState.unpack<unknown, number>(pack());
    expect(restored.snapshot()).to.deep.equal(state.snapshot());
  });

  it('stores parts that can be put together whatever was removed, came again or was lost between them', () => {
    const batch = fc.record({
      touched: fc.array(fc.tuple(fc.nat(7), fc.nat(3)), { minLength: 1, maxLength: 5 }),
      lost: fc.constantFrom(0, 0, 0, 1),
    });
    fc.assert(fc.property(fc.array(batch, { minLength: 2, maxLength: 10 }), (batches) => {
      // Enough keys for a part that is not stored again, with those that are touched among them.
      const state = filled(1200);
      let kept = new Map<object, KeyedStateRows>();
      batches.forEach(({ touched, lost }, index) => {
        state.atomically(() => {
          for (const [key, value] of touched) {
            if (value === 0) state.remove(key * 200);
            else state.set(key * 200, value, 1000 + index);
          }
        });
        kept = new Map([...kept].slice(0, kept.size - lost));
        const packed = state.pack((part) => kept.has(part));
        if (index > 0 && lost === 0) expect(packed[0]?.rows).to.equal(undefined);
        kept = new Map(packed.map(({ part, rows }) => [part, kept.get(part) ?? rows?.() ?? expect.fail()]));
        const restored = KeyedState.unpack(kept.values());
        expect(JSON.stringify(restored.snapshot())).to.equal(JSON.stringify(state.snapshot()));
      });
    }), { numRuns: 60 });
  });

  it('agrees with a program that keeps everything: batches that fail, removals, time-outs, and parts that are kept or lost', () => {
    const touched = fc.array(fc.tuple(fc.nat(11), fc.nat(5)), { maxLength: 6 });
    const batch = fc.record({ touched, fails: fc.boolean(), way: fc.constantFrom('none', 'pack', 'lose', 'restore') });
    fc.assert(fc.property(fc.array(batch, { maxLength: 25 }), fc.integer({ min: 1, max: 4 }), (batches, timeout) => {
      let state = new KeyedState<number, number>();
      let oracle = new Map<number, { state: number; last: number }>();
      let kept = new Map<object, KeyedStateRows>();
      const apply = (time: number, pairs: readonly (readonly [number, number])[]): void => {
        state.forEachRow(pairs, ([key]) => key, ([key, value], row) => {
          if (value === 0) state.remove(key);
          else if (row >= 0) state.setAt(row, state.stateAt(row) + value, time);
          else state.set(key, value, time);
        });
        for (const { key } of state.expired(time - timeout)) state.remove(key);
      };
      const applyNaively = (time: number, pairs: readonly (readonly [number, number])[]): void => {
        for (const [key, value] of pairs) {
          if (value === 0) oracle.delete(key);
          else oracle.set(key, { state: (oracle.get(key)?.state ?? 0) + value, last: time });
        }
        oracle = new Map([...oracle].filter(([, { last }]) => last >= time - timeout));
      };
      batches.forEach(({ touched: pairs, fails, way }, time) => {
        if (fails) {
          expect(() => {
            state.atomically(() => {
              apply(time, pairs);
              throw new Error('on its way');
            });
          }).to.throw('on its way');
        }
        state.atomically(() => {
          apply(time, pairs);
        });
        applyNaively(time, pairs);
        if (way !== 'none') {
          if (way === 'lose') kept = new Map([...kept].slice(0, -1));
          const packed = state.pack((part) => kept.has(part));
          kept = new Map(packed.map(({ part, rows }) => [part, kept.get(part) ?? rows?.() ?? expect.fail()]));
          const restored = KeyedState.unpack<number, number>(kept.values());
          expect(restored.snapshot()).to.deep.equal(state.snapshot());
          if (way === 'restore') {
            state = restored;
            kept.clear();
          }
        }
        const all = Array.from(state.entries(), ({ key, state: held, lastUpdate }) => [key, { state: held, last: lastUpdate }]);
        expect(all).to.deep.equal([...oracle]);
        expect(state.size).to.equal(oracle.size);
      });
    }), { numRuns: 300 });
  });
});
