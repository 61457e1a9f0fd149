import type { ExactSum } from './ExactSum';

/** A number written as `mantissa` times 2^`exponent`, exactly: every sum, difference and product of doubles is one. */
export interface Dyadic {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const view = new DataView(new ArrayBuffer(8));

/** How many bits of a quotient or root are found before it is rounded; what follows only says that there is more. */
const WORKING_BITS = 60;
/** The exponent of the last bit of the smallest doubles. */
const LOWEST_EXPONENT = -1074;
const MANTISSA_BITS = 53;

/**
 * All finite values of a sum together. NaN and the infinities, which are only counted there, are left out.
 * @param scale the sum's values stand for numbers 2^`scale` times as large
 */
export function dyadicOf(sum: ExactSum, scale = 0): Dyadic {
  const parts: Dyadic[] = [partOf(sum.hi, scale), partOf(sum.lo, scale)];
  for (const term of sum.rest ?? []) parts.push(partOf(term, scale));
  for (const term of sum.huge ?? []) parts.push(partOf(term, scale + 600));
  return totalOf(parts);
}

export function totalOf(parts: readonly Dyadic[]): Dyadic {
  let exponent = Infinity;
  for (const part of parts) {
    if (part.mantissa !== 0n) exponent = Math.min(exponent, part.exponent);
  }
  if (exponent === Infinity) return { mantissa: 0n, exponent: 0 };
  let mantissa = 0n;
  for (const part of parts) {
    if (part.mantissa !== 0n) mantissa += part.mantissa << BigInt(part.exponent - exponent);
  }
  return { mantissa, exponent };
}

export function product(one: Dyadic, other: Dyadic): Dyadic {
  return { mantissa: one.mantissa * other.mantissa, exponent: one.exponent + other.exponent };
}

export function negative(number: Dyadic): Dyadic {
  return { mantissa: -number.mantissa, exponent: number.exponent };
}

/**
 * The double nearest to numerator / denominator, ties to even; an infinity beyond the largest double.
 * @param numerator not negative
 * @param denominator above 0
 */
export function quotientOf(numerator: Dyadic, denominator: bigint): number {
  const { mantissa } = numerator;
  if (mantissa === 0n) return 0;
  const shift = Math.max(0, WORKING_BITS + bitsOf(denominator) - bitsOf(mantissa));
  const scaled = mantissa << BigInt(shift);
  const quotient = scaled / denominator;
  const more = quotient * denominator !== scaled;
  return nearestDouble(quotient, numerator.exponent - shift, more);
}

/**
 * The double nearest to the square root of numerator / denominator, ties to even. Right also where the quotient itself is no
 * double any more.
 * @param numerator not negative
 * @param denominator above 0
 */
export function rootOfQuotient(numerator: Dyadic, denominator: bigint): number {
  const { mantissa, exponent } = numerator;
  if (mantissa === 0n) return 0;
  let shift = Math.max(0, 2 * WORKING_BITS + bitsOf(denominator) - bitsOf(mantissa));
  // The root of 2^exponent must be a power of two as well.
  if ((exponent - shift) % 2 !== 0) shift++;
  const scaled = mantissa << BigInt(shift);
  const quotient = scaled / denominator;
  const root = wholeRoot(quotient);
  const more = root * root !== quotient || quotient * denominator !== scaled;
  return nearestDouble(root, (exponent - shift) / 2, more);
}

/** A double times 2^scale, from its bits. */
function partOf(double: number, scale: number): Dyadic {
  view.setFloat64(0, double);
  const high = view.getUint32(0);
  const biased = (high >>> 20) & 0x7ff;
  const fraction = (high & 0xfffff) * 2 ** 32 + view.getUint32(4);
  const magnitude = BigInt(biased === 0 ? fraction : fraction + 2 ** 52);
  return { mantissa: high >>> 31 === 0 ? magnitude : -magnitude, exponent: Math.max(biased, 1) - 1075 + scale };
}

/** @param more whether the true number is a little larger, by less than one in the last bit of the mantissa */
function nearestDouble(mantissa: bigint, exponent: number, more: boolean): number {
  const bits = bitsOf(mantissa);
  const dropped = Math.max(0, bits - MANTISSA_BITS, LOWEST_EXPONENT - exponent);
  let kept = mantissa >> BigInt(dropped);
  if (dropped > 0) {
    const remainder = mantissa - (kept << BigInt(dropped));
    const half = 1n << BigInt(dropped - 1);
    if (remainder > half || (remainder === half && (more || (kept & 1n) === 1n))) kept++;
  }
  return scaledBy(Number(kept), exponent + dropped);
}

/** A double times 2^exponent, where the result is a double or too large for one. */
function scaledBy(double: number, exponent: number): number {
  // In two steps, since 2^exponent itself may be too small or too large.
  const first = Math.trunc(exponent / 2);
  return double * 2 ** first * 2 ** (exponent - first);
}

function bitsOf(positive: bigint): number {
  const digits = positive.toString(16);
  return digits.length * 4 - Math.clz32(Number.parseInt(digits.charAt(0), 16)) + 28;
}

/** The largest whole number whose square is at most `square`, by Newton's method from above. */
function wholeRoot(square: bigint): bigint {
  let root = 1n << BigInt((bitsOf(square) + 1) >> 1);
  for (;;) {
    const next = (root + square / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
