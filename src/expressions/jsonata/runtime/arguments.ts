import { JSONataError, kindOf } from '../JSONataError';

/** What calls of JSONata's functions are given. Nothing is allowed in place of any argument. */

/** @throws JSONataError T0410 for anything but a text */
export function textArgument(at: number, name: string, place: number, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw unsuitable(at, name, place, value, 'a text');
}

/** @throws JSONataError T0410 for anything but a number */
export function numberArgument(at: number, name: string, place: number, value: unknown): number | undefined {
  if (value === undefined || typeof value === 'number') return value;
  throw unsuitable(at, name, place, value, 'a number');
}

interface Kinds {
  number: number;
  string: string;
  object: object;
}

const KIND_WORDS: Readonly<Record<keyof Kinds, string>> = { number: 'numbers', string: 'texts', object: 'objects' };

/**
 * An array of values of one kind; a single value of the kind is an array of one.
 * @throws JSONataError T0412 for anything else
 */
export function listArgument<Kind extends keyof Kinds>(at: number, name: string, value: unknown, kind: Kind): Kinds[Kind][] | undefined {
  if (value === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.every((item) => isOfKind(item, kind))) return list as Kinds[Kind][];
  throw new JSONataError('T0412', `The argument of $${name} must be an array of ${KIND_WORDS[kind]}.`, at);
}

function isOfKind(value: unknown, kind: keyof Kinds): boolean {
  return typeof value === kind && value !== null && !Array.isArray(value);
}

function unsuitable(at: number, name: string, place: number, value: unknown, wanted: string): JSONataError {
  return new JSONataError('T0410', `Argument ${String(place)} of $${name} must be ${wanted}, and it is ${kindOf(value)}.`, at);
}
