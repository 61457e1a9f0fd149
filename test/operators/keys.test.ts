import { expect } from 'chai';
import fc from 'fast-check';
import { runInNewContext } from 'node:vm';
import { canonicalText, keyHash, keyIdentity, MAXIMUM_KEY_DEPTH } from '../../src/operators/keys';

type Kind = 'null' | 'array' | 'date' | 'bytes' | 'object' | 'bigint' | 'boolean' | 'number' | 'string' | 'undefined';

function kindOf(value: unknown): Kind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Date) return 'date';
  if (value instanceof Uint8Array) return 'bytes';
  return typeof value as Kind;
}

/** The oracle: equality by value, spelled out and slow. */
function equal(left: unknown, right: unknown): boolean {
  if (kindOf(left) !== kindOf(right)) return false;
  if (typeof left === 'number' && typeof right === 'number') return left === right || (left !== left && right !== right);
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((element, index) => equal(element, right[index]));
  }
  if (left instanceof Date && right instanceof Date) return equal(left.getTime(), right.getTime());
  if (left instanceof Uint8Array && right instanceof Uint8Array) return equal([...left], [...right]);
  if (typeof left === 'object' && typeof right === 'object' && left !== null && right !== null) {
    const leftEntries = Object.entries(left);
    const rightEntries = Object.entries(right);
    return leftEntries.length === rightEntries.length
      && leftEntries.every(([name, value]) => rightEntries.some(([other, second]) => other === name && equal(value, second)));
  }
  return left === right;
}

/** An object with exactly these properties; `__proto__` becomes a property as well. */
function objectOf(entries: readonly (readonly [string, unknown])[], prototype: object | null = Object.prototype): object {
  const object = Object.create(prototype) as object;
  for (const [name, value] of entries) {
    Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
  }
  return object;
}

/** Equal by value, but nothing in it is the same: properties in reverse order, another prototype, bytes as a Buffer, -0 for 0. */
function disguised(value: unknown): unknown {
  if (value === 0) return Object.is(value, 0) ? -0 : 0;
  if (Array.isArray(value)) return value.map(disguised);
  if (value instanceof Date) return new Date(value.getTime());
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (typeof value === 'object' && value !== null) {
    return objectOf(Object.entries(value).reverse().map(([name, inner]) => [name, disguised(inner)]), null);
  }
  return value;
}

const ESCAPE = '\u0001';

// Few different values, so that equal ones meet often; many that look like the text of another.
const leaf = fc.constantFrom<unknown>(
  null, undefined, true, false, 'true', 'null', 'undefined', 0, -0, 1, '1', 1n, '1n', NaN, 'NaN', Infinity, -Infinity, 1e21,
  0.1, '', ESCAPE, ESCAPE + ESCAPE, `${ESCAPE}[]`, '[]', `${ESCAPE}{}`, '{}', '"', '""', '\ud800', '\\ud800', '\u0000', 'a',
  'a,b', 'a"',
  new Date(0), new Date(1), new Date(NaN), 'Date(0)', `${ESCAPE}Date(0)`, new Uint8Array(),
  new Uint8Array([0, 255]), 'bytes(00ff)',
);
const name = fc.constantFrom('', 'a', 'b', '__proto__', 'constructor', 'toString', '"', 'a":1,"b', '1', ESCAPE);
const { key } = fc.letrec<{ key: unknown; array: unknown[]; object: object }>((tie) => ({
  key: fc.oneof({ maxDepth: 4 }, { arbitrary: leaf, weight: 4 }, tie('array'), tie('object')),
  array: fc.array(tie('key'), { maxLength: 3 }),
  object: fc.uniqueArray(fc.tuple(name, tie('key')), { selector: ([first]) => first, maxLength: 3 })
    .map((entries) => objectOf(entries)),
}));

/** FNV-1a and MurmurHash3's finaliser over whole numbers, from their published definitions. */
function hashOf(units: readonly number[], basis: number): number {
  const mask = 0xffffffffn;
  let hash = BigInt(basis >>> 0);
  for (const unit of units) hash = ((hash ^ BigInt(unit)) * 16777619n) & mask;
  hash ^= hash >> 16n;
  hash = (hash * 0x85ebca6bn) & mask;
  hash ^= hash >> 13n;
  hash = (hash * 0xc2b2ae35n) & mask;
  hash ^= hash >> 16n;
  return Number(hash);
}

function unitsOf(text: string): number[] {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}

describe('keyIdentity', () => {
  it('is the same exactly for keys that are equal by value', () => {
    let equalPairs = 0;
    fc.assert(fc.property(key, key, (left, right) => {
      const same = equal(left, right);
      if (same) equalPairs++;
      expect(Object.is(keyIdentity(left), keyIdentity(right))).to.equal(same);
      expect(canonicalText(left) === canonicalText(right)).to.equal(same);
      if (same) expect(keyHash(left)).to.equal(keyHash(right));
    }), { numRuns: 4000 });
    expect(equalPairs, 'the test must have met equal keys').to.be.greaterThan(10);
  });

  it('does not depend on property order, prototype, Buffer or the sign of zero', () => {
    fc.assert(fc.property(key, (value) => {
      const other = disguised(value);
      expect(equal(value, other)).to.equal(true);
      expect(Object.is(keyIdentity(value), keyIdentity(other))).to.equal(true);
      expect(keyHash(value)).to.equal(keyHash(other));
    }), { numRuns: 1000 });
  });

  it('tells apart any two of the plain examples', () => {
    const examples: unknown[] = [
      1, '1', 1n, true, 'true', null, 'null', undefined, 'undefined', NaN, 'NaN', [], [[]], {}, [1], ['1'], { a: 1 },
      { a: undefined }, { a: '1' }, [undefined], [null], '[1]', `${ESCAPE}[1]`, `${ESCAPE}${ESCAPE}[1]`,
      new Date(0), 0, new Uint8Array([0]), [0],
      JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"constructor":1}'),
    ];
    expect(new Set(examples.map(keyIdentity)).size).to.equal(examples.length);
    expect(new Set(examples.map(canonicalText)).size).to.equal(examples.length);
  });

  it('is the key itself for ordinary strings, numbers, booleans, bigints, null and undefined', () => {
    for (const value of ['', 'sensor/1', '__proto__', 0, 1.5, NaN, Infinity, true, false, 12n, null, undefined]) {
      expect(Object.is(keyIdentity(value), value)).to.equal(true);
    }
    expect(Object.is(keyIdentity(-0), 0)).to.equal(true);
  });

  it('reads own enumerable properties only', () => {
    class Point {
      constructor(readonly x: number) {}
      get y(): number {
        return this.x + 1;
      }
    }
    expect(keyIdentity(new Point(1))).to.equal(keyIdentity({ x: 1 }));
    expect(keyIdentity(objectOf([['x', 1]], { inherited: 1 }))).to.equal(keyIdentity({ x: 1 }));
    expect(keyIdentity(Object.defineProperty({ x: 1 }, 'hidden', { value: 1 }))).to.equal(keyIdentity({ x: 1 }));
  });

  it('knows Dates, bytes and objects that come from a sandbox', () => {
    const foreign: unknown = runInNewContext('({ at: new Date(5), bytes: new Uint8Array([1, 2]), list: [{}] })');
    expect(keyIdentity(foreign)).to.equal(keyIdentity({ at: new Date(5), bytes: Buffer.from([1, 2]), list: [{}] }));
  });

  it('takes objects up to the greatest depth, and says what is wrong beyond it', () => {
    let nested: unknown = 1;
    for (let depth = 0; depth < MAXIMUM_KEY_DEPTH; depth++) nested = depth % 2 === 0 ? [nested] : { nested };
    expect(keyIdentity(nested)).to.be.a('string');
    expect(() => keyIdentity([nested])).to.throw(RangeError, '512 levels');
  });

  it('refuses cycles, but not the same object met twice', () => {
    const cycle: Record<string, unknown> = {};
    cycle.list = [{ cycle }];
    expect(() => keyIdentity(cycle)).to.throw(TypeError, 'contain itself');
    const shared = { a: 1 };
    expect(keyIdentity([shared, { shared }])).to.equal(keyIdentity([{ a: 1 }, { shared: { a: 1 } }]));
    const list = [1];
    expect(keyIdentity([list, { list }, list])).to.equal(keyIdentity([[1], { list: [1] }, [1]]));
  });

  it('refuses what has no value of its own', () => {
    const refused: [unknown, string][] = [
      [() => 1, 'function'], [Symbol('s'), 'symbol'], [{ a: [Symbol('s')] }, 'symbol'], [new Map(), 'Map'], [[new Set()], 'Set'],
      [/x/, 'RegExp'], [new Float64Array(1), 'Float64Array'], [Object(1), 'Number'], [Promise.resolve(), 'Promise'],
    ];
    for (const [value, word] of refused) expect(() => keyIdentity(value)).to.throw(TypeError, word);
  });
});

describe('canonicalText', () => {
  it('is JSON with sorted properties and without blanks, as far as JSON goes', () => {
    expect(canonicalText({ b: [1, 'x', null, true], a: { z: 1e21, y: -0 }, B: '"\n' }))
      .to.equal('{"B":"\\"\\n","a":{"y":0,"z":1e+21},"b":[1,"x",null,true]}');
    expect(canonicalText('text')).to.equal('"text"');
  });

  it('goes beyond JSON where it must', () => {
    expect(canonicalText([undefined, NaN, -Infinity, 12n, new Date(5), new Date(NaN), new Uint8Array([0, 171])]))
      .to.equal('[undefined,NaN,-Infinity,12n,Date(5),Date(NaN),bytes(00ab)]');
    const holes: unknown[] = [];
    holes.length = 2;
    expect(canonicalText(holes)).to.equal('[undefined,undefined]');
  });
});

describe('keyHash', () => {
  it('follows the published definitions', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(keyHash(text)).to.equal(hashOf(unitsOf(text), 0x811c9dc5));
    }));
    fc.assert(fc.property(fc.double({ noNaN: true }), (number) => {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(Object.is(number, -0) ? 0 : number);
      expect(keyHash(number)).to.equal(hashOf([bytes.readUInt32BE(0), bytes.readUInt32BE(4)], 0x811c9dc4));
    }));
    fc.assert(fc.property(key, (value) => {
      if (typeof value === 'string' || typeof value === 'number') return;
      expect(keyHash(value)).to.equal(hashOf(unitsOf(canonicalText(value)), 0x811c9dc7));
    }));
  });

  it('is one and the same for every NaN', () => {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, 0xfff8000000000123n);
    expect(keyHash(view.getFloat64(0))).to.equal(keyHash(NaN));
  });

  it('spreads consecutive keys over few partitions', () => {
    for (const keyOf of [(n: number): unknown => n, (n: number): unknown => `sensor/${String(n)}`, (n: number): unknown => [n]]) {
      const counts = new Array<number>(8).fill(0);
      for (let n = 0; n < 8000; n++) {
        const partition = keyHash(keyOf(n)) % 8;
        counts[partition] = (counts[partition] ?? 0) + 1;
      }
      // Binomial with mean 1000 and standard deviation 30.
      for (const count of counts) expect(count).to.be.within(820, 1180);
    }
  });
});
