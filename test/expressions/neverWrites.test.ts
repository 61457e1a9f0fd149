import { expect } from 'chai';
import fc from 'fast-check';
import { compileFunction } from 'node:vm';
import { copyValue } from '../../src/expressions/copy';
import { neverWrites } from '../../src/expressions/neverWrites';

const PROVEN = [
  'return msg;',
  'return msg',
  'return',
  'return msg.payload;',
  'return msg.payload.value > 20;',
  'return msg.payload.value * 9 / 5 + 32;',
  'return { ...msg, payload: msg.payload.value * 2 };',
  'return {payload: {c: msg.payload.value, raw: msg.payload}, topic: msg.topic}',
  'return Number(msg.payload.text) + Math.round(msg.payload.value);',
  'return String(msg.topic).toUpperCase();',
  "return msg.topic.split('/')[1];",
  'return msg.payload.list.map(v => v * 2);',
  'return msg.payload.list.map((v, i) => ({payload: {v, i}, topic: msg.topic}));',
  'return msg.payload.list.filter(v => { const w = v + 1; return w > 2; });',
  'return [msg, msg];',
  'const p = msg.payload; return { payload: p.value + 1 };',
  'const { value, list: l } = msg.payload; return l.length + value;',
  'let sum = 0; for (const v of msg.payload.list) { sum += v; } return sum / msg.payload.list.length;',
  'let sum = 0; for (let i = 0; i < msg.payload.list.length; i++) sum += msg.payload.list[i]; return sum;',
  'const out = {}; out.a = msg.payload.value; out.b = msg.payload.list; return out;',
  'const out = []; for (const v of msg.payload.list) out.push({ payload: v }); return out;',
  'const out = {}; for (const [name, value] of Object.entries(msg.payload)) { out[name] = value; } return out;',
  'if (msg.payload.value > 5) return msg;\nelse return undefined',
  'if (!msg.payload) { ctx.warn(`no payload in ${msg.topic} at ${ctx.batchTime}`); return; }\nreturn msg',
  'return msg.payload?.value ?? 0',
  'return /^a\\/[b"]/.test(msg.topic) ? 1 : 0;',
  'return msg.topic.replace(/b/g, "msg.payload = 1");',
  '// msg.payload = 1\n/* delete msg.payload */ return msg;',
  'return JSON.parse(JSON.stringify(msg)).payload',
  'return [...msg.payload.list].sort((a, b) => b - a)[0];',
  'return typeof msg.payload === "object" && "value" in msg.payload;',
  'return new Date(msg.payload.value).toISOString();',
  'return msg.payload["b c"];',
  "throw new Error('bad value ' + msg.payload.value); return 1",
  'let best = 0; for (const v of msg.payload.list) if (v > best) best = v; return { ...msg, payload: best }',
  'let n = 0\nn++\n++n\nreturn n',
  'const x = ctx.random() < 0.5 ? { a: 1 } : { b: 2 }\nx.c = msg.payload\nreturn x',
];

const NOT_PROVEN = [
  'msg.payload = 1; return msg;',
  'msg.payload.value = 1; return msg;',
  'msg.payload.value++; return msg;',
  '--msg.payload.value; return msg;',
  'msg.payload.value += 1; return msg;',
  'delete msg.payload.value; return msg;',
  'msg["payload"] = 1; return msg;',
  'msg?.payload.list.push(1); return msg;',
  'msg.payload.list.push(1); return msg;',
  'msg.payload.list.sort(); return msg;',
  'return msg.payload.list.reverse();',
  'msg.payload.bytes.fill(0); return msg;',
  'msg.payload.date.setTime(0); return msg;',
  'const p = msg.payload; p.value = 1; return msg;',
  'let p = {}; p = msg.payload; p.value = 1; return msg;',
  'let p = 0; p = msg.payload; p.value = 1; return msg;',
  'let p = 0; p = "push"; return msg.payload.lists.map(msg.payload.list[p], msg.payload.list);',
  'let p = {}; p ||= msg.payload; p.value = 1; return msg;',
  'const p = msg.payload || {}; p.value = 1; return p;',
  'const out = { p: msg.payload }; out.p.value = 1; return out;',
  'const { list } = msg.payload; list.push(1); return msg;',
  'const { push } = msg.payload.list; return push;',
  'for (const item of msg.payload.items) item.x = 1; return msg;',
  'for (const item of msg.payload.items) { item.x = 1 } return msg;',
  'for (msg.payload of [1, 2]) ; return msg;',
  'for (msg.payload.value = 0; msg.payload.value < 3; msg.payload.value++); return msg;',
  'return msg.payload.items.map(item => { item.x = 1; return item; });',
  'return msg.payload.items.map(item => item.x = 1);',
  'return msg.payload.items.map(item => (item.x = 1, item));',
  'msg.payload.items.forEach(item => { item.x = 1; }); return msg;',
  'return msg.payload.items.reduce((all, item) => { all.x = 1; return all; });',
  'Object.assign(msg.payload, { x: 1 }); return msg;',
  'Object.assign(msg, { payload: 1 }); return msg;',
  'const change = (m) => { m.payload = 1; }; change(msg); return msg;',
  'function change(m) { m.payload = 1; } change(msg); return msg;',
  'arguments[0].payload = 1; return msg;',
  'eval("msg.payload = 1"); return msg;',
  'new Function("m", "m.payload = 1")(msg); return msg;',
  '[msg.payload.value] = [1]; return msg;',
  '({ a: msg.payload.value } = { a: 1 }); return msg;',
  'msg.payload.list.length = 0; return msg;',
  'return msg.payload.lists.map(msg.payload.list.push, msg.payload.list);',
  'const n = "push"; return msg.payload.lists.map(msg.payload.list[n], msg.payload.list);',
  'return msg.payload.lists.map(msg.payload.list["push"], msg.payload.list);',
  'return JSON.stringify(msg, msg.payload.list.push);',
  'const o = { at: msg["constructor"]["assign"] }; o.at(msg.payload, { x: 1 }); return msg;',
  'const k = "constructor"; const o = { at: msg[k].assign }; o.at(msg.payload, { x: 1 }); return msg;',
  'const o = { at: msg["x" ? "constructor" : "x"].assign }; o.at(msg.payload, { x: 1 }); return msg;',
  'const o = { slice: msg.payload.list.at, 0: msg.payload, length: 1 }; const p = o.slice(0); p.value = 1; return p',
  'msg.payload.list.concat`${msg.payload}`; return msg',
  'const a = 1 <!-- 2\nreturn msg',
  'var p = msg.payload; p.value = 1; return msg',
  'this.x = msg; return msg',
  'globalThis.kept = msg; return msg',
  'global.kept = msg; return msg',
  'const out = {}; out.__proto__ = msg.payload; return out',
  'return helper(msg)',
  'return msg.payload.change()',
  'return `${msg.payload.value = 1}`',
  'return msg.payload.list[msg.payload.value++]',
  'try { msg.payload.value = 1 } catch (e) {} return msg',
  'return ((m) => { m.payload = 2; return m; })(msg)',
  'return await msg',
  'return msg, msg.payload = 1',
  'x: msg.payload = 1; return msg',
  'return msg.payload /= 2',
  'let Math = msg; return Math',
  '\\u006dsg.payload = 1; return msg',
  'return "unterminated',
  'return `unterminated ${msg',
  'return /unterminated',
  '}; msg.payload = 1; {',
];

function sample(): unknown {
  return {
    topic: 'a/b',
    key: 'k',
    time: 5,
    payload: {
      value: 21,
      text: '5',
      list: [3, 1, 2],
      lists: [[1], [2]],
      items: [{ x: 5 }, { x: 6 }],
      'b c': 1,
      bytes: Buffer.from([1, 2]),
      date: new Date(7),
    },
  };
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  Object.freeze(value);
  for (const item of Object.values(value)) freeze(item);
}

const ctx = { batchTime: 1000, env: () => undefined, log: () => undefined, warn: () => undefined, random: () => 0.25 };

type Run = (msg: unknown, context: typeof ctx) => unknown;

/** Runs a body once on a frozen record and once on a free one; true when either shows a write. */
function writes(body: string): boolean {
  let run: Run;
  try {
    run = compileFunction(`'use strict';\n${body}`, ['msg', 'ctx']) as Run;
  } catch {
    return false;
  }
  const free = sample();
  const before = copyValue(free);
  try {
    run(free, ctx);
  } catch {
    // What it did before it threw counts all the same.
  }
  try {
    expect(free).to.deep.equal(before);
  } catch {
    return true;
  }
  const frozen = sample();
  freeze(frozen);
  try {
    run(frozen, ctx);
  } catch (error) {
    return error instanceof TypeError && /read only|not extensible|Cannot delete|redefine/.test(error.message);
  }
  return false;
}

describe('neverWrites', () => {
  for (const body of PROVEN) {
    it(`proves: ${body.replaceAll('\n', ' ')}`, () => {
      expect(neverWrites(body)).to.equal(true);
      expect(writes(body)).to.equal(false);
    });
  }
  for (const body of NOT_PROVEN) {
    it(`does not prove: ${body.replaceAll('\n', ' ')}`, () => {
      expect(neverWrites(body)).to.equal(false);
    });
  }

  it('finds writes in what it does not prove, so the check itself can fail', () => {
    expect(NOT_PROVEN.filter(writes).length).to.be.greaterThan(30);
  });

  it('never proves a body that writes, whatever is put together', () => {
    const atom = fc.constantFrom(
      ...'msg msg.payload msg.payload.list msg.payload.items p q out list 1'.split(' '),
      ...'"push" "value" {} [] i item (p) ctx.batchTime'.split(' '),
      ...['[msg.payload]', '{ p: msg.payload }', '[...msg.payload.list]', 'msg.payload.items[0]', '`${msg.topic}`', '/a/g'],
    );
    const member = fc.constantFrom(
      ...['', '', '.value', '[0]', '.list', '[i]', '["x"]', '.x', '.pop()', '.at(0)', '.push(1)', '[q]', '?.x'],
    );
    const value = fc.tuple(atom, member, member).map((parts) => parts.join(''));
    const operator = fc.constantFrom(
      ...[' + ', ' || ', ' ? 1 : ', ' = ', ' += ', ' ??= ', ', ', '\n', ' / ', '++ + ', ' => ', ' in '],
    );
    const expression = fc.oneof(
      value,
      fc.tuple(value, operator, value).map((parts) => parts.join('')),
      fc.tuple(value, value).map(([a, b]) => `${a}.map(item => ${b})`),
      fc.tuple(value, value, value).map(([a, b, c]) => `${a}.map(${b}, ${c})`),
      fc.tuple(value, value).map(([a, b]) => `(${a}, ${b})`),
    );
    const statement = fc.oneof(
      expression.map((text) => `const p = ${text}`),
      expression.map((text) => `let q = ${text}`),
      expression.map((text) => `const { list, value: i } = ${text}`),
      expression.map((text) => `for (const item of ${text}) { item.x = 9 }`),
      fc.tuple(value, expression).map(([a, b]) => `${a} = ${b}`),
      fc.tuple(value, expression).map(([a, b]) => `q = ${a}; q.x = ${b}`),
      expression,
      expression.map((text) => `if (${text}) return ${text}`),
    );
    const end = fc.constantFrom(';', '\n', ' ', '; ');
    const body = fc
      .array(fc.tuple(statement, end), { minLength: 1, maxLength: 5 })
      .map((parts) => `let i = 0; const out = { n: 1 };\n${parts.flat().join('')}\nreturn msg`);
    let proven = 0;
    fc.assert(
      fc.property(body, (text) => {
        if (!neverWrites(text)) return;
        proven++;
        expect(writes(text), text).to.equal(false);
      }),
      { numRuns: 6000 },
    );
    expect(proven).to.be.greaterThan(20);
  });

  it('answers for any text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(neverWrites(text)).to.be.a('boolean');
      }),
    );
    expect(neverWrites(`return ${'('.repeat(50_000)}1${')'.repeat(50_000)}`)).to.equal(false);
    expect(neverWrites(`return ${'`${'.repeat(50_000)}`)).to.equal(false);
    expect(neverWrites(`return ${'['.repeat(50_000)}`)).to.equal(false);
    expect(neverWrites(`return ${'{'.repeat(50_000)}`)).to.equal(false);
  });
});
