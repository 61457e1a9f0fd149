import { JSONataError } from '../JSONataError';
import { listArgument, numberArgument } from './arguments';

/** JSONata's functions over numbers. Nothing gives nothing; `at` is the position of the call. */

const NUMBER = /^-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?$/;
/** As JSONata has it: only the first and the last alternative are held to one end of the text. */
const OTHER_BASE = /^(0[xX][0-9A-Fa-f]+)|(0[oO][0-7]+)|(0[bB][0-1]+)$/;

export function sum(at: number, values: unknown): number | undefined {
  return listArgument(at, 'sum', values, 'number')?.reduce((total, value) => total + value, 0);
}

export function average(at: number, values: unknown): number | undefined {
  const numbers = listArgument(at, 'average', values, 'number');
  return numbers === undefined || numbers.length === 0 ? undefined : numbers.reduce((total, value) => total + value, 0) / numbers.length;
}

export function max(at: number, values: unknown): number | undefined {
  const numbers = listArgument(at, 'max', values, 'number');
  return numbers?.length === 0 ? undefined : numbers?.reduce((most, value) => Math.max(most, value), -Infinity);
}

export function min(at: number, values: unknown): number | undefined {
  const numbers = listArgument(at, 'min', values, 'number');
  return numbers?.length === 0 ? undefined : numbers?.reduce((least, value) => Math.min(least, value), Infinity);
}

export function abs(at: number, value: unknown): number | undefined {
  const number = numberArgument(at, 'abs', 1, value);
  return number === undefined ? undefined : Math.abs(number);
}

export function floor(at: number, value: unknown): number | undefined {
  const number = numberArgument(at, 'floor', 1, value);
  return number === undefined ? undefined : Math.floor(number);
}

export function ceil(at: number, value: unknown): number | undefined {
  const number = numberArgument(at, 'ceil', 1, value);
  return number === undefined ? undefined : Math.ceil(number);
}

/** Half goes to the even neighbour. Decimals are shifted in the text of the number, where shifting is exact. */
export function round(at: number, value: unknown, decimals?: unknown): number | undefined {
  const number = numberArgument(at, 'round', 1, value);
  const places = numberArgument(at, 'round', 2, decimals) ?? 0;
  if (number === undefined) return undefined;
  if (places === 0 || Number.isNaN(places)) return roundedHalfEven(number);
  return shifted(roundedHalfEven(shifted(number, places)), -places) + 0;
}

function roundedHalfEven(value: number): number {
  const result = Math.round(value);
  const isWrongWay = Math.abs(result - value) === 0.5 && Math.abs(result % 2) === 1;
  // JSON has no -0; adding 0 makes it 0.
  return (isWrongWay ? result - 1 : result) + 0;
}

function shifted(value: number, places: number): number {
  const [digits = '', exponent] = String(value).split('e');
  return Number(`${digits}e${String(exponent === undefined ? places : Number(exponent) + places)}`);
}

/** @throws JSONataError D3060 for a negative number */
export function sqrt(at: number, value: unknown): number | undefined {
  const number = numberArgument(at, 'sqrt', 1, value);
  if (number === undefined) return undefined;
  if (number < 0) throw new JSONataError('D3060', `$sqrt needs a number that is not negative, and it is ${String(number)}.`, at);
  return Math.sqrt(number);
}

/** @throws JSONataError D3061 where the result is no finite number */
export function power(at: number, base: unknown, exponent: unknown): number | undefined {
  const first = numberArgument(at, 'power', 1, base);
  const second = numberArgument(at, 'power', 2, exponent);
  if (first === undefined) return undefined;
  const result = second === undefined ? NaN : first ** second;
  if (Number.isFinite(result)) return result;
  throw new JSONataError('D3061', `$power(${String(first)}, ${String(second)}) has no finite result.`, at);
}

/** @throws JSONataError T0410 for anything but numbers, texts and booleans, D3030 for a text that is no number */
export function number(at: number, value: unknown): number | undefined {
  if (value === undefined || typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string') throw new JSONataError('T0410', '$number needs a number, a text or a boolean.', at);
  if (NUMBER.test(value) && Number.isFinite(Number(value))) return parseFloat(value);
  if (OTHER_BASE.test(value)) return Number(value);
  throw new JSONataError('D3030', `${JSON.stringify(value.slice(0, 100))} is no number.`, at);
}
