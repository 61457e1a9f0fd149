import { expect } from 'chai';
import fc from 'fast-check';
import { ByteWriter } from '../../src/durability/ByteWriter';
import { decode, encode } from '../../src/durability/encoding';
import { swapped } from '../../src/durability/endianness';
import { inspect, isDeepStrictEqual } from 'node:util';

const roundTrip = (value: unknown): unknown => decode(encode(value));

describe('encoding', () => {
  it('keeps everything that plain data can be', () => {
    const values: unknown[] = [
      null, undefined, true, false, 0, -0, 1, -1, 127, 128, -129, 2 ** 31, 2 ** 53 - 1, -(2 ** 53 - 1), 2 ** 53, 2 ** 60, 0.1, NaN,
      Infinity, -Infinity, Number.MIN_VALUE, '', 'a', 'ä€𝄞', '\0', '\ud800', 'a\udc00b', 0n, -1n, 12345678901234567890n, -(2n ** 100n),
      new Date(0), new Date(-1), Buffer.from([0, 255]), Buffer.alloc(0), new Uint8Array([1, 2]),
      new Uint8ClampedArray([255]), new Int8Array([-1]), new Uint16Array([65535]), new Int16Array([-2]), new Uint32Array([2 ** 32 - 1]),
      new Int32Array([-3]), new Float32Array([0.5, NaN]), new Float64Array([0.1, -0, Infinity]), new BigUint64Array([2n ** 64n - 1n]),
      new BigInt64Array([-5n]), new Uint8Array([1, 2, 3]).buffer, [], [1, [2, [3]]], {}, { a: 1, b: { a: 2 } },
      Object.assign(Object.create(null), { x: 1 }), new Map<unknown, unknown>([[1, 'a'], ['1', 'b'], [NaN, 'c'], [null, 'd']]),
      new Map([[new Map([[{ a: 1 }, 2]]), [1]]]), new Set<unknown>([1, '1', undefined, -0, { a: [] }]), { undefined },
    ];
    for (const value of values) {
      const back = roundTrip(value);
      expect(isDeepStrictEqual(back, value), inspect(value)).to.be.true;
      if (value !== null && value !== undefined) {
        expect(Object.getPrototypeOf(back), inspect(value)).to.equal(Object.getPrototypeOf(value));
      }
    }
  });

  it('keeps a date that is none', () => {
    expect((roundTrip(new Date(NaN)) as Date).getTime()).to.be.NaN;
  });

  it('keeps any plain data', () => {
    const any = fc.anything({
      withBigInt: true, withMap: true, withSet: true, withNullPrototype: true, withTypedArray: true,
      key: fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', '$')),
      values: [fc.string({ unit: 'binary' }), fc.double(), fc.integer(), fc.maxSafeInteger(), fc.boolean(), fc.constantFrom(null, undefined),
        fc.date({ noInvalidDate: true })],
    });
    fc.assert(fc.property(any, (value) => isDeepStrictEqual(roundTrip(value), value)), { numRuns: 1000 });
    expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
  });

  it('keeps names that mean something to JavaScript as plain data', () => {
    const value = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2, "a": {"__proto__": 3}}') as object;
    const back = roundTrip(value) as Readonly<Record<string, unknown>>;
    expect(Object.getOwnPropertyNames(back)).to.deep.equal(['__proto__', 'constructor', 'a']);
    expect(Object.getPrototypeOf(back)).to.equal(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
  });

  it('gives memory of its own', () => {
    const bytes = encode({ buffer: Buffer.from('abc'), array: new Uint8Array([1]), floats: new Float64Array([2]) });
    const value = decode(bytes) as { buffer: Buffer; array: Uint8Array; floats: Float64Array };
    bytes.fill(0);
    expect(value.buffer.toString()).to.equal('abc');
    expect([...value.array, ...value.floats]).to.deep.equal([1, 2]);
  });

  it('names the properties of many objects of one shape once', () => {
    const one = encode([{ temperature: 1, humidity: 2 }]).length;
    const hundred = encode(Array.from({ length: 100 }, () => ({ temperature: 1, humidity: 2 }))).length;
    expect(hundred - one).to.equal(99 * 8);
  });

  it('refuses what is not plain data, and says where it is', () => {
    class Sensor {
      readonly value = 1;
    }
    expect(() => encode({ list: [1, { call: () => 1 }] })).to.throw('What is at list.1.call is a function, which cannot be kept');
    expect(() => encode(new Map([['a', new Sensor()]]))).to.throw('What is at a is an instance of Sensor');
    expect(() => encode(new Map([[{ a: Symbol('x') }, 1]]))).to.throw('What is at (key).a is a symbol');
    expect(() => encode(new Error('x'))).to.throw('The value is an instance of Error');
    expect(() => encode(/x/)).to.throw('The value is an instance of RegExp');
    expect(() => encode(new DataView(new ArrayBuffer(1)))).to.throw('The value is an instance of DataView');
  });

  it('goes 512 levels deep and no further', () => {
    const nested = (depth: number): unknown => {
      let value: unknown = 1;
      for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { inner: value };
      return value;
    };
    expect(isDeepStrictEqual(roundTrip(nested(512)), nested(512))).to.be.true;
    expect(() => encode(nested(513))).to.throw('nested 512 levels deep');
    const round: unknown[] = [];
    round.push(round);
    expect(() => encode(round)).to.throw('contains itself');
    const bytes = Buffer.concat([Buffer.from([1]), Buffer.alloc(2000, Buffer.from([12, 1])), Buffer.from([0])]);
    expect(() => decode(bytes)).to.throw('nested more than 512 levels deep');
  });

  it('reads no bytes that it did not write, and makes nothing as large as they say', () => {
    const text = new ByteWriter();
    text.byte(1);
    text.byte(12);
    text.count(2 ** 50);
    for (const [bytes, message] of [
      [Buffer.from([]), '1 bytes are announced, and only 0 follow'],
      [Buffer.from([2, 0]), 'format 2 is announced'],
      [Buffer.from([1, 99]), 'no kind of value with number 99'],
      [Buffer.from([1, 0, 0]), '1 bytes are left over'],
      [text.finish(), 'things are announced, and only 0 bytes follow'],
      [Buffer.from([1, 13, 1, 5, 0]), 'no name with number 5 yet'],
      [Buffer.from([1, 9, 1, 0x2d]), 'a bigint has no digits'],
      [Buffer.from([1, 17, 9, 3, 0, 0, 0]), '3 bytes are announced for a BigUint64Array'],
    ] as const) {
      expect(() => decode(bytes), message).to.throw(message);
    }
  });

  it('survives any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        decode(Buffer.concat([Buffer.from([1]), bytes]));
      } catch (thrown) {
        expect((thrown as Error).name).to.equal('DecodingError');
      }
    }), { numRuns: 3000 });
  });

  it('has typed arrays in one order of bytes in files', () => {
    expect([...swapped(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]), 4)]).to.deep.equal([4, 3, 2, 1, 8, 7, 6, 5]);
  });

  it('writes format 1 as it always did', () => {
    const value = { n: [0, -1, 300, 0.5, null, undefined, true, false], t: 'ä', b: 255n, d: new Date(1), u: Buffer.from([7]), n2: new Map([[1, new Set(['n'])]]) };
    expect(encode(value).toString('hex')).to.equal(GOLDEN);
    expect(isDeepStrictEqual(decode(Buffer.from(GOLDEN, 'hex')), value)).to.be.true;
  });
});

/** What this version wrote when the format was made: it must be read, and written, for ever. */
const GOLDEN =
  '010d060007016e0c080400050004ac0206000000000000e03f00010302000701740702c3a40007016209026666000701640a000000000000f03f000701750b0107' +
  '0007026e320f010401100107016e';
