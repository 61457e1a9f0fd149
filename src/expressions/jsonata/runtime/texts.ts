import { JSONataError } from '../JSONataError';
import { listArgument, numberArgument, textArgument } from './arguments';
import { textOf } from './values';

/** JSONata's functions over texts. Nothing gives nothing; `at` is the position of the call. Characters are code points. */

export function string(at: number, value: unknown): string | undefined {
  return value === undefined ? undefined : textOf(value, at);
}

export function length(at: number, value: unknown): number | undefined {
  const text = textArgument(at, 'length', 1, value);
  return text === undefined ? undefined : Array.from(text).length;
}

export function lowercase(at: number, value: unknown): string | undefined {
  return textArgument(at, 'lowercase', 1, value)?.toLowerCase();
}

export function uppercase(at: number, value: unknown): string | undefined {
  return textArgument(at, 'uppercase', 1, value)?.toUpperCase();
}

/** One space for each run of white space, none at the ends. */
export function trim(at: number, value: unknown): string | undefined {
  return textArgument(at, 'trim', 1, value)
    ?.replace(/[ \t\n\r]+/g, ' ')
    .replace(/^ | $/g, '');
}

export function substring(at: number, value: unknown, start: unknown, count?: unknown): string | undefined {
  const text = textArgument(at, 'substring', 1, value);
  const from = numberArgument(at, 'substring', 2, start) ?? NaN;
  const most = numberArgument(at, 'substring', 3, count);
  if (text === undefined) return undefined;
  const characters = Array.from(text);
  const first = characters.length + from < 0 ? 0 : from;
  if (most === undefined) return characters.slice(first).join('');
  if (most <= 0) return '';
  const end = first >= 0 ? first + most : characters.length + first + most;
  return characters.slice(first, end).join('');
}

export function substringBefore(at: number, value: unknown, mark: unknown): string | undefined {
  const text = textArgument(at, 'substringBefore', 1, value);
  const before = textArgument(at, 'substringBefore', 2, mark);
  if (text === undefined || before === undefined) return text;
  const place = text.indexOf(before);
  return place < 0 ? text : text.slice(0, place);
}

export function substringAfter(at: number, value: unknown, mark: unknown): string | undefined {
  const text = textArgument(at, 'substringAfter', 1, value);
  const after = textArgument(at, 'substringAfter', 2, mark);
  if (text === undefined || after === undefined) return text;
  const place = text.indexOf(after);
  return place < 0 ? text : text.slice(place + after.length);
}

export function contains(at: number, value: unknown, part: unknown): boolean | undefined {
  const text = textArgument(at, 'contains', 1, value);
  const searched = textArgument(at, 'contains', 2, part);
  return searched === undefined ? undefined : text?.includes(searched);
}

/** @throws JSONataError D3020 for a negative limit */
export function split(at: number, value: unknown, separator: unknown, limit?: unknown): string[] | undefined {
  const text = textArgument(at, 'split', 1, value);
  const mark = textArgument(at, 'split', 2, separator);
  const most = numberArgument(at, 'split', 3, limit);
  if (text === undefined) return undefined;
  if (most !== undefined && most < 0) throw new JSONataError('D3020', `The limit of $split must not be negative, and it is ${String(most)}.`, at);
  if (most !== undefined && !(most > 0)) return [];
  if (mark === undefined) throw new JSONataError('T0410', 'Argument 2 of $split must be a text, and it is nothing.', at);
  return text.split(mark, most);
}

export function join(at: number, values: unknown, separator?: unknown): string | undefined {
  const mark = textArgument(at, 'join', 2, separator) ?? '';
  return listArgument(at, 'join', values, 'string')?.join(mark);
}

/** `$substring` with two arguments. Where these are numbers, the text is the context: `name.$substring(0, 3)`. */
export function shortSubstring(at: number, context: unknown, first: unknown, second: unknown): string | undefined {
  const isShort = typeof first === 'number' && (second === undefined || typeof second === 'number');
  return isShort ? substring(at, fromContext(at, 'substring', context), first, second) : substring(at, first, second);
}

/** `$split` with two arguments. Where these are a separator and a limit, the text is the context. */
export function shortSplit(at: number, context: unknown, first: unknown, second: unknown): string[] | undefined {
  const isShort = (first === undefined || typeof first === 'string') && typeof second === 'number';
  return isShort ? split(at, fromContext(at, 'split', context), first, second) : split(at, first, second);
}

/** @throws JSONataError T0411 where the context is no text */
function fromContext(at: number, name: string, context: unknown): string | undefined {
  if (context === undefined || typeof context === 'string') return context;
  throw new JSONataError('T0411', `Argument 1 of $${name} is missing, and what it would be taken from is no text.`, at);
}
