import { expect } from 'chai';
import fc from 'fast-check';
import { createContext, runInContext } from 'node:vm';
import { COPY_DEPTH_LIMIT, copyValue } from '../../src/expressions/copy';

/** Every object that can be reached from a value. */
function objectsIn(value: unknown, found = new Set<unknown>()): Set<unknown> {
  if (typeof value !== 'object' || value === null || found.has(value)) return found;
  found.add(value);
  for (const item of value instanceof Map ? [...value.entries()].flat() : value instanceof Set ? value : Object.values(value)) {
    objectsIn(item, found);
  }
  return found;
}

/**
 * Whether two values without cycles are the same all the way down, in the same order. Not chai's own comparison: it sorts the
 * entries of maps by their texts, and an object may have none; nor Node's, for which a date that is none differs from itself.
 */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) return Object.is(one, other);
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
  if (one instanceof Date && other instanceof Date) return Object.is(one.getTime(), other.getTime());
  const [first, second] = [partsOf(one), partsOf(other)];
  return first.length === second.length && first.every((part, index) => isSame(part, second[index]));
}

function partsOf(value: object): unknown[] {
  if (value instanceof Set) return [...(value as ReadonlySet<unknown>)];
  if (value instanceof Map) {
    const map = value as ReadonlyMap<unknown, unknown>;
    return [...map.keys(), ...map.values()];
  }
  return [...Object.keys(value), ...Object.values(value as Record<string, unknown>), Array.isArray(value) ? value.length : 0];
}

function nested(levels: number): unknown {
  let value: unknown = {};
  for (let level = 1; level < levels; level++) value = level % 2 === 0 ? [value] : { value };
  return value;
}

const everything = { withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true };

describe('copyValue', () => {
  it('gives an equal value that shares no object', () => {
    fc.assert(
      fc.property(fc.anything(everything), (value) => {
        const copy = copyValue(value);
        expect(isSame(copy, value)).to.equal(true);
        const originals = objectsIn(value);
        for (const object of objectsIn(copy)) expect(originals.has(object)).to.equal(false);
      }),
    );
  });

  it('keeps Buffers, dates, maps, sets and instances what they are', () => {
    class Reading {
      value = { x: 1 };
      twice(): number {
        return this.value.x * 2;
      }
    }
    const original = {
      bytes: Buffer.from('abc'),
      date: new Date(5),
      map: new Map([[{ a: 1 }, [1]]]),
      set: new Set([[1]]),
      reading: new Reading(),
      expression: /a/g,
      error: new TypeError('wrong'),
    };
    const copy = copyValue(original);
    expect(Buffer.isBuffer(copy.bytes)).to.equal(true);
    expect(copy.date).to.be.instanceOf(Date);
    copy.bytes[0] = 0;
    copy.date.setTime(9);
    copy.reading.value.x = 7;
    expect(original.bytes.toString()).to.equal('abc');
    expect(original.date.getTime()).to.equal(5);
    expect(original.reading.value.x).to.equal(1);
    expect(copy.reading.twice()).to.equal(14);
    expect([...copy.map.values()]).to.deep.equal([[1]]);
    expect(copy.expression).to.not.equal(original.expression);
    expect(copy.error.message).to.equal('wrong');
  });

  it('does not let an own __proto__ become a prototype', () => {
    const original = JSON.parse('{"a": {"__proto__": {"polluted": true}, "constructor": {"x": 1}}}') as { a: object };
    const copy = copyValue(original);
    expect(Object.getPrototypeOf(copy.a)).to.equal(Object.prototype);
    expect(Object.hasOwn(copy.a, '__proto__')).to.equal(true);
    expect(JSON.stringify(copy)).to.equal(JSON.stringify(original));
    expect('polluted' in copy.a).to.equal(false);
    const inner = Object.getOwnPropertyDescriptor(copy.a, '__proto__')?.value as unknown;
    expect(inner).to.not.equal(Object.getOwnPropertyDescriptor(original.a, '__proto__')?.value);
  });

  it('keeps an own __proto__ in instances and in objects without a prototype', () => {
    for (const prototype of [Object.create({ lent: 1 }) as object, null]) {
      const original = Object.create(prototype) as object;
      Object.defineProperty(original, '__proto__', { value: { polluted: true }, enumerable: true });
      const copy = copyValue(original);
      expect(Object.getPrototypeOf(copy)).to.equal(prototype);
      expect(Object.getOwnPropertyDescriptor(copy, '__proto__')?.value).to.deep.equal({ polluted: true });
      expect('polluted' in copy).to.equal(false);
    }
  });

  it('copies objects of another context, as function nodes make them', () => {
    const foreign = runInContext('({list: [{x: 1}], date: new Date(3), map: new Map([[1, 2]])})', createContext({})) as {
      list: { x: number }[];
      date: Date;
      map: Map<number, number>;
    };
    const copy = copyValue(foreign);
    copy.list[0]!.x = 5;
    copy.date.setTime(8);
    expect(foreign.list[0]?.x).to.equal(1);
    expect(foreign.date.getTime()).to.equal(3);
    expect(copy.list).to.be.instanceOf(Array);
    expect(copy.map.get(1)).to.equal(2);
  });

  it('keeps cycles', () => {
    const original: { self?: unknown; list: unknown[] } = { list: [] };
    original.self = original;
    original.list.push(original.list, original);
    const copy = copyValue(original);
    expect(copy).to.not.equal(original);
    expect(copy.self).to.equal(copy);
    expect(copy.list[0]).to.equal(copy.list);
    expect(copy.list[1]).to.equal(copy);
  });

  it('is not brought down by an object that is shared many times at every level', () => {
    let value: unknown[] = [1];
    for (let level = 0; level < 14; level++) value = [value, value, value, value, value, value, value, value];
    const copy = copyValue(value);
    expect(copy[0]).to.equal(copy[7]);
  });

  it(`copies ${String(COPY_DEPTH_LIMIT)} levels and refuses one more`, () => {
    expect(copyValue(nested(512))).to.deep.equal(nested(512));
    expect(() => copyValue(nested(513))).to.throw(RangeError, '512 levels');
    expect(() => copyValue(nested(100_000))).to.throw(RangeError, '512 levels');
  });

  it('shares primitives and functions', () => {
    const action = (): void => undefined;
    for (const value of [undefined, null, 1, 'a', true, 5n, Symbol.iterator, action]) expect(copyValue(value)).to.equal(value);
    expect(copyValue({ action }).action).to.equal(action);
  });
});
