import { listArgument, textArgument } from './arguments';
import { setMember } from './objects';
import { member, single } from './paths';
import { isNumber, isPlain, truth } from './values';

/** JSONata's functions over arrays, objects and values of any kind; `at` is the position of the call. */

export function count(_at: number, value: unknown): number {
  if (value === undefined) return 0;
  return Array.isArray(value) ? value.length : 1;
}

export function append(_at: number, first: unknown, second: unknown): unknown {
  if (first === undefined) return second;
  if (second === undefined) return first;
  return [...listOf(first), ...listOf(second)];
}

export function reverse(_at: number, value: unknown): unknown[] | undefined {
  return value === undefined ? undefined : listOf(value).toReversed();
}

/** The names of an object, or of all objects of an array. */
export function keys(_at: number, value: unknown): unknown {
  return single(namesOf(value));
}

function namesOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return isPlain(value) ? Object.keys(value) : [];
  // Names that look like numbers come first, as in any object.
  const names = Object.create(null) as Record<string, true>;
  for (const item of value) for (const name of namesOf(item)) names[name] = true;
  return Object.keys(names);
}

/** What every object has by birth is nobody's data: such names find nothing. */
export function lookup(at: number, value: unknown, key: unknown): unknown {
  const name = textArgument(at, 'lookup', 2, key) ?? 'undefined';
  return name === 'prototype' || name in Object.prototype ? undefined : member(value, name);
}

/** One object with the members of all; where several have the same name, the last one's. */
export function merge(at: number, values: unknown): object | undefined {
  const objects = listArgument(at, 'merge', values, 'object');
  if (objects === undefined) return undefined;
  const result = {};
  for (const object of objects) for (const [name, value] of Object.entries(object)) setMember(result, name, value);
  return result;
}

export function boolean(at: number, value: unknown): boolean | undefined {
  return value === undefined ? undefined : truth(value, at);
}

export function not(at: number, value: unknown): boolean | undefined {
  return value === undefined ? undefined : !truth(value, at);
}

export function exists(_at: number, value: unknown): boolean {
  return value !== undefined;
}

export function type(at: number, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  // For JSONata, NaN is an object.
  if (typeof value === 'number') return isNumber(value, at) ? 'number' : 'object';
  return typeof value;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
