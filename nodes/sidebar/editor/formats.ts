import { ageText, bytesText } from '../../../src/plan/amounts';

/** Figures as the sidebar writes them: at most five characters and a unit, the same in every language. */

const THOUSANDS = ['', 'k', 'M', 'G', 'T', 'P'] as const;

/** Three digits that count: 0.42, 8.3, 12.4, 830. Whole numbers stay whole. @param value from 0 up to 1,000 */
function threeDigits(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const digits = value < 1 ? 2 : value < 100 ? 1 : 0;
  return String(Number(value.toFixed(digits)));
}

/** A number in units of 1,000: 830, 12.4k, 1.2M. */
function inThousands(value: number): string {
  let scaled = Math.max(0, value);
  let unit = 0;
  // What would be rounded to 1,000 is one of the next unit.
  while (scaled >= 999.5 && unit < THOUSANDS.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${threeDigits(scaled)}${THOUSANDS[unit] ?? ''}`;
}

/** How many there are: 9999, and from ten thousand on 12.4k. Without a separator, which would be a decimal point to some. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return '–';
  const whole = Math.round(Math.max(0, count));
  return whole < 10_000 ? String(whole) : inThousands(whole);
}

/** How many in a second: 0.42/s, 12.4k/s. */
export function formatRate(rate: number): string {
  return Number.isFinite(rate) ? `${inThousands(rate)}/s` : '–';
}

/** A number of bytes: 340 kB, 1.2 MB. */
export function formatBytes(bytes: number): string {
  return Number.isFinite(bytes) ? bytesText(Math.max(0, bytes)) : '–';
}

/** How long something took: 0.42 ms, 83 ms, 1.2 s, 3.5 min. @param milliseconds ms */
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return '–';
  const { unit, factor } = durationUnit(milliseconds);
  return `${threeDigits(Math.max(0, milliseconds) / factor)} ${unit}`;
}

export interface DurationUnit {
  readonly unit: 'ms' | 's' | 'min' | 'h';
  /** ms */
  readonly factor: number;
}

/** The unit in which a duration is read best: one unit for a whole axis. @param milliseconds the longest duration, ms */
export function durationUnit(milliseconds: number): DurationUnit {
  if (milliseconds < 999.5) return { unit: 'ms', factor: 1 };
  if (milliseconds < 119_950) return { unit: 's', factor: 1000 };
  if (milliseconds < 7_197_000) return { unit: 'min', factor: 60_000 };
  return { unit: 'h', factor: 3_600_000 };
}

/** How long ago something was: 8 s, 5 min, 3 h, 2 d. @param age ms */
export function formatAge(age: number): string {
  return ageText(age);
}

/** A time of the day where the person is: 14:03:07. @param time ms since the epoch */
export function formatTime(time: number): string {
  const date = new Date(time);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** The same with its milliseconds where batches come between seconds: 14:03:07.200. @param interval of the batches, ms */
export function formatBatchTime(time: number, interval: number): string {
  const milliseconds = ((time % 1000) + 1000) % 1000;
  return interval % 1000 === 0 ? formatTime(time) : `${formatTime(time)}.${String(milliseconds).padStart(3, '0')}`;
}
