import { expect } from 'chai';
import { recordText } from '../../../src/streaming/rdd/recordText';

describe('recordText', () => {
  for (const [record, text] of [
    ['two words', 'two words'], ['', ''], [1.5, '1.5'], [-0, '-0'], [NaN, 'NaN'], [12n, '12'], [true, 'true'], [null, 'null'],
    [undefined, 'undefined'], [['a', 1], '(a,1)'], [['a', [1, null]], '(a,(1,null))'], [[], '()'],
    [{ a: 1, b: 'x y', c: [1, 'z'] }, '{"a":1,"b":"x y","c":(1,z)}'], [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(NaN), 'Invalid Date'], [Buffer.from([0, 255]), '00ff'], [new Map([['a', [1]]]), 'Map(a -> (1))'],
    [new Set([1, 2]), 'Set(1,2)'], [new TypeError('no'), 'TypeError: no'], [Symbol('s'), 'Symbol(s)'],
    [JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
  ] as [unknown, string][]) {
    it(`writes ${text === '' ? 'nothing for an empty text' : text}`, () => {
      expect(recordText(record)).to.equal(text);
    });
  }

  it('ends where a record contains itself', () => {
    const circle: unknown[] = [1];
    circle.push(circle);
    expect(recordText(circle)).to.match(/^\(1,\(1,.*\.\.\.\)+$/u);
  });
});
