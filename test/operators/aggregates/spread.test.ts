import { expect } from 'chai';
import fc from 'fast-check';
import { SampleStandardDeviation, StandardDeviation } from '../../../src/operators/aggregates/StandardDeviation';
import { SampleVariance, Variance } from '../../../src/operators/aggregates/Variance';
import { fractionOf } from './exactOracle';
import { fold, resultOf } from './fold';
import { anyNumber, expectCopiesAndJson, expectSameForAllMergeTrees } from './mergeTrees';

/** n * sum of squares - square of the sum, in units of 2^-2148; by definition, from whole numbers. */
function differences(numbers: readonly number[]): bigint {
  const whole = numbers.map(fractionOf);
  const sum = whole.reduce((total, each) => total + each, 0n);
  return BigInt(numbers.length) * whole.reduce((total, each) => total + each * each, 0n) - sum * sum;
}

const UNIT = 2148n;

/** Whether the double is the one nearest to numerator / denominator * 2^-2148, in exact arithmetic. */
function isNearest(double: number, numerator: bigint, denominator: bigint, squared = false): boolean {
  const { below, above } = neighbours(double);
  /** Twice the number, as a multiple of 2^-1075, so that the middle between two doubles is one too. */
  const middle = (one: number, other: number): bigint => fractionOf(one) + fractionOf(other);
  // Compares middle * 2^-1075 with the quotient (or its root) by multiplying out.
  const compare = (twice: bigint): number => {
    const [left, right] = squared
      ? [twice * twice * denominator, numerator << (2n * 1075n - UNIT)]
      : [(twice << UNIT) * denominator, numerator << 1075n];
    return left < right ? -1 : left > right ? 1 : 0;
  };
  const lower = below === null ? -1 : compare(middle(below, double));
  const upper = above === null ? 1 : compare(middle(double, above));
  return lower <= 0 && upper >= 0;
}

function neighbours(double: number): { below: number | null; above: number | null } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, double);
  const bits = view.getBigUint64(0);
  const at = (other: bigint): number => {
    view.setBigUint64(0, other);
    return view.getFloat64(0);
  };
  return { below: double === 0 ? null : at(bits - 1n), above: double === Number.MAX_VALUE ? null : at(bits + 1n) };
}

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const near = fc.tuple(fc.constantFrom(1e9, 1e16, 20, 1e-160, 1e200), fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 12 }))
  .map(([offset, noise]) => noise.map((step) => offset + step * offset * 2 ** -50));

describe('Variance and StandardDeviation', () => {
  it('are what the definition gives by hand', () => {
    // Mean 5, squared differences 9, 1, 1, 1, 0, 0, 4, 16: together 32.
    const values = [2, 4, 4, 4, 5, 5, 7, 9];
    expect(resultOf(Variance, values)).to.equal(4);
    expect(resultOf(StandardDeviation, values)).to.equal(2);
    expect(resultOf(SampleVariance, values)).to.equal(32 / 7);
    expect(resultOf(SampleStandardDeviation, values)).to.equal(Math.sqrt(32 / 7));
    expect(resultOf(Variance, [1, '3', 'x', null])).to.equal(1);
  });

  it('are null for too few numbers and 0 for one', () => {
    for (const aggregate of [Variance, StandardDeviation, SampleVariance, SampleStandardDeviation]) {
      expect(resultOf(aggregate, []), aggregate.name).to.equal(null);
      const one = aggregate === Variance || aggregate === StandardDeviation ? 0 : null;
      expect(resultOf(aggregate, [0.1]), aggregate.name).to.equal(one);
      expect(resultOf(aggregate, [0.1, 0.1, 0.1]), aggregate.name).to.equal(0);
    }
  });

  it('see small noise on large offsets', () => {
    expect(resultOf(Variance, [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16])).to.equal(22.5);
    expect(resultOf(Variance, [1e16, 1e16 + 2])).to.equal(1);
    expect(resultOf(StandardDeviation, [-1e16, -1e16 - 4])).to.equal(2);
    expect(resultOf(Variance, [1e300, 1e300, 1e300])).to.equal(0);
  });

  it('survive squares that no double can hold', () => {
    expect(resultOf(StandardDeviation, [1e300, -1e300])).to.equal(1e300);
    expect(resultOf(Variance, [1e300, -1e300])).to.equal(Infinity);
    expect(resultOf(StandardDeviation, [Number.MAX_VALUE, -Number.MAX_VALUE])).to.equal(Number.MAX_VALUE);
    expect(resultOf(StandardDeviation, [1e-200, -1e-200])).to.equal(1e-200);
    expect(resultOf(Variance, [1e-200, -1e-200])).to.equal(0);
    expect(resultOf(StandardDeviation, [5e-324, -5e-324])).to.equal(5e-324);
    // Exactly between 0 and the smallest double, which is even's side: 0. The sample form is 7.1e-324 / 2: above the half.
    expect(resultOf(StandardDeviation, [0, 5e-324])).to.equal(0);
    expect(resultOf(SampleStandardDeviation, [0, 5e-324])).to.equal(5e-324);
  });

  it('are NaN while NaN or an infinity is in, and right again when it has left', () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      const part = fold(Variance, [bad, 1e308, 1e-308]);
      const both = Variance.merge(fold(Variance, [1, 3]), part);
      expect(Variance.finish(both)).to.eql(NaN);
      expect(Variance.finish(Variance.subtract?.(both, part) ?? Variance.zero())).to.equal(1);
    }
  });

  it('are the true value, rounded once', () => {
    fc.assert(fc.property(fc.oneof(fc.array(finite, { minLength: 2, maxLength: 12 }), near.filter(({ length }) => length > 1)), (values) => {
      const numerator = differences(values);
      const count = BigInt(values.length);
      for (const [aggregate, denominator, squared] of [
        [Variance, count * count, false],
        [StandardDeviation, count * count, true],
        [SampleVariance, count * (count - 1n), false],
        [SampleStandardDeviation, count * (count - 1n), true],
      ] as const) {
        const result = resultOf(aggregate, values) as number;
        const largest = BigInt(2 ** 53 - 1) << (971n + UNIT);
        if (!Number.isFinite(result)) expect(numerator >= largest * denominator, `${aggregate.name} ${String(result)}`).to.equal(true);
        else expect(isNearest(result, numerator, denominator, squared), `${aggregate.name} ${String(result)}`).to.equal(true);
      }
    }), { numRuns: 300 });
  });

  it('are the same for all merge trees, and exact after subtractions', () => {
    for (const aggregate of [Variance, SampleStandardDeviation]) expectSameForAllMergeTrees(aggregate, anyNumber);
  });

  it('can be copied and stored', () => {
    expectCopiesAndJson(StandardDeviation, [3, 1e200, 1, 1e-200], 2e200);
  });
});
