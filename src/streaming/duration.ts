import { IllegalArgumentError } from './errors';

/** Whether a time or duration (ms) is a whole multiple of a unit (ms). */
export function isMultipleOf(value: number, unit: number): boolean {
  return value % unit === 0;
}

/** The latest point of the grid of `unit` ms, counted from `origin`, that is not after `time`. */
export function floorToGrid(time: number, unit: number, origin = 0): number {
  return origin + Math.floor((time - origin) / unit) * unit;
}

/**
 * Checks a duration that a user gave.
 * @throws IllegalArgumentError unless it is a whole number of ms above zero
 */
export function checkDuration(name: string, duration: number): void {
  if (!Number.isSafeInteger(duration) || duration <= 0) {
    const given = typeof duration === 'string' ? `the text "${String(duration)}"` : String(duration);
    throw new IllegalArgumentError(`${name} is ${given}; it must be a whole number of milliseconds above 0.`);
  }
}

/**
 * Checks that a window or slide fits the stream it is put on.
 * @throws IllegalArgumentError with the nearest durations that fit
 */
export function checkMultiple(name: string, duration: number, slide: number): void {
  checkDuration(name, duration);
  if (isMultipleOf(duration, slide)) return;
  const below = floorToGrid(duration, slide);
  const fitting = below === 0 ? `${String(slide)} ms` : `${String(below)} or ${String(below + slide)} ms`;
  throw new IllegalArgumentError(
    `${name} of ${String(duration)} ms must be a multiple of the slide duration of the parent stream, ` +
      `which is ${String(slide)} ms; use ${fitting}.`,
  );
}
