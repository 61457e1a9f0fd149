import type { Aggregate } from './Aggregate';
import { type Dyadic, dyadicOf, negative, product, totalOf } from './Dyadic';
import { addTo, copy, type ExactSum, merge, pack, subtract, unpack, zero } from './ExactSum';
import { numberOf } from './numbers';

/**
 * What variances and standard deviations are computed from: the count, the exact sum and the exact sum of squares.
 * The square of a double needs twice its bits and twice its range of exponents. The bits come as two doubles (T. J. Dekker,
 * "A floating-point technique for extending the available precision", 1971); for the range, numbers that are very small or
 * very large are scaled by a power of two before they are squared, and have a sum of squares of their own.
 */
export interface SpreadPartial {
  count: number;
  /** Of all numbers; counts NaN and the infinities, too. */
  readonly sum: ExactSum;
  /** Of the ordinary numbers. */
  readonly squares: ExactSum;
  /** Of the numbers nearer to 0 than 2^-440, times 2^1200; null while there is none. */
  tinySquares: ExactSum | null;
  /** Of the numbers beyond 2^440, times 2^-1200; null while there is none. */
  hugeSquares: ExactSum | null;
}

const SMALLEST_ORDINARY = 2 ** -440;
const LARGEST_ORDINARY = 2 ** 440;
const SCALE = 2 ** 600;
const UNSCALE = 2 ** -600;
/** The exponent by which scaled squares differ from true ones. */
const SQUARE_SCALE = 1200;
/** Room for so many terms of a sum of squares, each of which has up to 106 bits by itself. */
const SQUARES_WIDTH = 4;
/** 2^27 + 1 splits a double into two halves of 26 bits. */
const SPLITTER = 134_217_729;

/**
 * An aggregate over the spread of numbers. The result comes from exact sums, so that nothing cancels: it is the same for every
 * order and partitioning, and right to the last bit also where the numbers hardly differ.
 * @param leastCount for fewer numbers the result is null
 * @param finish gives the result from the sum of the squared differences from the mean, times the count; never negative
 */
export function spread(
  name: string,
  leastCount: number,
  finish: (countTimesDifferences: Dyadic, count: number) => number,
): Aggregate<SpreadPartial> {
  return {
    name,
    zero: () => ({ count: 0, sum: zero(), squares: zero(), tinySquares: null, hugeSquares: null }),
    accepts: (candidate) => numberOf(candidate) !== undefined,
    add: (partial, accepted) => {
      const number = numberOf(accepted);
      if (number !== undefined) {
        partial.count++;
        addTo(partial.sum, number);
        addSquare(partial, Math.abs(number));
      }
      return partial;
    },
    merge: (into, from) => {
      into.count += from.count;
      merge(into.sum, from.sum);
      merge(into.squares, from.squares);
      if (from.tinySquares !== null) merge((into.tinySquares ??= zero()), from.tinySquares);
      if (from.hugeSquares !== null) merge((into.hugeSquares ??= zero()), from.hugeSquares);
      return into;
    },
    subtract: (from, part) => {
      from.count -= part.count;
      subtract(from.sum, part.sum);
      subtract(from.squares, part.squares);
      if (part.tinySquares !== null) subtract((from.tinySquares ??= zero()), part.tinySquares);
      if (part.hugeSquares !== null) subtract((from.hugeSquares ??= zero()), part.hugeSquares);
      return from;
    },
    copy: ({ count, sum, squares, tinySquares, hugeSquares }) => ({
      count,
      sum: copy(sum),
      squares: copy(squares),
      tinySquares: tinySquares === null ? null : copy(tinySquares),
      hugeSquares: hugeSquares === null ? null : copy(hugeSquares),
    }),
    packed: {
      width: 3 + SQUARES_WIDTH,
      pack: ({ count, sum, squares, tinySquares, hugeSquares }, into, at) => {
        if (tinySquares !== null || hugeSquares !== null) return false;
        into[at] = count;
        return pack(sum, into, at + 1) && pack(squares, into, at + 3, SQUARES_WIDTH);
      },
      unpack: (from, at) => ({
        count: from[at] ?? 0,
        sum: unpack(from, at + 1),
        squares: unpack(from, at + 3, SQUARES_WIDTH),
        tinySquares: null,
        hugeSquares: null,
      }),
    },
    finish: (partial) => {
      const { count, sum } = partial;
      if (count < leastCount) return null;
      if (sum.nan > 0 || sum.positiveInfinity > 0 || sum.negativeInfinity > 0) return NaN;
      return finish(differencesOf(partial), count);
    },
  };
}

/** count * sum of squares - square of the sum, exactly. */
function differencesOf({ count, sum, squares, tinySquares, hugeSquares }: SpreadPartial): Dyadic {
  const allSquares = [dyadicOf(squares)];
  if (tinySquares !== null) allSquares.push(dyadicOf(tinySquares, -SQUARE_SCALE));
  if (hugeSquares !== null) allSquares.push(dyadicOf(hugeSquares, SQUARE_SCALE));
  const total = dyadicOf(sum);
  return totalOf([product(totalOf(allSquares), { mantissa: BigInt(count), exponent: 0 }), negative(product(total, total))]);
}

/** @param magnitude not below 0; NaN and Infinity have no square here */
function addSquare(partial: SpreadPartial, magnitude: number): void {
  if (magnitude >= SMALLEST_ORDINARY) {
    if (magnitude <= LARGEST_ORDINARY) addSquareTo(partial.squares, magnitude);
    else if (magnitude !== Infinity) addSquareTo((partial.hugeSquares ??= zero()), magnitude * UNSCALE);
  } else if (magnitude > 0) {
    addSquareTo((partial.tinySquares ??= zero()), magnitude * SCALE);
  }
}

function addSquareTo(sum: ExactSum, number: number): void {
  const square = number * number;
  const split = SPLITTER * number;
  const upper = split - (split - number);
  const lower = number - upper;
  addTo(sum, square);
  addTo(sum, lower * lower - (square - upper * upper - 2 * upper * lower));
}
