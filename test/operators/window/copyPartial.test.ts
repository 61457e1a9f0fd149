import { expect } from 'chai';
import fc from 'fast-check';
import { copyPartial } from '../../../src/operators/window/copyPartial';

/** Every object reachable from the value. */
function objectsIn(value: unknown, found = new Set<unknown>()): Set<unknown> {
  if (typeof value === 'object' && value !== null) {
    found.add(value);
    for (const inner of Object.values(value)) objectsIn(inner, found);
  }
  return found;
}

describe('copyPartial', () => {
  it('gives simple values back', () => {
    for (const value of [1, NaN, 'text', null, undefined, true, 3n]) expect(Object.is(copyPartial(value), value)).to.equal(true);
  });

  it('copies plain data all the way down and shares nothing', () => {
    fc.assert(fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withDate: true }), (value) => {
      const copy = copyPartial(value);
      expect(copy).to.deep.equal(value);
      const originals = objectsIn(value);
      for (const object of objectsIn(copy)) expect(originals.has(object)).to.equal(false);
    }));
  });

  it('copies bytes and typed arrays, also of a Buffer, without their pool', () => {
    const buffer = Buffer.from('abc');
    const numbers = new Float64Array([1, 2]);
    const view = new DataView(new Uint8Array([1, 2, 3]).buffer, 1);
    const copy = copyPartial({ buffer, numbers, view });
    buffer[0] = 0;
    numbers[0] = 0;
    view.setUint8(0, 0);
    expect([...copy.buffer]).to.deep.equal([97, 98, 99]);
    expect(copy.numbers).to.deep.equal(new Float64Array([1, 2]));
    expect(copy.view.getUint8(0)).to.equal(2);
    expect(copy.view.byteLength).to.equal(2);
  });

  it('treats __proto__ as a property like any other', () => {
    const copy: unknown = copyPartial(JSON.parse('{"__proto__":{"polluted":1},"constructor":2}'));
    expect(Object.keys(copy as object)).to.deep.equal(['__proto__', 'constructor']);
    expect((copy as { polluted?: unknown }).polluted).to.equal(undefined);
  });

  it('shares what is not plain data', () => {
    class Sketch {
      readonly width = 4;
    }
    const sketch = new Sketch();
    expect(copyPartial({ sketch }).sketch).to.equal(sketch);
  });

  it('refuses data that contains itself', () => {
    const cycle: unknown[] = [];
    cycle.push({ cycle });
    expect(() => copyPartial(cycle)).to.throw(RangeError, '512 levels');
  });
});
