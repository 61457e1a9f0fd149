import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalJson } from '../../src/plan/canonical';

describe('canonicalJson', () => {
  it('sorts members by name, at every depth, and writes no spaces', () => {
    expect(canonicalJson({ b: [{ z: 1, y: null }], a: 'x' })).to.equal('{"a":"x","b":[{"y":null,"z":1}]}');
  });

  it('sorts by code unit, capitals first, whatever the language', () => {
    expect(canonicalJson({ ä: 1, a: 2, Z: 3 })).to.equal('{"Z":3,"a":2,"ä":1}');
  });

  it('leaves undefined members out and keeps the places of an array', () => {
    expect(canonicalJson({ a: undefined, b: [undefined, 1] })).to.equal('{"b":[null,1]}');
  });

  it('treats __proto__ as a member like any other', () => {
    expect(canonicalJson(JSON.parse('{"__proto__":1,"a":2}'))).to.equal('{"__proto__":1,"a":2}');
  });

  it('refuses what JSON cannot hold', () => {
    for (const value of [NaN, Infinity, 1n, Symbol('s'), () => 1]) {
      expect(() => canonicalJson([value]), typeof value).to.throw(TypeError, 'JSON');
    }
  });

  it('means the same as JSON and does not depend on the order of members', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.parse(JSON.stringify(value)) as unknown;
        expect(JSON.parse(canonicalJson(json))).to.deep.equal(json);
        expect(canonicalJson(reversed(json))).to.equal(canonicalJson(json));
      }),
    );
  });
});

/** The same value with the members of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).reverse().map(([name, member]) => [name, reversed(member)]));
}
