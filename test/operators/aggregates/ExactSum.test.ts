import { expect } from 'chai';
import fc from 'fast-check';
import { addTo, copy, merge, subtract, value, zero } from '../../../src/operators/aggregates/ExactSum';
import type { ExactSum } from '../../../src/operators/aggregates/ExactSum';
import { exactSumOf, fractionOf, roundedToDouble } from './exactOracle';

function sumOf(numbers: readonly number[]): ExactSum {
  const sum = zero();
  for (const number of numbers) addTo(sum, number);
  return sum;
}

/** Sign, mantissa and power of two chosen apart, so that every magnitude and many near-ties occur. */
function doubles(lowest: number, highest: number): fc.Arbitrary<number> {
  const mantissa = fc.oneof(
    fc.constantFrom(1, 2 ** 52, 2 ** 53 - 1, 2 ** 52 + 1, 3),
    fc.integer({ min: 1, max: 100 }),
    fc.maxSafeInteger(),
  );
  return fc.tuple(mantissa, fc.integer({ min: lowest, max: highest }), fc.boolean())
    .map(([digits, exponent, negative]) => (negative ? -digits : digits) * 2 ** exponent)
    .filter(Number.isFinite);
}

const families: readonly (readonly [string, fc.Arbitrary<number>])[] = [
  ['sensor readings', fc.integer({ min: -100_000, max: 100_000 }).map((cents) => cents / 100)],
  ['magnitudes from 1e-300 to 1e300', fc.oneof(doubles(-1000, 940), fc.constantFrom(1e300, -1e300, 1e-300, 1, -1))],
  ['close magnitudes', doubles(-60, 10)],
  ['subnormals and the smallest normals', fc.oneof(
    doubles(-1074, -1010),
    fc.constantFrom(5e-324, -5e-324, 2.2250738585072014e-308),
  )],
  ['powers of two, where ties are', fc.tuple(fc.integer({ min: -1074, max: 1023 }), fc.boolean()).map(([exponent, negative]) =>
    (negative ? -1 : 1) * 2 ** exponent)],
  ['the largest, with everything else below', fc.oneof(
    doubles(880, 971),
    fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** 900, -(2 ** 900), 2 ** 970, -(2 ** 970), 2 ** 969, 5e-324, -5e-324),
    doubles(-1074, 900),
  )],
  ['any double', fc.double({ noNaN: true, noDefaultInfinity: true })],
];

describe('the oracle of exact sums', () => {
  it('gives every double back', () => {
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) => {
      expect(roundedToDouble(fractionOf(double))).to.equal(double === 0 ? 0 : double);
    }));
  });

  it('rounds as known by hand', () => {
    expect(roundedToDouble(2n ** 1074n + 2n ** 1021n)).to.equal(1);
    expect(roundedToDouble(2n ** 1074n + 2n ** 1021n + 1n)).to.equal(1 + Number.EPSILON);
    expect(roundedToDouble(3n * 2n ** 1021n + 2n ** 1074n)).to.equal(1 + 2 * Number.EPSILON);
    expect(roundedToDouble(2n ** (1074n + 1024n))).to.equal(Infinity);
    expect(roundedToDouble(-3n)).to.equal(-1.5e-323);
  });
});

describe('ExactSum', () => {
  it('gives the sums known by hand', () => {
    const known: [number[], number][] = [
      [[], 0],
      [[0.1, 0.2, 0.3], 0.6],
      [new Array<number>(10).fill(0.1), 1],
      [[1e16, 1, -1e16], 1],
      [[1, 1e100, 1, -1e100], 2],
      [[1e308, 1e308, -1e308], 1e308],
      [[1e308, 1e308], Infinity],
      [[-1e308, -1e308], -Infinity],
      [[1e308, 1e308, -1e308, -1e308, 1e-320], 1e-320],
      // A tie, broken upwards by the very least there is.
      [[Number.MAX_VALUE, 2 ** 969], Number.MAX_VALUE],
      [[Number.MAX_VALUE, 2 ** 970], Infinity],
      [[Number.MAX_VALUE, 2 ** 970, -5e-324], Number.MAX_VALUE],
      [[2 ** 1023, 2 ** 970], 2 ** 1023],
      [[2 ** 1023, 2 ** 970, 5e-324], 2 ** 1023 + 2 ** 971],
      [[2 ** 1023, 2 ** 970, 2 ** -410], 2 ** 1023 + 2 ** 971],
      [[2 ** 1023, 2 ** 970, -(2 ** -410)], 2 ** 1023],
      [[2 ** 1023, 2 ** 970, 2 ** -500], 2 ** 1023 + 2 ** 971],
      [[2 ** 1023, 2 ** 970, 2 ** -500, -(2 ** -499)], 2 ** 1023],
      // Huge and ordinary values that cancel.
      [[2 ** 901, -(2 ** 900), -(2 ** 900), 1e-300], 1e-300],
      [[2 ** 901, -(2 ** 900), -(2 ** 900), 2 ** 899, 2 ** 846, 1e-300], 2 ** 899 + 2 ** 847],
      [[1, 2 ** -53, 5e-324], 1 + Number.EPSILON],
      [[1, 2 ** -53, -5e-324], 1],
    ];
    for (const [numbers, expected] of known) {
      expect(value(sumOf(numbers)), numbers.join(' + ')).to.equal(expected);
      expect(exactSumOf(numbers), `oracle: ${numbers.join(' + ')}`).to.equal(expected);
    }
  });

  for (const [name, numbers] of families) {
    const list = fc.array(numbers, { maxLength: 40, size: 'max' });

    it(`is the exact sum rounded once: ${name}`, () => {
      fc.assert(fc.property(list, (values) => {
        expect(value(sumOf(values))).to.equal(exactSumOf(values));
      }), { numRuns: 400 });
    });

    it(`does not depend on order or partitioning, to the last bit: ${name}`, () => {
      fc.assert(fc.property(list, fc.infiniteStream(fc.nat()), (values, choices) => {
        const partitions = [zero(), zero(), zero()];
        const left = [...values];
        while (left.length > 0) {
          const [taken] = left.splice((choices.next().value ?? 0) % left.length, 1);
          const partition = partitions[(choices.next().value ?? 0) % 3];
          if (taken !== undefined && partition !== undefined) addTo(partition, taken);
        }
        const total = zero();
        for (const partition of partitions) merge(total, partition);
        expect(value(total)).to.equal(exactSumOf(values));
      }), { numRuns: 200 });
    });

    it(`stays exact through additions and subtractions, and ends at +0: ${name}`, () => {
      const pane = fc.array(numbers, { maxLength: 8, size: 'max' });
      fc.assert(fc.property(fc.array(pane, { maxLength: 12, size: 'max' }), fc.integer({ min: 1, max: 5 }), (panes, length) => {
        const window = zero();
        const parts = panes.map(sumOf);
        const before = JSON.stringify(parts);
        parts.forEach((part, index) => {
          merge(window, part);
          const leaving = parts[index - length];
          if (leaving !== undefined) subtract(window, leaving);
          expect(value(window)).to.equal(exactSumOf(panes.slice(Math.max(0, index - length + 1), index + 1).flat()));
        });
        expect(JSON.stringify(parts), 'the parts are not changed').to.equal(before);
        for (const part of parts.slice(Math.max(0, parts.length - length))) subtract(window, part);
        expect(Object.is(value(window), 0)).to.equal(true);
        expect(window).to.deep.include({ rest: null, huge: null });
      }), { numRuns: 150 });
    });
  }

  it('survives being stored as JSON and copied', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(fc.property(fc.array(finite), finite, (values, more) => {
      const sum = sumOf(values);
      const stored = JSON.parse(JSON.stringify(sum)) as ExactSum;
      const copied = copy(sum);
      addTo(sum, more);
      addTo(stored, more);
      expect(value(copied)).to.equal(exactSumOf(values));
      expect(value(stored)).to.equal(exactSumOf([...values, more]));
      expect(value(sum)).to.equal(value(stored));
    }));
  });

  it('keeps ordinary sums inline, spills, and comes back', () => {
    const sum = sumOf(Array.from({ length: 1000 }, (_, index) => 20 + index / 100));
    expect(sum.rest).to.equal(null);
    const spilled = sumOf([1e200, 1, 1e-200]);
    expect(spilled.rest).to.have.length(1);
    addTo(spilled, -1e200);
    expect(spilled).to.deep.include({ hi: 1, lo: 1e-200, rest: null });
  });

  it('keeps few terms however long the history', () => {
    const sum = zero();
    let state = 1;
    for (let step = 0; step < 20_000; step++) {
      state = Math.imul(state, 1_664_525) + 1_013_904_223 | 0;
      addTo(sum, state * 2 ** ((state >>> 8) % 1800 - 950));
    }
    // The range of doubles has 2098 bits, and every term but the largest holds about 53 of them.
    expect(sum.rest?.length ?? 0).to.be.lessThan(60);
    expect(sum.huge?.length ?? 0).to.be.lessThan(10);
    // Every other bit of the range by itself: each term has room for 26 of them, unless it stays alone.
    const powers = Array.from({ length: 900 }, (_, index) => 2 ** (898 - 2 * index));
    for (const order of [powers, [...powers].reverse(), powers.map((_, index) => powers[(index * 7) % 900] ?? 0)]) {
      const spread = sumOf(order);
      expect(value(spread)).to.equal(exactSumOf(order));
      expect(spread.rest?.length ?? 0).to.be.lessThan(40);
    }
  });

  it('reports NaN and the infinities while they are in, and forgets them when they are taken out', () => {
    const sum = sumOf([1, 2]);
    const notANumber = sumOf([NaN, 5]);
    const plus = sumOf([Infinity, Infinity]);
    const minus = sumOf([-Infinity]);
    merge(sum, plus);
    expect(value(sum)).to.equal(Infinity);
    merge(sum, minus);
    expect(value(sum)).to.eql(NaN);
    subtract(sum, plus);
    expect(value(sum)).to.equal(-Infinity);
    merge(sum, notANumber);
    subtract(sum, minus);
    expect(value(sum)).to.eql(NaN);
    subtract(sum, notANumber);
    expect(value(sum)).to.equal(3);
  });

  it('gives +0 for no values, for -0 and for what cancels', () => {
    for (const numbers of [[], [-0], [-0, -0], [0, -0], [0.1, -0.1], [1e308, 1e308, -1e308, -1e308], [5e-324, -5e-324]]) {
      expect(Object.is(value(sumOf(numbers)), 0), numbers.join()).to.equal(true);
    }
    const sum = zero();
    subtract(sum, sumOf([-0, 0]));
    expect(Object.is(value(sum), 0)).to.equal(true);
  });
});
