import { expect } from 'chai';
import fc from 'fast-check';
import { type Dyadic, dyadicOf, negative, product, quotientOf, rootOfQuotient, totalOf } from '../../../src/operators/aggregates/Dyadic';
import { addTo, zero } from '../../../src/operators/aggregates/ExactSum';
import { exactSumOf, fractionOf, roundedToDouble } from './exactOracle';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const whole = (mantissa: bigint, exponent = 0): Dyadic => ({ mantissa, exponent });

describe('Dyadic', () => {
  it('holds all that an exact sum holds', () => {
    fc.assert(fc.property(fc.array(fc.oneof(finite, fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324))), (numbers) => {
      const sum = zero();
      for (const number of numbers) addTo(sum, number);
      const { mantissa, exponent } = dyadicOf(sum);
      // In units of the smallest double, as the oracle counts.
      const units = mantissa === 0n ? 0n : mantissa << BigInt(exponent + 1074);
      expect(units).to.equal(numbers.reduce((total, number) => total + fractionOf(number), 0n));
      expect(roundedToDouble(units)).to.equal(exactSumOf(numbers));
    }));
  });

  it('adds, multiplies and negates exactly', () => {
    expect(totalOf([])).to.deep.equal(whole(0n));
    expect(totalOf([whole(3n, 4), whole(0n, -900), whole(5n, 2)])).to.deep.equal(whole(17n, 2));
    expect(totalOf([product(whole(3n, 2), whole(-5n, 1)), negative(whole(-15n, 3))])).to.deep.equal(whole(0n, 3));
  });

  it('rounds a quotient as the division of doubles does', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 53n }), fc.bigInt({ min: 1n, max: 2n ** 53n }), fc.integer({ min: -900, max: 900 }), (one, other, exponent) => {
      expect(quotientOf(whole(one, exponent), other)).to.equal((Number(one) / Number(other)) * 2 ** exponent);
      const root = rootOfQuotient(whole(one, 2 * exponent), 1n);
      expect(root).to.equal(Math.sqrt(Number(one)) * 2 ** exponent);
    }));
  });

  it('rounds to even what lies half-way, and up what lies above it by next to nothing', () => {
    const between = 2n ** 53n + 1n;
    expect(quotientOf(whole(between), 1n)).to.equal(2 ** 53);
    expect(quotientOf(whole(3n * (between << 200n) + 1n, -200), 3n)).to.equal(2 ** 53 + 2);
    expect(quotientOf(whole(2n ** 53n + 3n), 1n)).to.equal(2 ** 53 + 4);
    expect(rootOfQuotient(whole(between * between), 1n)).to.equal(2 ** 53);
    expect(rootOfQuotient(whole(((between * between) << 400n) + 1n, -400), 1n)).to.equal(2 ** 53 + 2);
  });

  it('gives subnormal doubles, 0 and Infinity at the ends of the range', () => {
    expect(quotientOf(whole(1n, -1074), 1n)).to.equal(5e-324);
    expect(quotientOf(whole(1n, -1075), 1n)).to.equal(0);
    expect(quotientOf(whole(3n, -1076), 1n)).to.equal(5e-324);
    expect(quotientOf(whole(3n, -1074), 2n)).to.equal(1e-323);
    expect(quotientOf(whole(2n ** 53n - 1n, 971), 1n)).to.equal(Number.MAX_VALUE);
    expect(quotientOf(whole(2n ** 54n - 1n, 970), 1n)).to.equal(Infinity);
    expect(quotientOf(whole(1n, 5000), 1n)).to.equal(Infinity);
    expect(quotientOf(whole(1n, -5000), 1n)).to.equal(0);
    expect(rootOfQuotient(whole(1n, 2046), 1n)).to.equal(2 ** 1023);
    expect(rootOfQuotient(whole(1n, -2148), 1n)).to.equal(5e-324);
  });
});
