/**
 * The oracle for exact sums: doubles as whole multiples of 2^-1074, taken from their bits, summed as bigints and rounded to
 * the nearest double, ties to even, at the end.
 */

/** A finite double times 2^1074. */
export function fractionOf(double: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, double);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  const magnitude = exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n);
  return bits >> 63n === 0n ? magnitude : -magnitude;
}

/** The double nearest to `fraction` times 2^-1074. */
export function roundedToDouble(fraction: bigint): number {
  const magnitude = fraction < 0n ? -fraction : fraction;
  const excess = BigInt(Math.max(0, magnitude.toString(2).length - 53));
  let mantissa = magnitude >> excess;
  const remainder = magnitude - (mantissa << excess);
  const half = excess === 0n ? 1n : 1n << (excess - 1n);
  if (remainder > half || (remainder === half && (mantissa & 1n) === 1n)) mantissa += 1n;
  // The bits of the double: a mantissa that reached 2^53 carries into the exponent by itself.
  let bits = mantissa < 0x10000000000000n ? mantissa : mantissa - 0x10000000000000n + ((excess + 1n) << 52n);
  if (bits >= 0x7ff0000000000000n) bits = 0x7ff0000000000000n;
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  const double = view.getFloat64(0);
  return fraction < 0n ? -double : double;
}

/** The sum of finite doubles, rounded once. */
export function exactSumOf(numbers: readonly number[]): number {
  return roundedToDouble(numbers.reduce((sum, number) => sum + fractionOf(number), 0n));
}
