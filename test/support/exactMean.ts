/**
 * The exact mean of doubles, as the engine defines it (the exact sum, rounded once, divided by the count), by another way
 * than the engine's: every double is a whole multiple of 2^-1074, and sums of whole numbers are exact.
 */
export function exactMean(values: readonly number[]): number {
  let sum = 0n;
  for (const value of values) sum += inUnits(value);
  return toNumber(sum) / values.length;
}

const words = new DataView(new ArrayBuffer(8));

/** A finite double as a multiple of 2^-1074. */
function inUnits(value: number): bigint {
  words.setFloat64(0, value);
  const bits = words.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const magnitude = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return bits >> 63n === 1n ? -magnitude : magnitude;
}

/** The double nearest to a multiple of 2^-1074; halves go to the even neighbour. */
function toNumber(units: bigint): number {
  const negative = units < 0n;
  const magnitude = negative ? -units : units;
  const surplus = BigInt(Math.max(0, magnitude.toString(2).length - 53));
  let mantissa = magnitude >> surplus;
  const rest = magnitude - (mantissa << surplus);
  const half = surplus === 0n ? 0n : 1n << (surplus - 1n);
  if (surplus > 0n && (rest > half || (rest === half && mantissa % 2n === 1n))) mantissa++;
  // In two steps, since 2^-1074 times a power of two above 2^1023 has no factor of its own.
  const shift = Number(surplus) - 1074;
  const result = Number(mantissa) * 2 ** Math.trunc(shift / 2) * 2 ** (shift - Math.trunc(shift / 2));
  return negative ? -result : result;
}
