/**
 * A sum of doubles without any rounding error: the result is the one that an infinitely precise sum, rounded once (to nearest,
 * ties to even), would give. So it is the same for every order, every partitioning and every history of additions and
 * subtractions, and a window that is updated by subtraction never drifts.
 *
 * Method: J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates" (1997):
 * the sum is kept as an expansion, that is as terms whose bits do not overlap, from which nothing is ever rounded away.
 * Nearly always two terms are enough, and those are kept inline.
 *
 * A partial is plain data and is changed in place. It is exact for up to 2^64 values.
 */
export interface ExactSum {
  /** The largest term. While `rest` is null, also the sum rounded to a double. */
  hi: number;
  /** The second largest term. */
  lo: number;
  /** All smaller terms by increasing magnitude, never empty; null while two terms are enough. */
  rest: number[] | null;
  /**
   * The terms of the values above 2^900 by increasing magnitude, each times 2^-600; null when they add up to zero.
   * Kept apart so that no sum on the way can overflow.
   */
  huge: number[] | null;
  /** How many NaN are in. They and the infinities are only counted, so that they can be taken out again. */
  nan: number;
  positiveInfinity: number;
  negativeInfinity: number;
}

/** Larger values go to `huge`: 2^64 values up to this one cannot overflow. */
const LARGEST_ORDINARY = 2 ** 900;
const HUGE_SCALE = 2 ** -600;
const HUGE_UNSCALE = 2 ** 600;
/** In the scale of `huge`: from here on the ordinary terms (below 2^964) cannot cancel the huge ones. */
const HUGE_DOMINATES = 2 ** 400;
/** Ordinary terms from here on keep all their bits when they are multiplied by 2^-600. */
const SMALLEST_SCALABLE = 2 ** -400;

/** Working space for expansions of more than two terms; used within a single call only. */
const workspace: number[] = [];

/** The sum of no values. */
export function zero(): ExactSum {
  return { hi: 0, lo: 0, rest: null, huge: null, nan: 0, positiveInfinity: 0, negativeInfinity: 0 };
}

/** A copy that shares nothing with the original. */
export function copy(sum: ExactSum): ExactSum {
  return {
    hi: sum.hi,
    lo: sum.lo,
    rest: sum.rest === null ? null : sum.rest.slice(),
    huge: sum.huge === null ? null : sum.huge.slice(),
    nan: sum.nan,
    positiveInfinity: sum.positiveInfinity,
    negativeInfinity: sum.negativeInfinity,
  };
}

/** Adds one number, NaN and the infinities included. */
export function addTo(sum: ExactSum, x: number): void {
  // False for NaN as well.
  if (!(Math.abs(x) <= LARGEST_ORDINARY)) {
    addUncommon(sum, x);
    return;
  }
  if (sum.rest === null) {
    // hi + x = top + error and lo + error = middle + left, all exactly (Knuth's two-sum).
    const hi = sum.hi;
    const top = hi + x;
    const topPart = top - hi;
    const error = (hi - (top - topPart)) + (x - topPart);
    const lo = sum.lo;
    const middle = lo + error;
    const middlePart = middle - lo;
    if ((lo - (middle - middlePart)) + (error - middlePart) === 0) {
      const total = top + middle;
      const totalPart = total - top;
      sum.hi = total;
      sum.lo = (top - (total - totalPart)) + (middle - totalPart);
      return;
    }
  }
  store(sum, compressed(workspace, grown(workspace, load(sum), x)));
}

/** Adds all that another sum holds. */
export function merge(into: ExactSum, from: ExactSum): void {
  accumulate(into, from, 1);
}

/** Takes out all that another sum holds. What is left is exact, also when an infinity or a NaN was among it. */
export function subtract(from: ExactSum, part: ExactSum): void {
  accumulate(from, part, -1);
}

/**
 * The sum, rounded once. NaN when a NaN is in or both infinities are; an infinity when it is in, or when the exact sum lies
 * beyond the largest double. Nothing, and what cancels, gives +0.
 */
export function value(sum: ExactSum): number {
  if (sum.nan > 0) return NaN;
  if (sum.positiveInfinity > 0) return sum.negativeInfinity > 0 ? NaN : Infinity;
  if (sum.negativeInfinity > 0) return -Infinity;
  if (sum.huge !== null) return valueWithHuge(sum, sum.huge);
  return sum.rest === null ? sum.hi : rounded(workspace, load(sum));
}

/**
 * Writes the terms of a sum as numbers, the largest first.
 * @param width for so many terms there is room: at least 2, which is nearly always enough for a sum of ordinary values
 * @returns false for a sum with more terms than that, and for one with huge values, a NaN or an infinity
 */
export function pack(sum: ExactSum, into: Float64Array, at: number, width = 2): boolean {
  const { rest } = sum;
  const more = rest === null ? 0 : rest.length;
  if (more + 2 > width || sum.huge !== null) return false;
  if (sum.nan !== 0 || sum.positiveInfinity !== 0 || sum.negativeInfinity !== 0) return false;
  into[at] = sum.hi;
  into[at + 1] = sum.lo;
  for (let place = 2; place < width; place++) into[at + place] = rest?.[more + 1 - place] ?? 0;
  return true;
}

/** The sum that was written with this width. */
export function unpack(from: Float64Array, at: number, width = 2): ExactSum {
  const sum = zero();
  sum.hi = from[at] ?? 0;
  sum.lo = from[at + 1] ?? 0;
  for (let place = 2; place < width; place++) {
    const term = from[at + place] ?? 0;
    // A term is never 0.
    if (term === 0) break;
    if (sum.rest === null) sum.rest = [term];
    else sum.rest.unshift(term);
  }
  return sum;
}

function addUncommon(sum: ExactSum, x: number): void {
  if (x !== x) sum.nan++;
  else if (x === Infinity) sum.positiveInfinity++;
  else if (x === -Infinity) sum.negativeInfinity++;
  else addHuge(sum, x * HUGE_SCALE);
}

/** @param scaled the term times 2^-600 */
function addHuge(sum: ExactSum, scaled: number): void {
  const terms = sum.huge ?? [];
  const count = compressed(terms, grown(terms, terms.length, scaled));
  terms.length = count;
  sum.huge = count === 0 ? null : terms;
}

function accumulate(into: ExactSum, from: ExactSum, sign: 1 | -1): void {
  const rest = from.rest;
  if (rest !== null) {
    for (const term of rest) addTo(into, sign * term);
  }
  if (from.lo !== 0) addTo(into, sign * from.lo);
  if (from.hi !== 0) addTo(into, sign * from.hi);
  const huge = from.huge;
  if (huge !== null) {
    for (const term of huge) addHuge(into, sign * term);
  }
  into.nan += sign * from.nan;
  into.positiveInfinity += sign * from.positiveInfinity;
  into.negativeInfinity += sign * from.negativeInfinity;
}

function valueWithHuge(sum: ExactSum, huge: readonly number[]): number {
  const largest = huge[huge.length - 1] ?? 0;
  if (Math.abs(largest) < HUGE_DOMINATES) {
    // The huge terms have shrunk by cancellation: unscaled they are exact, and may cancel the ordinary ones to the last bit.
    let count = load(sum);
    for (const term of huge) count = grown(workspace, count, term * HUGE_UNSCALE);
    return rounded(workspace, compressed(workspace, count));
  }
  // The sum is beyond 2^999, so it is rounded in the small scale, where there is room above. Terms that would lose bits there
  // lie far below the last bit of the result; only the sign of their sum can matter, to break a tie, and that is the sign of
  // the largest of them.
  let count = 0;
  for (const term of huge) workspace[count++] = term;
  let below = 0;
  const rest = sum.rest;
  const restCount = rest === null ? 0 : rest.length;
  for (let index = 0; index < restCount + 2; index++) {
    const term = index < restCount ? rest?.[index] ?? 0 : index === restCount ? sum.lo : sum.hi;
    if (term === 0) continue;
    if (Math.abs(term) < SMALLEST_SCALABLE) below = Math.sign(term);
    else count = grown(workspace, count, term * HUGE_SCALE);
  }
  if (below !== 0) count = grown(workspace, count, below * Number.MIN_VALUE);
  return rounded(workspace, compressed(workspace, count)) * HUGE_UNSCALE;
}

/** Writes the ordinary terms to the workspace, by increasing magnitude, and gives their number. */
function load(sum: ExactSum): number {
  let count = 0;
  const rest = sum.rest;
  if (rest !== null) {
    for (const term of rest) workspace[count++] = term;
  }
  if (sum.lo !== 0) workspace[count++] = sum.lo;
  if (sum.hi !== 0) workspace[count++] = sum.hi;
  return count;
}

/** Takes the ordinary terms from the workspace: inline when there are at most two. */
function store(sum: ExactSum, count: number): void {
  const hi = count > 0 ? workspace[count - 1] ?? 0 : 0;
  const lo = count > 1 ? workspace[count - 2] ?? 0 : 0;
  if (count <= 2) {
    const total = hi + lo;
    const part = total - hi;
    sum.hi = total;
    sum.lo = (hi - (total - part)) + (lo - part);
    sum.rest = null;
    return;
  }
  sum.hi = hi;
  sum.lo = lo;
  const rest = sum.rest ?? [];
  for (let index = 0; index < count - 2; index++) rest[index] = workspace[index] ?? 0;
  rest.length = count - 2;
  sum.rest = rest;
}

/**
 * Adds x to the expansion in the first `count` places of `terms` and gives the new number of terms, zeros left out
 * (Shewchuk's GROW-EXPANSION).
 */
function grown(terms: number[], count: number, x: number): number {
  let kept = 0;
  let carry = x;
  for (let index = 0; index < count; index++) {
    const term = terms[index] ?? 0;
    const total = carry + term;
    const part = total - carry;
    const error = (carry - (total - part)) + (term - part);
    if (error !== 0) terms[kept++] = error;
    carry = total;
  }
  if (carry !== 0) terms[kept++] = carry;
  return kept;
}

/** Rewrites an expansion with as few terms as its bits need, and gives their number (Shewchuk's COMPRESS). */
function compressed(terms: number[], count: number): number {
  if (count < 2) return count;
  // Downwards: gather bits into the large terms, which move to the end.
  let bottom = count - 1;
  let carry = terms[count - 1] ?? 0;
  for (let index = count - 2; index >= 0; index--) {
    const term = terms[index] ?? 0;
    const total = carry + term;
    const part = total - carry;
    const error = (carry - (total - part)) + (term - part);
    if (error === 0) {
      carry = total;
    } else {
      terms[bottom--] = total;
      carry = error;
    }
  }
  // Upwards: what the large terms still have room for moves into them.
  let kept = 0;
  for (let index = bottom + 1; index < count; index++) {
    const term = terms[index] ?? 0;
    const total = term + carry;
    const part = total - term;
    const error = (term - (total - part)) + (carry - part);
    if (error !== 0) terms[kept++] = error;
    carry = total;
  }
  if (carry !== 0) terms[kept++] = carry;
  return kept;
}

/** The expansion rounded to the nearest double, ties to even. */
function rounded(terms: readonly number[], count: number): number {
  let index = count - 1;
  if (index < 0) return 0;
  let total = terms[index] ?? 0;
  let error = 0;
  while (index > 0 && error === 0) {
    const term = terms[--index] ?? 0;
    const next = total + term;
    error = term - (next - total);
    total = next;
  }
  // `total` is right unless the error is exactly half a step, rounded to even, and the terms below it say otherwise.
  const below = index > 0 ? terms[index - 1] ?? 0 : 0;
  if ((error < 0 && below < 0) || (error > 0 && below > 0)) {
    const step = error * 2;
    const next = total + step;
    if (next - total === step) total = next;
  }
  return total;
}
