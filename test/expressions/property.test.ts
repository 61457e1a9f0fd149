import { expect } from 'chai';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { ExpressionError } from '../../src/expressions/ExpressionError';
import { compileProperty } from '../../src/expressions/property';

interface NodeRedUtil {
  util: { getMessageProperty(message: unknown, property: string): unknown };
}
const { util } = createRequire(__filename)('@node-red/util') as NodeRedUtil;

const record = {
  topic: 'a/b',
  key: 'k',
  payload: {
    value: 21.5,
    zero: 0,
    nothing: null,
    list: [{ d: 'deep' }, 2],
    0: 'digit',
    'a/b': 'by topic',
    'b c': { 'x.y': 7 },
    text: 'hello',
    bytes: Buffer.from([1, 2, 3]),
  },
};

describe('compileProperty', () => {
  const table: [string, unknown][] = [
    ['topic', 'a/b'],
    ['payload.value', 21.5],
    ['msg.payload.value', 21.5],
    ['msg["payload"].value', 21.5],
    ['payload.zero', 0],
    ['payload.nothing', null],
    ['payload.nothing.further', undefined],
    ['payload.list[0].d', 'deep'],
    ['payload.list.0.d', 'deep'],
    ['payload.list[1]', 2],
    ['payload.list.length', 2],
    ['payload.text.length', 5],
    ['payload.text[1]', 'e'],
    ['payload.bytes.length', 3],
    ['payload.bytes[2]', 3],
    ['payload["b c"]["x.y"]', 7],
    ["payload['b c']['x.y']", 7],
    ['payload[0]', 'digit'],
    ['payload[msg.topic]', 'by topic'],
    ['payload[msg.missing]', undefined],
    ['payload.missing.a.b.c', undefined],
    ['payload.value.toFixed', undefined],
    ['payload.constructor', undefined],
    ['constructor.prototype', undefined],
    ['payload.__proto__', undefined],
    ['payload.list.push', undefined],
    ['payload.text.trim', undefined],
  ];
  for (const [path, expected] of table) {
    it(`${path} is ${String(expected)}`, () => {
      expect(compileProperty(path)(record)).to.equal(expected);
    });
  }

  it('reads what Node-RED reads', () => {
    const name = fc.constantFrom('payload', 'value', 'list', '0', 'd', 'topic', 'missing', 'b_c', '$x');
    const first = fc.constantFrom('payload', 'topic', 'key', 'missing');
    const rest = fc.oneof(
      name.map((one) => `.${one}`),
      fc.nat(3).map((index) => `[${String(index)}]`),
      fc.constantFrom('["b c"]', "['x.y']", '["a/b"]', '[msg.topic]'),
    );
    fc.assert(
      fc.property(first, fc.array(rest, { maxLength: 5 }), (start, steps) => {
        const path = start + steps.join('');
        let expected: unknown;
        try {
          expected = util.getMessageProperty(record, path);
        } catch (error) {
          // Node-RED throws where a step on the way is missing.
          expect(error).to.be.instanceOf(TypeError);
        }
        expect(compileProperty(path)(record)).to.equal(expected);
      }),
    );
  });

  it('takes __proto__ and constructor as data where they are data', () => {
    const data = JSON.parse('{"payload": {"__proto__": {"x": 1}, "constructor": 2}}') as unknown;
    expect(compileProperty('payload.__proto__.x')(data)).to.equal(1);
    expect(compileProperty('payload.constructor')(data)).to.equal(2);
  });

  it('gives undefined for anything that is no record', () => {
    for (const value of [undefined, null, 1, 'text', true, []]) {
      expect(compileProperty('payload.a.b.c.d')(value)).to.equal(undefined);
    }
  });

  const malformed: [string, number][] = [
    ['', 1],
    ['.a', 1],
    ['a.', 3],
    ['msg.', 5],
    ['a..b', 3],
    ['a b', 2],
    ['a[', 2],
    ['a[]', 3],
    ['a[b]', 3],
    ['a["b]', 2],
    ['a["b"', 2],
    ['a[""]', 3],
    ['a["b"x]', 6],
    ['a]', 2],
    ['[0]', 1],
    ['a[0]b', 5],
    ["a'b'", 2],
  ];
  for (const [path, column] of malformed) {
    it(`refuses ${JSON.stringify(path)} at column ${String(column)}`, () => {
      try {
        compileProperty(path);
      } catch (error) {
        expect(error).to.be.instanceOf(ExpressionError);
        expect((error as ExpressionError).column).to.equal(column);
        expect((error as ExpressionError).message).to.contain(`position ${String(column - 1)}`);
        return;
      }
      expect.fail('it was accepted');
    });
  }
});
