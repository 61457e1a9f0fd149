/** Whole numbers from 0 on, in as few bytes as the largest of them needs. */
export type Integers = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/** @param values from 0 to 2^53 - 1 */
export function integersOf(values: readonly number[]): Integers {
  let largest = 0;
  for (const value of values) {
    if (value > largest) largest = value;
  }
  if (largest < 2 ** 8) return Uint8Array.from(values);
  if (largest < 2 ** 16) return Uint16Array.from(values);
  if (largest < 2 ** 32) return Uint32Array.from(values);
  return Float64Array.from(values);
}
