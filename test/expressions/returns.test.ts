import { expect } from 'chai';
import { returnsSomewhere } from '../../src/expressions/returns';

describe('returnsSomewhere', () => {
  const yes = [
    'return msg',
    'if (msg.payload) { return msg; }',
    'for (const a of b) { return a }',
    'try { x() } catch (e) { return 1 }',
    'const f = () => 1; return f()',
    'const o = { a: { b: 1 } }; return o',
    'const s = "}"; { return s }',
    'const r = /["\'`{]/; return r',
    'const r = [/[/"]/]; return r',
    'const q = a / b; return q / 2',
    'const t = `{`; return t',
    'const t = `${(() => { return 1 })()}`;',
    'if (a) /"/.test(b); return 1',
    'const f = function () { return 1 }\nreturn f()',
  ];
  const no = [
    'msg.payload = 1',
    '// return msg',
    '/* return msg */ msg.payload = 1',
    'const s = "return msg"',
    'const s = `return msg`',
    'const s = /return/',
    'msg.payload.map(v => { return v * 2; })',
    'function f() { return 1 } f()',
    'const f = function () { if (a) { return 1 } }',
    'x.return',
    'const returned = 1',
    'const o = { f() { return 1 } }',
  ];
  for (const body of yes) it(`finds it in ${body}`, () => expect(returnsSomewhere(body)).to.equal(true));
  for (const body of no) it(`finds none in ${body}`, () => expect(returnsSomewhere(body)).to.equal(false));
});
