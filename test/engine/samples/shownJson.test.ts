import { expect } from 'chai';
import fc from 'fast-check';
import { beginningOf, shownJson } from '../../../src/engine/samples/shownJson';

const all = (value: unknown): unknown => {
  const { text, isWhole } = shownJson(value, 10_000);
  expect(isWhole).to.equal(true);
  return JSON.parse(text);
};

describe('shownJson', () => {
  it('is JSON.stringify for whatever JSON can say', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      const { text, isWhole } = shownJson(value, 1e6);
      // JSON has no negative zero, and says 0.
      expect([text, isWhole]).to.deep.equal([JSON.stringify(value), true]);
    }));
  });

  it('has a text for what JSON has no words for', () => {
    expect(all([Number.NaN, -Infinity, 12n, () => 1, Symbol('s'), undefined])).to.deep.equal(
      ['NaN', '-Infinity', '12', '[function]', 'Symbol(s)', null],
    );
    expect(all({ gone: undefined, stays: null })).to.deep.equal({ stays: null });
    expect(all([new Date(0), new Date(Number.NaN)])).to.deep.equal(['1970-01-01T00:00:00.000Z', 'Invalid Date']);
    expect(all(Buffer.from('hi'))).to.deep.equal({ type: 'Buffer', data: [104, 105] });
    expect(all(new Float64Array([1.5, Number.NaN]))).to.deep.equal([1.5, 'NaN']);
    expect(all(new DataView(new Uint8Array([1, 2, 3]).buffer, 1))).to.deep.equal([2, 3]);
    expect(all([new Set([1, 'a']), new Map<unknown, unknown>([[1, 'a'], [{}, 'b']])])).to.deep.equal([[1, 'a'], { 1: 'a', '[object]': 'b' }]);
    expect(all(Object.assign(new TypeError('no'), { code: 'E' }))).to.deep.equal({ message: 'no', code: 'E' });
    expect(shownJson(undefined, 100)).to.deep.equal({ text: 'null', isWhole: true });
  });

  it('ends where a value contains itself, and shows a part that is only shared', () => {
    const part = { n: 1 };
    const value: Record<string, unknown> = { one: part, two: part };
    value['self'] = [value];
    expect(all(value)).to.deep.equal({ one: { n: 1 }, two: { n: 1 }, self: ['[circular]'] });
  });

  it('does not go deeper than anybody looks', () => {
    let value: unknown = 'bottom';
    for (let depth = 0; depth < 100_000; depth++) value = [value];
    const { text } = shownJson(value, 10_000);
    expect(text).to.equal(`${'['.repeat(64)}"[array]"${']'.repeat(64)}`);
  });

  it('runs no code of the value', () => {
    let calls = 0;
    const call = (): never => {
      calls++;
      throw new Error('called');
    };
    const array = [1];
    Object.defineProperty(array, Symbol.iterator, { value: call });
    const value = {
      get computed(): unknown {
        return call();
      },
      toJSON: call,
      array,
      set: Object.defineProperty(new Set([1]), Symbol.iterator, { value: call }),
      proxy: new Proxy({}, { get: call, ownKeys: call, getPrototypeOf: call }),
      date: Object.assign(new Date(0), { toISOString: call, getTime: call }),
      bytes: Object.defineProperty(Buffer.from('a'), 'subarray', { value: call }),
    };
    expect(all(value)).to.deep.equal({
      computed: '[getter]', toJSON: '[function]', array: [1], set: [1], proxy: '[proxy]', date: '1970-01-01T00:00:00.000Z',
      bytes: { type: 'Buffer', data: [97] },
    });
    expect(calls).to.equal(0);
  });

  it('keeps a member called __proto__ a member', () => {
    expect(shownJson(JSON.parse('{"__proto__":{"evil":1}}'), 100).text).to.equal('{"__proto__":{"evil":1}}');
  });

  it('has the beginning of what is too large, never more bytes than allowed, and says so', () => {
    fc.assert(fc.property(fc.jsonValue(), fc.nat(200), (value, bytes) => {
      const whole = JSON.stringify(value);
      const { text, isWhole } = shownJson(value, bytes);
      expect(isWhole).to.equal(Buffer.byteLength(whole) <= bytes);
      expect(Buffer.byteLength(text)).to.be.at.most(bytes);
      if (isWhole) expect(text).to.equal(whole);
    }));
    expect(shownJson([1, 22, 333, 4444], 10)).to.deep.equal({ text: '[1,22,333,', isWhole: false });
  });

  it('takes no time for what it does not show', () => {
    const numbers = new Array<number>(1e6).fill(1);
    const begun = process.hrtime.bigint();
    for (let times = 0; times < 100; times++) shownJson({ numbers, text: 'x'.repeat(1e6), bytes: Buffer.alloc(1e6) }, 100);
    // Showing all of it takes some seconds.
    expect(Number(process.hrtime.bigint() - begun) / 1e6).to.be.below(1000);
  });
});

describe('beginningOf', () => {
  it('cuts between characters', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((bytes) => beginningOf('aé😀', bytes))).to.deep.equal(['', 'a', 'a', 'aé', 'aé', 'aé', 'aé', 'aé😀']);
  });
});
