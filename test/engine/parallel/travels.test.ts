import { expect } from 'chai';
import fc from 'fast-check';
import { travels } from '../../../src/engine/parallel/travels';

describe('travels', () => {
  it('is right about plain data: a clone of it is the same', () => {
    const data = fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withMap: true, withSet: true, withTypedArray: true, withSparseArray: true });
    fc.assert(fc.property(data, (value) => {
      if (travels(value)) expect(structuredClone(value)).to.deep.equal(value);
    }), { numRuns: 2000 });
  });

  it('lets JSON travel, whatever its names', () => {
    const text = '{"__proto__":{"a":1},"constructor":[1,null,true,"x"],"nested":{"deep":[{}]},"minus":-0}';
    const value: unknown = JSON.parse(text);
    expect(travels(value)).to.equal(true);
    const clone = structuredClone(value) as Record<string, unknown>;
    expect(Object.keys(clone)).to.deep.equal(['__proto__', 'constructor', 'nested', 'minus']);
    expect(Object.is(clone['minus'], -0)).to.equal(true);
    expect(Object.getPrototypeOf(clone)).to.equal(Object.prototype);
  });

  class Point {
    readonly x = 1;
  }
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  const stays: Record<string, unknown> = {
    'a function': () => 1,
    'a symbol': Symbol('s'),
    'a function inside': { a: [() => 1] },
    'an object with a class': new Point(),
    'an object without a prototype': Object.create(null) as unknown,
    'a Map': new Map(),
    'a Buffer inside': { bytes: Buffer.from('x') },
    'bytes': new Uint8Array(1),
    'an Error': new Error('x'),
    'a promise': Promise.resolve(),
    'a computed property': { get a() { return 1; } },
    'a hidden property': Object.defineProperty({}, 'a', { value: 1, enumerable: false }),
    'a property named by a symbol': { [Symbol('s')]: 1 },
    'an array with a hole': Object.assign([1], { 2: 3 }),
    'an array with a property': Object.assign([1], { more: 1 }),
    'a Date with a property': Object.assign(new Date(0), { more: 1 }),
    'what only pretends to be a Date': Object.create(Date.prototype) as unknown,
    'what only pretends to be an array': Object.create(Array.prototype) as unknown,
    'a circle': circle,
  };
  for (const [what, value] of Object.entries(stays)) {
    it(`keeps ${what} where it is`, () => {
      expect(travels(value)).to.equal(false);
    });
  }
});
