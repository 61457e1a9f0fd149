/** A decimal number and nothing else; written so that a long line of digits is scanned once. */
const DECIMAL = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/**
 * The number that a numeric aggregate sees in a value, or undefined when there is none.
 * Numbers are taken as they are, NaN and the infinities too. Bigints are rounded to the nearest double. A string counts when
 * all of it is a decimal number such as `-1.5e3`, blanks around it allowed. What is too large for a double is no number:
 * it would turn the sum into Infinity without any sensor having said so. Booleans, null, dates, objects are no numbers.
 */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return DECIMAL.test(value) ? finite(Number(value)) : undefined;
  if (typeof value === 'bigint') return finite(Number(value));
  return undefined;
}

function finite(number: number): number | undefined {
  return Number.isFinite(number) ? number : undefined;
}
