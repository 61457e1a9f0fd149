import { expect } from 'chai';
import fc from 'fast-check';
import { valueOfCanonicalText } from '../../src/operators/canonicalValue';
import { canonicalText } from '../../src/operators/keys';

describe('valueOfCanonicalText', () => {
  it('gives the value back that was written down', () => {
    const plain = fc.anything({ withBigInt: true, withDate: true, withNullPrototype: false });
    fc.assert(fc.property(plain, (value) => {
      const text = canonicalText(value);
      expect(canonicalText(valueOfCanonicalText(text))).to.equal(text);
    }), { numRuns: 500 });
    for (const value of [0, 1e21, 5e-324, -1.5, NaN, -Infinity, 12n, -3n, '', '"\\\n\ud800', true, null, undefined, [], {}, [undefined]]) {
      expect(valueOfCanonicalText(canonicalText(value))).to.deep.equal(value);
    }
    expect(valueOfCanonicalText(canonicalText(new Date(3)))).to.deep.equal(new Date(3));
    expect(valueOfCanonicalText(canonicalText(Buffer.from([0, 255])))).to.deep.equal(Uint8Array.of(0, 255));
  });

  it('makes a property of __proto__', () => {
    const value = valueOfCanonicalText('{"__proto__":1}') as object;
    expect(Object.keys(value)).to.deep.equal(['__proto__']);
    expect(Object.getPrototypeOf(value)).to.equal(Object.prototype);
  });

  it('refuses what is no canonical text, with the place', () => {
    for (const text of ['', '1,', '[1 2]', '{"a"}', 'nul', '"open', 'Date(x)', 'bytes(0', '[', '{"a":1']) {
      expect(() => valueOfCanonicalText(text), text).to.throw(SyntaxError, 'from character');
    }
  });
});
