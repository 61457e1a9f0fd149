import { expect } from 'chai';
import * as fc from 'fast-check';
import { keyHash } from '../../../src/operators/keys';
import { KeyIndex } from '../../../src/operators/state/KeyIndex';

/** Whole numbers whose hashes end with the same ten bits: in a small index all of them belong into the same slot. */
function crowd(count: number): number[] {
  const found: number[] = [];
  for (let key = 0; found.length < count; key++) if (keyHash(key) % 1024 === 5) found.push(key);
  return found;
}

describe('KeyIndex', () => {
  it('finds keys by value, one by one and many at once', () => {
    const index = new KeyIndex();
    const keys = ['a', '', '\u0001', 1, '1', 1n, 0, NaN, true, null, undefined, [1, { a: 2 }], new Date(0)];
    keys.forEach((key, row) => {
      index.add(key, row);
    });
    const again = [...keys.slice(0, 6), -0, NaN, true, null, undefined, [1, { a: 2 }], new Date(0)];
    expect(again.map((key) => index.find(key))).to.deep.equal(keys.map((_, row) => row));
    expect([...index.findAll([...again, 'b', 2, false])]).to.deep.equal([...keys.map((_, row) => row), -1, -1, -1]);
    expect(() => index.find(() => 1)).to.throw(TypeError, 'A function cannot be a key');
  });

  it('finds keys that were chosen to belong into one slot, also after it has grown and some were removed', () => {
    const keys = crowd(400);
    const index = new KeyIndex();
    keys.forEach((key, row) => {
      index.add(key, row);
    });
    keys.forEach((_, row) => {
      if (row % 3 === 0) index.delete(row);
    });
    expect(keys.map((key) => index.find(key))).to.deep.equal(keys.map((_, row) => (row % 3 === 0 ? -1 : row)));
    expect(crowd(401).slice(-1).map((key) => index.find(key))).to.deep.equal([-1]);
  });

  it('agrees with a Map, whatever is added and removed', () => {
    const some = [...crowd(140), ...Array.from({ length: 60 }, (_, key) => `k${String(key)}`)];
    const step = fc.tuple(fc.nat(some.length - 1), fc.boolean());
    fc.assert(fc.property(fc.array(step, { minLength: 100, maxLength: 600 }), (steps) => {
      const index = new KeyIndex();
      const oracle = new Map<number | string, number>();
      for (const [place, removes] of steps) {
        const key = some[place] ?? '';
        const row = oracle.get(key);
        if (row === undefined) {
          index.add(key, place);
          oracle.set(key, place);
        } else if (removes) {
          index.delete(row);
          oracle.delete(key);
        }
      }
      expect([...index.findAll(some)]).to.deep.equal(some.map((key) => oracle.get(key) ?? -1));
    }), { numRuns: 60 });
  });
});
