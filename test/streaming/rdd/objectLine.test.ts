import { expect } from 'chai';
import * as fc from 'fast-check';
import { StreamingError } from '../../../src/streaming';
import { objectLine, recordOfLine } from '../../../src/streaming/rdd/objectLine';

const again = (record: unknown): unknown => recordOfLine(objectLine(record));

describe('objectLine', () => {
  it('is plain JSON where JSON can say it', () => {
    expect(objectLine({ a: [1, 'x', null, true] })).to.equal('{"a":[1,"x",null,true]}');
    expect(objectLine('two\nlines')).to.equal('"two\\nlines"');
  });

  it('brings back what JSON cannot say', () => {
    for (const record of [
      NaN, Infinity, -Infinity, undefined, 12n, -(2n ** 70n), new Date(0), [undefined, [NaN]], { a: undefined },
      new Map<unknown, unknown>([[{ k: 1 }, new Date(3)], [NaN, undefined]]), new Set<unknown>([1, '1', [2]]),
      { $: 'number', value: 'NaN' }, { $: 1 }, { a: { $: { $: undefined } } }, [], {}, '', 'a\u2028b\ud800',
    ]) {
      expect(again(record)).to.deep.equal(record);
    }
    expect(Object.is(again(-0), -0)).to.equal(true);
    expect((again(new Date(NaN)) as Date).getTime()).to.be.NaN;
  });

  it('brings bytes back in their own kind, without the memory around them', () => {
    const bytes = new Uint8Array([1, 2, 3, 255]);
    expect(again(bytes)).to.deep.equal(bytes);
    expect(Buffer.isBuffer(again(bytes))).to.equal(false);
    const part = Buffer.from('hello world').subarray(6);
    expect(Buffer.isBuffer(again(part))).to.equal(true);
    expect(String(again(part))).to.equal('world');
  });

  it('takes __proto__ for a name like any other', () => {
    const record: unknown = JSON.parse('{"__proto__":{"polluted":true},"a":{"__proto__":1}}');
    const found = again(record) as object;
    expect(Object.keys(found)).to.deep.equal(['__proto__', 'a']);
    expect(Object.getPrototypeOf(found)).to.equal(Object.prototype);
    expect('polluted' in found).to.equal(false);
  });

  it('takes a hole in an array for undefined', () => {
    expect(again(Array(2))).to.deep.equal([undefined, undefined]);
  });

  it('refuses what it could not bring back, and says where it is', () => {
    class Reading {
      celsius = 20;
    }
    for (const [record, text] of [
      [() => 1, 'The record is a function'], [{ a: [0, Symbol('s')] }, "The record's a.1 is a symbol"],
      [[new Reading()], "The record's 0 is an instance of Reading"], [/x/u, 'an instance of RegExp'],
    ] as const) {
      expect(() => objectLine(record)).to.throw(StreamingError, text);
    }
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => objectLine(circle)).to.throw(StreamingError, 'contains itself');
  });

  it('refuses lines that it does not write', () => {
    for (const line of ['', '{', '{"$":"Function","value":"x"}', '{"$":"bigint","value":"x"}']) {
      expect(() => recordOfLine(line), line).to.throw(StreamingError, 'not a line of an object file');
    }
  });

  it('brings back anything', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withSparseArray: false }), (record) => {
        const line = objectLine(record);
        expect(line).to.not.include('\n');
        // A line says all there is to say of its record.
        expect(objectLine(recordOfLine(line))).to.equal(line);
      }),
    );
  });
});
