import { expect } from 'chai';
import type { JSONataError } from '../../../src/expressions/jsonata/JSONataError';
import type { CompiledExpression } from '../../../src/expressions/jsonata/compileJSONata';
import { compile, evaluate, interpret } from './interpreter';

const record = {
  payload: {
    n: 5, zero: 0, text: 'hello', empty: [], one: [7], few: [1, 2, 3], nested: [[1, 2], [3]], nothing: undefined, none: null,
    items: [{ x: 1, tags: ['a'] }, { x: 2, tags: ['b', 'c'] }, { y: 9 }],
    'a b': true, third: 1 / 3, infinite: Infinity,
  },
  topic: 'a/b', key: 'k', time: 1_000,
};

function compiled(source: string): CompiledExpression {
  const result = compile(source);
  if (typeof result === 'string') throw new Error(`${source} is left to the interpreter: ${result}`);
  return result;
}

function failure(source: string): JSONataError {
  try {
    compiled(source).evaluate(record);
  } catch (error) {
    return error as JSONataError;
  }
  return expect.fail(`${source} gave a value`);
}

describe('compileJSONata', () => {
  const values: readonly (readonly [source: string, value: unknown])[] = [
    // Arithmetic
    ['payload.n * 2 + 1', 11],
    ['payload.n - -1', 6],
    ['payload.missing + 1', undefined],
    ['-payload.zero', -0],
    ['payload.n / payload.zero', Infinity],
    // Comparisons, truth
    ['payload.n > 4 and topic = "a/b"', true],
    ['payload.text < "i"', true],
    ['payload.missing > 1', undefined],
    ['payload.missing != 1', false],
    ['payload.few = [1, 2, 3]', true],
    ['payload.none = null', true],
    ['2 in payload.few', true],
    ['payload.empty ? 1 : 2', 2],
    ['payload.zero or [0, 1]', true],
    ['payload.missing ? 1', undefined],
    ['payload.missing ?? payload.zero', 0],
    ['payload.zero ?: 3', 3],
    // Texts
    ['payload.n & payload.missing & true', '5true'],
    ['"" & payload.third', '0.333333333333333'],
    ['$string(0.1 + 0.2)', '0.3'],
    ['"" & {"a": [1e21, null]}', '{"a":[1e+21,null]}'],
    // Paths: one thing found stands for itself
    ['payload.items.x', [1, 2]],
    ['payload.items.y', 9],
    ['payload.items.tags', ['a', 'b', 'c']],
    ['payload.one', [7]],
    ['payload.one.($ + 1)', 8],
    ['payload.empty', []],
    ['payload.empty.x', undefined],
    ['payload.nested', [[1, 2], [3]]],
    ['payload.`a b`', true],
    ['payload.items.z', undefined],
    // Indexes and tests
    ['payload.few[0]', 1],
    ['payload.few[-1]', 3],
    ['payload.few[1.9]', 2],
    ['payload.few[9]', undefined],
    ['payload.n[0]', 5],
    ['payload.items[x > 1].tags', ['b', 'c']],
    // A test that gives a number is an index: x is 1 in the first and 2 in the second item, and neither is there.
    ['payload.items[x]', undefined],
    ['payload.items[x > 0][0].x', 1],
    ['payload.few[$ > 2]', 3],
    ['payload.few[[0, 2]]', [1, 3]],
    ['$split(topic, "/")[1]', 'b'],
    // Arrays and objects
    ['[payload.few, payload.missing, [payload.one]]', [1, 2, 3, [7]]],
    ['[1..3]', [1, 2, 3]],
    ['[3..1]', []],
    ['{"a": payload.n, "b": payload.missing}', { a: 5 }],
    ['payload.items.{"x": x, "n": $count(tags)}', [{ x: 1, n: 1 }, { x: 2, n: 2 }, { n: 0 }]],
    ['{topic: payload.n}', { 'a/b': 5 }],
    ['payload.nested.{"sum": $sum($)}', [{ sum: 3 }, { sum: 3 }]],
    ['payload.nested.{"type": $type($)}', [{ type: 'array' }, { type: 'number' }]],
    // Blocks
    ['($a := payload.n; $b := $a * 2; $a := 1; [$a, $b])', [1, 10]],
    ['payload.items.($v := x; tags[$ != "b"] & $v)', ['a1', 'c2', '']],
    ['()', undefined],
    // Functions
    ['$sum(payload.items.x) & "|" & $max(payload.few) & "|" & $average(payload.few)', '3|3|2'],
    ['$round(2.5) & $round(3.5) & $round(-2.345, 2)', '24-2.34'],
    ['$substring("äöü", 1, 1) & $substringBefore("a=b", "=") & $substringAfter("a=b", "=")', 'öab'],
    ['payload.text.$substring(1, 2)', 'el'],
    ['payload.few ~> $sum', 6],
    ['$number("0x1F") + $number(true)', 32],
    ['$keys(payload.items)', ['x', 'tags', 'y']],
    ['$keys({"a": 1})', 'a'],
    ['$merge([{"a": 1}, {"a": 2, "b": 3}])', { a: 2, b: 3 }],
    ['$lookup(payload.items, "x")', [1, 2]],
    ['$join($split(topic, ""), "-")', 'a-/-b'],
    // msg
    ['msg.payload.n', 5],
    ['msg.payload.n + payload.n', undefined],
  ];
  for (const [source, value] of values) {
    it(`${source} is ${JSON.stringify(value)}, as the interpreter has it`, async () => {
      const outcome = evaluate(compiled(source), record);
      expect(outcome).to.deep.equal(await interpret(source, record));
      expect(compiled(source).evaluate(record)).to.deep.equal(value);
    });
  }

  const errors: readonly (readonly [source: string, code: string, position: number])[] = [
    ['payload.text + 1', 'T2001', 14],
    ['1 + payload.text', 'T2002', 3],
    ['payload.infinite + 1', 'D1001', 18],
    ['-payload.text', 'D1002', 1],
    ['payload.n < payload.text', 'T2009', 11],
    ['payload.few < 1', 'T2010', 13],
    ['$string(payload.infinite)', 'D3001', 8],
    ['[1..2.5]', 'T2004', 4],
    ['[1..1e9]', 'D2014', 4],
    ['$uppercase(payload.n)', 'T0410', 11],
    ['$sum(payload.text)', 'T0412', 5],
    ['$sqrt(-1)', 'D3060', 6],
    ['$power(0, -1)', 'D3061', 7],
    ['$number(payload.text)', 'D3030', 8],
    ['{payload.n: 1}', 'T1003', 1],
    ['{topic: 1, "a" & "/b": 2}', 'D1009', 1],
  ];
  for (const [source, code, position] of errors) {
    it(`${source} fails with ${code}, where and as it does in the interpreter`, async () => {
      const error = failure(source);
      expect([error.code, error.position]).to.deep.equal([code, position]);
      expect(error.message).to.match(/^.{10,}\.$/);
      expect(await interpret(source, record)).to.deep.equal({ code });
    });
  }

  const reasons: readonly (readonly [source: string, because: string])[] = [
    ['$map(payload, function($v) { $v })', '$map()'],
    ['payload.items[]', '[] behind a value'],
    ['payload.items{tags: x}', 'grouping: {...} behind a value'],
    ['payload.items^(x)', '^(...)'],
    ['payload.*', '*'],
    ['**.x', '**'],
    ['payload.items.tags.%.x', '%'],
    ['payload.items@$i.x', '@'],
    ['payload.items#$i.x', '#'],
    ['$contains(topic, /a/)', 'a regular expression'],
    ['$ ~> |payload|{"a": 1}|', '|...|...|'],
    ['$now()', '$now()'],
    ['$env("A")', '$env()'],
    ['$uppercase()', '$uppercase() with 0 arguments'],
    ['payload.constructor', 'the name constructor'],
    ['payload.toString', 'the name toString'],
    ['{"__proto__": 1}', 'the names of an object'],
    ['{"a": 1, "a": 2}', 'the names of an object'],
    ['$x := 1', ':= outside of a block'],
    ['payload.go()', 'a function of its own'],
    ['($sum := 1; $sum(payload))', 'a function of its own'],
    ['$toString(1)', '$toString()'],
    ['payload.few[0][$ > 1]', 'a test behind an index'],
    [Array.from({ length: 200 }, () => '1').join('+'), 'a very large expression'],
    [`${'('.repeat(200)}1${')'.repeat(200)}`, 'a very large expression'],
    [`[${Array.from({ length: 3_000 }, () => '1').join()}]`, 'a very large expression'],
  ];
  for (const [source, because] of reasons) {
    it(`leaves ${source.slice(0, 40)} to the interpreter: ${because}`, () => {
      expect(compile(source)).to.equal(because);
    });
  }

  it('says whether the record itself may be in the value', () => {
    for (const source of ['payload', 'msg.payload', '$.payload.n', '$$.topic', '{"p": payload}']) {
      expect(compiled(source).givesRecord, source).to.equal(false);
    }
    for (const source of ['$', '$$', 'msg', '{"all": $}', '[msg]', '$string($$)', '($r := $; $r.topic)']) {
      expect(compiled(source).givesRecord, source).to.equal(true);
    }
  });

  describe('with hostile texts and data', () => {
    it('keeps texts of the expression texts', () => {
      for (const text of ['"); throw 1; ("', "'; process.exit(1); '", '${payload}', '\u2028', '`', '\\']) {
        expect(compiled(JSON.stringify(text)).evaluate(record)).to.equal(text);
        expect(compiled(`{${JSON.stringify(text)}: 1}`).evaluate(record)).to.deep.equal({ [text]: 1 });
        expect(compiled(`payload.${JSON.stringify(text)}`).evaluate({ payload: { [text]: 2 } })).to.equal(2);
      }
    });

    it('never reaches what objects have by birth', () => {
      const hostile = { payload: JSON.parse('{"__proto__": {"polluted": 1}, "name": "__proto__", "names": ["constructor", "toString"]}') as unknown };
      expect(compiled('payload.polluted').evaluate(hostile)).to.equal(undefined);
      for (const name of ['__proto__', 'constructor', 'prototype', 'toString', '__defineGetter__', 'hasOwnProperty']) {
        expect(compiled(`$lookup(payload, "${name}")`).evaluate(hostile), name).to.equal(undefined);
      }
      const made = compiled('{payload.name: {"polluted": 1}}').evaluate(hostile) as object;
      expect(Object.keys(made)).to.deep.equal(['__proto__']);
      expect(Object.getPrototypeOf(made)).to.equal(Object.prototype);
      const merged = compiled('$merge([payload, {"a": 1}])').evaluate(hostile) as object;
      expect(Object.keys(merged)).to.include.members(['__proto__', 'a']);
      expect(Object.getPrototypeOf(merged)).to.equal(Object.prototype);
      expect(Object.hasOwn(Object.prototype, 'polluted')).to.equal(false);
    });

    it('takes objects that call themselves functions for the data they are', () => {
      const value = { _jsonata_function: true, a: 1 };
      expect(compiled('payload.a').evaluate({ payload: value })).to.equal(1);
      expect(compiled('$string(payload)').evaluate({ payload: value })).to.equal(JSON.stringify(value));
    });

    it('fails, and does not crash, on data that is nested without end', () => {
      let deep: unknown = 1;
      for (let level = 0; level < 200_000; level++) deep = [deep];
      const cyclic: Record<string, unknown> = {};
      cyclic['self'] = cyclic;
      for (const source of ['payload ? 1 : 2', 'payload = other', '$string(payload)', '$count(payload.x)']) {
        expect(() => compiled(source).evaluate({ payload: deep, other: [deep] }), source).to.throw(RangeError);
      }
      expect(() => compiled('$string(payload)').evaluate({ payload: cyclic })).to.throw(TypeError);
      expect(compiled('payload.n').evaluate(record)).to.equal(5);
    });

    it('leaves the records as they are', () => {
      const frozen = Object.freeze({ payload: Object.freeze({ list: Object.freeze([3, 1, 2]), empty: Object.freeze([]) }) });
      for (const source of ['payload.list[$ > 1]', '$reverse(payload.list)', '$append(payload.list, 4)', 'payload.empty.{"a": $}', '[payload.list]']) {
        compiled(source).evaluate(frozen);
      }
      expect(frozen).to.deep.equal({ payload: { list: [3, 1, 2], empty: [] } });
    });
  });
});
