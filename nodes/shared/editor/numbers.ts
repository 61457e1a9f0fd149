/** The number a field holds; undefined when it holds none. Only plain decimal notation counts, so `1e3` and `0x10` do not. */
export function readNumber(value: unknown): number | undefined {
  if (typeof value === 'number') {
    return Number.isFinite(value) ? value : undefined;
  }
  if (typeof value !== 'string' || !/^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/.test(value)) {
    return undefined;
  }
  return Number(value);
}

/** A whole number of at least `minimum`. */
export function isWholeNumber(value: unknown, minimum: number): boolean {
  const number = readNumber(value);
  return number !== undefined && Number.isSafeInteger(number) && number >= minimum;
}

/** A number above zero. */
export function isPositiveNumber(value: unknown): boolean {
  const number = readNumber(value);
  return number !== undefined && number > 0;
}

/** Whether nothing was typed, which several fields read as "no limit". */
export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** A value as text for a label; objects give nothing. */
export function asText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
