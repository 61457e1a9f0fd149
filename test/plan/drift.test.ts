import { expect } from 'chai';
import { driftOf } from '../../src/plan/drift';

const inJavaScript = (source: string): string | undefined => driftOf({ lang: 'javascript', source });
const inJsonata = (source: string): string | undefined => driftOf({ lang: 'jsonata', source });

describe('driftOf', () => {
  for (const [source, name] of [
    ['return msg.payload * Math.random();', 'Math.random'],
    ['const { random } = Math; return random();', 'Math.random'],
    ["return Math['ran' + 'dom']();", 'Math.random'],
    ['return Date.now();', 'Date.now'],
    ['return Date . now();', 'Date.now'],
    ['return new Date();', 'new Date()'],
    ['return new Date( );', 'new Date()'],
    ['return +new Date;', 'new Date()'],
    ['return Date();', 'Date()'],
    ['return performance.now();', 'performance'],
    ['return crypto.randomUUID();', 'crypto'],
    ['return globalThis.x;', 'globalThis'],
    ["return eval('1');", 'eval'],
    ["return `https://${Math.random()}`;", 'Math.random'],
    ["const a = 'http://b'; return Math.random();", 'Math.random'],
    ['return /https?:\\/\\//.test(msg.topic) ? Math.random() : 0;', 'Math.random'],
  ] as const) {
    it(`finds ${name} in ${source}`, () => {
      expect(inJavaScript(source)).to.equal(name);
    });
  }

  for (const source of [
    'return msg.payload * 2;',
    'return Math.round(msg.payload);',
    'return Math?.max(1, msg.payload);',
    'return new Date(msg.payload.time).getUTCHours();',
    'return ctx.random() < 0.1 ? msg : undefined;',
    'return { payload: ctx.batchTime };',
    '// not Math.random()\nreturn msg;',
    '/* Date.now() */ return msg;',
    'return msg.payload.performance;',
    'return { crypto: msg.payload };',
    'return msg.Date.now;',
  ]) {
    it(`finds nothing in ${JSON.stringify(source)}`, () => {
      expect(inJavaScript(source)).to.equal(undefined);
    });
  }

  it('knows what JSONata has of the kind', () => {
    for (const name of ['$now', '$millis', '$random', '$shuffle', '$moment']) expect(inJsonata(`payload & ${name}()`)).to.equal(name);
    expect(inJsonata('payload.Date & $sum(payload.x)')).to.equal(undefined);
    expect(inJsonata('/* $now() */ payload')).to.equal(undefined);
  });
});
