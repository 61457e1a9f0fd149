import { expect } from 'chai';
import * as fc from 'fast-check';
import { asText, isEmpty, isPositiveNumber, isWholeNumber, readNumber } from '../../../nodes/shared/editor/numbers';

describe('editor numbers', () => {
  it('reads plain decimal notation', () => {
    expect(['1', ' 2.5 ', '-3', '+4', '.5', '6.'].map(readNumber)).to.deep.equal([1, 2.5, -3, 4, 0.5, 6]);
    expect(readNumber(7)).to.equal(7);
  });

  it('reads nothing else', () => {
    const texts = ['', ' ', '1e3', '0x10', '1,5', '1 000', 'NaN', 'Infinity', '.'];
    for (const value of [...texts, NaN, Infinity, null, undefined, true, [], {}]) {
      expect(readNumber(value), JSON.stringify(value)).to.equal(undefined);
    }
  });

  it('reads every whole number back', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (number) => readNumber(String(number)) === number));
  });

  it('tells whole and positive numbers', () => {
    expect(isWholeNumber('1', 1)).to.equal(true);
    expect(isWholeNumber('0', 1)).to.equal(false);
    expect(isWholeNumber('1.5', 1)).to.equal(false);
    expect(isWholeNumber('9007199254740993', 1)).to.equal(false);
    expect(isPositiveNumber('0.1')).to.equal(true);
    expect(isPositiveNumber(0)).to.equal(false);
    expect(isPositiveNumber('many')).to.equal(false);
  });

  it('tells empty fields', () => {
    expect([undefined, null, '', '  '].every(isEmpty)).to.equal(true);
    expect([0, '0', false].some(isEmpty)).to.equal(false);
  });

  it('never shows an object as text', () => {
    expect(asText({})).to.equal('');
    expect(asText(3)).to.equal('3');
  });
});
