import { JSONataError, kindOf } from '../JSONataError';
import type { ArithmeticOperator, ComparisonOperator } from '../Syntax';
import { isNumber, textOf } from './values';

/** JSONata makes no longer ranges: 10,000,000 numbers. */
const RANGE_LIMIT = 1e7;

/**
 * Arithmetic where the operands are not simply two finite numbers; for those it is written out in the compiled code.
 * @throws JSONataError T2001, T2002 for an operand that is no number, D1001 for one that is infinite
 */
export function arithmetic(at: number, operator: ArithmeticOperator, left: unknown, right: unknown): number | undefined {
  if (left !== undefined) requireOperand(at, operator, left, 'left');
  if (right !== undefined) requireOperand(at, operator, right, 'right');
  if (left === undefined || right === undefined) return undefined;
  const [first, second] = [left as number, right as number];
  switch (operator) {
    case '+':
      return first + second;
    case '-':
      return first - second;
    case '*':
      return first * second;
    case '/':
      return first / second;
    case '%':
      return first % second;
  }
}

function requireOperand(at: number, operator: string, value: unknown, side: 'left' | 'right'): void {
  if (isNumber(value, at)) return;
  const code = side === 'left' ? 'T2001' : 'T2002';
  throw new JSONataError(code, `The ${side} side of ${operator} must be a number, and it is ${kindOf(value)}.`, at);
}

/** @throws JSONataError D1002 for anything that is no number, D1001 for an infinite one */
export function negative(at: number, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (isNumber(value, at)) return -value;
  throw new JSONataError('D1002', `A minus needs a number behind it, and there is ${kindOf(value)}.`, at);
}

/**
 * A comparison where the operands are not simply two numbers.
 * @throws JSONataError T2010 for anything but numbers and texts, T2009 for a number and a text
 */
export function compare(at: number, operator: ComparisonOperator, left: unknown, right: unknown): boolean | undefined {
  for (const value of [left, right]) {
    if (value !== undefined && typeof value !== 'string' && typeof value !== 'number') {
      throw new JSONataError('T2010', `Both sides of ${operator} must be numbers or texts, and one is ${kindOf(value)}.`, at);
    }
  }
  if (left === undefined || right === undefined) return undefined;
  if (typeof left !== typeof right) {
    throw new JSONataError('T2009', `Both sides of ${operator} must be numbers, or both texts; one is a number and one a text.`, at);
  }
  const [first, second] = [left as number, right as number];
  switch (operator) {
    case '<':
      return first < second;
    case '<=':
      return first <= second;
    case '>':
      return first > second;
    case '>=':
      return first >= second;
  }
}

/** `left & right`. Nothing is an empty text. */
export function concat(at: number, left: unknown, right: unknown): string {
  return (left === undefined ? '' : textOf(left, at)) + (right === undefined ? '' : textOf(right, at));
}

/**
 * `[left..right]`: the whole numbers from one to the other, or nothing.
 * @throws JSONataError T2003, T2004 where a side is no whole number, D2014 where there are more than 10,000,000
 */
export function range(at: number, left: unknown, right: unknown): number[] | undefined {
  const from = wholeNumber(at, left, 'T2003');
  const to = wholeNumber(at, right, 'T2004');
  if (from === undefined || to === undefined || from > to) return undefined;
  const size = to - from + 1;
  if (size > RANGE_LIMIT) throw new JSONataError('D2014', `The range has ${String(size)} numbers; at most 10,000,000 are allowed.`, at);
  const numbers: number[] = [];
  for (let number = from; numbers.length < size; number++) numbers.push(number);
  return numbers;
}

function wholeNumber(at: number, value: unknown, code: string): number | undefined {
  if (value === undefined || Number.isInteger(value)) return value as number | undefined;
  throw new JSONataError(code, `Both sides of .. must be whole numbers, and one is ${kindOf(value)}.`, at);
}
