import { expect } from 'chai';
import fc from 'fast-check';
import { DecodeError, decodePayload, type DecodeFormat, JSON_SIZE_LIMIT } from '../../src/sources/decode';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const INVALID = Buffer.from([0x7b, 0xff, 0xfe, 0x00]);

describe('decodePayload', () => {
  const table: [string, unknown, DecodeFormat, unknown][] = [
    ['an object', bytes('{"a": [1, "ä"]}'), 'auto', { a: [1, 'ä'] }],
    ['a number', bytes('21.5'), 'auto', 21.5],
    ['a negative number', bytes(' -3\n'), 'auto', -3],
    ['a JSON string', bytes('"x"'), 'auto', 'x'],
    ['true', bytes('true'), 'auto', true],
    ['null', bytes('null'), 'auto', null],
    ['text', bytes('21.5 °C'), 'auto', '21.5 °C'],
    ['text with a word like JSON', bytes('nothing'), 'auto', 'nothing'],
    ['broken JSON', bytes('{"a": '), 'auto', '{"a": '],
    ['nothing', bytes(''), 'auto', ''],
    ['a replacement character', bytes('"\uFFFD"'), 'auto', '\uFFFD'],
    ['JSON behind a byte order mark', bytes('\uFEFF{"a":1}'), 'auto', { a: 1 }],
    ['JSON behind a byte order mark, as json', bytes('\uFEFF{"a":1}'), 'json', { a: 1 }],
    ['bytes that are no text', INVALID, 'auto', INVALID],
    ['JSON bytes as text', bytes('{"a":1}'), 'text', '{"a":1}'],
    ['JSON bytes as buffer', bytes('{"a":1}'), 'buffer', bytes('{"a":1}')],
    ['a plain Uint8Array', new Uint8Array([0x31, 0x32]), 'auto', 12],
    ['a string', '12', 'auto', '12'],
    ['a string as json', '{"a":12}', 'json', { a: 12 }],
    ['a string as text', '12', 'text', '12'],
    ['a string as buffer', 'ä', 'buffer', bytes('ä')],
    ['a number from a wire', 5, 'json', 5],
    ['a number as text', 5, 'text', '5'],
    ['an object as text', { a: 1 }, 'text', '{"a":1}'],
    ['an object as buffer', { a: 1 }, 'buffer', bytes('{"a":1}')],
    ['no payload as text', undefined, 'text', ''],
    ['no payload', undefined, 'auto', undefined],
  ];
  for (const [name, payload, format, expected] of table) {
    it(`reads ${name} as ${format}`, () => {
      expect(decodePayload(payload, format)).to.deep.equal(expected);
    });
  }

  it('passes objects from wires on as they are', () => {
    const value = { a: 1 };
    expect(decodePayload(value, 'auto')).to.equal(value);
    expect(decodePayload(value, 'json')).to.equal(value);
  });

  it('gives buffers memory of their own', () => {
    const block = Buffer.alloc(1000, 0xff);
    for (const format of ['auto', 'buffer'] as const) {
      const result = decodePayload(block.subarray(10, 20), format) as Buffer;
      expect(Buffer.isBuffer(result)).to.equal(true);
      expect(result.buffer.byteLength).to.equal(10);
      result[0] = 1;
      expect(block[10]).to.equal(0xff);
    }
  });

  it('reads back any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(decodePayload(bytes(text), 'auto')).to.deep.equal(JSON.parse(text));
        expect(decodePayload(text, 'json')).to.deep.equal(JSON.parse(text));
      }),
    );
  });

  it('never throws for small bytes as auto, and never makes text of what is none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (value) => {
        const result = decodePayload(value, 'auto');
        if (Buffer.isBuffer(result)) expect([...result]).to.deep.equal([...value]);
        else if (typeof result === 'string' && value[0] !== 0x22) expect([...bytes(result)]).to.deep.equal([...value]);
      }),
    );
  });

  it('keeps __proto__ as data', () => {
    const value = decodePayload(bytes('{"__proto__": {"polluted": 1}}'), 'auto') as object;
    expect(Object.hasOwn(value, '__proto__')).to.equal(true);
    expect(Object.getPrototypeOf(value)).to.equal(Object.prototype);
    expect('polluted' in value).to.equal(false);
  });

  const failing: [string, unknown, DecodeFormat, string][] = [
    ['text', bytes('warm'), 'json', 'not valid JSON. The payload begins with "warm".'],
    ['no bytes', bytes(''), 'json', 'An empty payload'],
    ['bytes as json', INVALID, 'json', '4 bytes are not UTF-8'],
    ['bytes as text', INVALID, 'text', '4 bytes are not UTF-8'],
    ['a long text', 'x'.repeat(100), 'json', `begins with "${'x'.repeat(40)}".`],
    ['control characters', '\u0000\u0007\nabc', 'json', 'begins with "abc".'],
  ];
  for (const [name, payload, format, text] of failing) {
    it(`refuses ${name} as ${format}`, () => {
      expect(() => decodePayload(payload, format)).to.throw(DecodeError, text);
    });
  }

  it('refuses an object that cannot be written as text', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(() => decodePayload(cycle, 'text')).to.throw(DecodeError, 'cannot be written as text');
  });

  it('reads JSON of 512 levels and refuses one more', () => {
    const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    for (const format of ['auto', 'json'] as const) {
      expect(JSON.stringify(decodePayload(bytes(deep(512)), format))).to.equal(deep(512));
      expect(() => decodePayload(bytes(deep(513)), format)).to.throw(DecodeError, '512 levels');
      expect(() => decodePayload(bytes('{"a":'.repeat(100_000)), format)).to.throw(DecodeError, '512 levels');
    }
    // Brackets in strings, and many of them side by side, are not depth.
    const flat = JSON.stringify(['['.repeat(1000), '\\"['.repeat(600), ...Array.from({ length: 600 }, () => [])]);
    expect(decodePayload(bytes(flat), 'json')).to.deep.equal(JSON.parse(flat));
  });

  it('refuses JSON beyond the limit of size', () => {
    const large = bytes(JSON.stringify({ text: 'x'.repeat(JSON_SIZE_LIMIT) }));
    expect(() => decodePayload(large, 'auto')).to.throw(DecodeError, '1048576');
    expect(() => decodePayload(large, 'json')).to.throw(DecodeError, '1048576');
    expect(decodePayload(large, 'text')).to.equal(large.toString());
    expect(decodePayload(large, 'auto', 2 * JSON_SIZE_LIMIT)).to.deep.equal(JSON.parse(large.toString()));
    expect(() => decodePayload(bytes('[1,2,3]'), 'json', 6)).to.throw(DecodeError, '7 bytes');
    expect(decodePayload(bytes('[1,2,3]'), 'json', 7)).to.deep.equal([1, 2, 3]);
    // A large text that happens to begin like a number stays a text.
    const table = '1;2\n'.repeat(JSON_SIZE_LIMIT / 2);
    expect(decodePayload(bytes(table), 'auto')).to.equal(table);
  });
});
