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

/** Two texts with the same hash. */
function twins(): readonly [string, string] {
  const seen = new Map<number, string>();
  for (let number = 0; ; number++) {
    const key = `key ${String(number)}`;
    const twin = seen.get(keyHash(key));
    if (twin !== undefined) return [twin, key];
    seen.set(keyHash(key), key);
  }
}

describe('KeyIndex', () => {
  it('finds keys by value, one by one and many at once', () => {
    const index = new KeyIndex<undefined>();
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
    const index = new KeyIndex<undefined>();
    keys.forEach((key, row) => {
      index.add(key, row);
    });
    expect([...index.findAll(keys)]).to.deep.equal(keys.map((_, row) => row));
    keys.forEach((_, row) => {
      if (row % 3 === 0) index.delete(row);
    });
    expect(keys.map((key) => index.find(key))).to.deep.equal(keys.map((_, row) => (row % 3 === 0 ? -1 : row)));
    expect(crowd(401).slice(-1).map((key) => index.find(key))).to.deep.equal([-1]);
  });

  it('tells keys with the same hash from each other, one by one and many at once', () => {
    const [one, other] = twins();
    const index = new KeyIndex<string>();
    index.add(one, 0);
    expect([...index.findAll([one, other])]).to.deep.equal([0, -1]);
    index.add(other, 1);
    expect([index.find(one), index.find(other)]).to.deep.equal([0, 1]);
    expect([...index.findAll([other, one])]).to.deep.equal([1, 0]);
    index.delete(0);
    expect([...index.findAll([other, one])]).to.deep.equal([1, -1]);
  });

  it('holds a value for each row, also while the row is not found', () => {
    const index = new KeyIndex<string>();
    index.add('a', 0);
    index.add('b', 1);
    expect(index.valueOf(1)).to.equal(undefined);
    index.setValue(0, 'of a');
    index.setValue(1, 'of b');
    index.delete(0);
    expect([index.find('a'), index.valueOf(0), index.find('b'), index.valueOf(1)]).to.deep.equal([-1, 'of a', 1, 'of b']);
    index.setValue(0, undefined);
    index.add('c', 0);
    expect([index.find('c'), index.valueOf(0)]).to.deep.equal([0, undefined]);
  });

  it('agrees with a Map, whatever is added and removed', () => {
    const some = [...crowd(140), ...Array.from({ length: 60 }, (_, key) => `k${String(key)}`)];
    const step = fc.tuple(fc.nat(some.length - 1), fc.boolean());
    fc.assert(fc.property(fc.array(step, { minLength: 100, maxLength: 600 }), (steps) => {
      const index = new KeyIndex<undefined>();
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
