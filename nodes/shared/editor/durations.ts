import { asText, readNumber } from './numbers';

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 };

/**
 * A value and its unit (`ms`, `s`, `min`, `h`) in milliseconds; undefined when either cannot be read.
 * Rounded to a millionth of a millisecond, because 1.005 s is 1004.9999999999999 ms in binary fractions.
 */
export function toMilliseconds(value: unknown, unit: unknown): number | undefined {
  const number = readNumber(value);
  const factor = typeof unit === 'string' && Object.hasOwn(MILLISECONDS, unit) ? MILLISECONDS[unit] : undefined;
  if (number === undefined || factor === undefined) {
    return undefined;
  }
  return Math.round(number * factor * 1e6) / 1e6;
}

/** Whether value and unit make a duration that batches and windows can have: whole milliseconds, at least one. */
export function isDuration(value: unknown, unit: unknown): boolean {
  const milliseconds = toMilliseconds(value, unit);
  return milliseconds !== undefined && Number.isSafeInteger(milliseconds) && milliseconds > 0;
}

/** Short text for labels, for example `10 s`. */
export function durationText(value: unknown, unit: unknown): string {
  return `${asText(value)} ${asText(unit)}`.trim();
}
