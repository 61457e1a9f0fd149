import { JSONataError } from '../JSONataError';

/**
 * JSONata's idea of a number: not NaN, which is "not a number" without being an error.
 * @throws JSONataError D1001 for an infinite number
 */
export function isNumber(value: unknown, at: number): value is number {
  if (typeof value !== 'number' || Number.isNaN(value)) return false;
  if (!Number.isFinite(value)) throw new JSONataError('D1001', `A number is out of range: ${String(value)}.`, at);
  return true;
}

/** An object whose members can be looked up. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * JSONata's idea of truth: empty texts, arrays and objects are false, and so are arrays of nothing but false.
 * @throws JSONataError D1001 for an infinite number
 */
export function truth(value: unknown, at: number): boolean {
  if (typeof value === 'boolean') return value;
  return value !== undefined && isTrue(value, at);
}

function isTrue(value: unknown, at: number): boolean {
  if (Array.isArray(value)) {
    // All are looked at, not only those up to the first that is true: one further on may be an error.
    return value.length === 1 ? isTrue(value[0], at) : value.filter((item) => isTrue(item, at)).length > 0;
  }
  if (typeof value === 'string') return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return isNumber(value, at) ? value !== 0 : value === true;
}

/** `=`: nothing equals nothing else, nor itself. */
export function equal(left: unknown, right: unknown): boolean {
  if (left === right) return left !== undefined;
  return typeof left === 'object' && typeof right === 'object' && isDeepEqual(left, right);
}

/** `!=`: no opposite of `=`, for nothing is not unequal to anything either. */
export function unequal(left: unknown, right: unknown): boolean {
  return left !== undefined && right !== undefined && !equal(left, right);
}

function isDeepEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => isDeepEqual(item, right[index]));
  }
  const names = Object.getOwnPropertyNames(left).sort();
  const others = Object.getOwnPropertyNames(right).sort();
  return (
    names.length === others.length &&
    names.every((name, index) => name === others[index]) &&
    names.every((name) => isDeepEqual((left as Record<string, unknown>)[name], (right as Record<string, unknown>)[name]))
  );
}

/** `value in list`, where anything that is no list is a list of one. Objects are equal only to themselves here. */
export function includes(value: unknown, list: unknown): boolean {
  if (value === undefined || list === undefined) return false;
  return Array.isArray(list) ? list.some((item) => item === value) : list === value;
}

/**
 * A value as text: JSON, with numbers rounded to 15 digits and functions as empty texts.
 * @throws JSONataError D3001 for a number that is not finite, D1001 for an infinite one within an object or array
 */
export function textOf(value: unknown, at: number): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'function') return '';
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new JSONataError('D3001', `${String(value)} cannot be made a text.`, at);
    return String(rounded(value));
  }
  return JSON.stringify(value, (_name, member: unknown) => {
    if (typeof member === 'function') return '';
    return isNumber(member, at) ? rounded(member) : member;
  });
}

/** So that 0.1 + 0.2 is 0.3. */
function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(15));
}
