import { expect } from 'chai';
import fc from 'fast-check';
import { numberOf } from '../../../src/operators/aggregates/numbers';

describe('numberOf', () => {
  it('takes numbers as they are', () => {
    for (const number of [0, -0, 1.5, NaN, Infinity, -Infinity, 5e-324]) {
      expect(Object.is(numberOf(number), number)).to.equal(true);
    }
  });

  it('converts bigints that a double can hold', () => {
    expect(numberOf(12n)).to.equal(12);
    expect(numberOf(-(2n ** 53n) - 1n)).to.equal(-(2 ** 53));
    expect(numberOf(10n ** 400n)).to.equal(undefined);
  });

  it('converts strings that are a decimal number', () => {
    const converted: [string, number][] = [
      ['1', 1], ['-1.5', -1.5], ['+2', 2], ['.5', 0.5], ['5.', 5], [' 20.5\n', 20.5], ['1e3', 1000], ['1E-3', 0.001],
      ['007', 7], ['1e-999', 0],
    ];
    for (const [text, number] of converted) expect(numberOf(text), text).to.equal(number);
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      expect(numberOf(` ${String(number)} `)).to.equal(number === 0 ? 0 : number);
    }));
  });

  it('gives undefined for everything else', () => {
    const others: unknown[] = [
      '', ' ', '1,5', '1 2', '12px', 'x1', '0x10', '0b1', '1_000', 'NaN', 'Infinity', '-Infinity', '1e999', '1e', '.', '+', '1n',
      '--1', '1.2.3', true, false, null, undefined, [], [1], {}, new Date(0), new Uint8Array(1),
      { valueOf: () => 1 }, Symbol('1'), () => 1,
    ];
    for (const other of others) expect(numberOf(other), String(other)).to.equal(undefined);
  });

  it('is not slowed down by long strings that are no number', () => {
    expect(numberOf(`${'1'.repeat(200_000)}x`)).to.equal(undefined);
    expect(numberOf(`1${' '.repeat(200_000)}x`)).to.equal(undefined);
  });
});
