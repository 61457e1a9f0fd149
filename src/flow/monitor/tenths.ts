/** A figure to one decimal: what is behind it is noise, and would be most of the bytes of a snapshot. */
export function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
