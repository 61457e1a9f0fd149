/** What a key may be. Objects are arrays, plain objects, Dates and bytes (`Uint8Array`, and so `Buffer`). */
export type Key = string | number | boolean | null | undefined | bigint | object;

/** A stand-in for a key that a JavaScript `Map` or `Set` compares the way keys compare: by value. */
export type KeyIdentity = string | number | boolean | null | undefined | bigint;

/** How deeply the arrays and objects of a key may be nested. */
export const MAXIMUM_KEY_DEPTH = 512;

/** Begins every identity that is not simply the key itself. No canonical text begins with it. */
const ESCAPE = '\u0001';
const ESCAPE_CODE = 1;

const HEXADECIMAL: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * A value that stands for the key in a `Map` or `Set`: two keys have the same identity exactly when they are equal by value.
 *
 * 1 and "1" differ, as do 1 and 1n; NaN equals NaN, and 0 equals -0. Arrays are equal when their elements are, objects when
 * they have the same own enumerable properties in whatever order (symbols, methods' prototypes and classes do not count, but
 * a property that holds undefined does), Dates by their time, bytes by their content whether a Buffer or not.
 *
 * Strings, numbers, booleans, bigints, null and undefined cost nothing; objects cost their canonical text.
 * @throws TypeError for functions, symbols, Maps and other things without a value of their own, and for objects that
 *   contain themselves
 * @throws RangeError beyond a depth of 512
 */
export function keyIdentity(key: unknown): KeyIdentity {
  switch (typeof key) {
    case 'string':
      return key.charCodeAt(0) === ESCAPE_CODE ? ESCAPE + key : key;
    case 'number':
      // Turns -0 into 0, so that identities may be compared by Object.is as well.
      return key + 0;
    case 'boolean':
    case 'bigint':
    case 'undefined':
      return key;
    default:
      return key === null ? null : ESCAPE + canonicalText(key);
  }
}

/**
 * The value written down in the one way there is for it: two values have the same text exactly when they are equal as keys.
 * What JSON can say is said as in JSON, without blanks and with properties sorted by UTF-16 code units; beyond JSON there are
 * `undefined`, `NaN`, `Infinity`, `12n`, `Date(0)` (ms since the epoch) and `bytes(00ff)`.
 * The text does not depend on the run or the platform, so it may be hashed and stored.
 * @throws as `keyIdentity` does
 */
export function canonicalText(value: unknown): string {
  return textOf(value, []);
}

/**
 * A hash by which a key is given to a partition: a whole number from 0 to 2^32 - 1, equal for equal keys,
 * the same in every run and on every platform.
 *
 * FNV-1a over the UTF-16 code units of a string, over the two halves of a number's IEEE 754 form, and over the canonical text
 * of anything else; then the finaliser of MurmurHash3, because FNV's low bits alone spread badly over few partitions.
 * @throws as `keyIdentity` does
 */
export function keyHash(key: unknown): number {
  if (typeof key === 'string') return finished(textHash(STRING_BASIS, key));
  if (typeof key === 'number') return finished(numberHash(key));
  return finished(textHash(OTHER_BASIS, canonicalText(key)));
}

const FNV_PRIME = 0x01000193;
// Different beginnings, so that 1, "1" and 1n are not always sent to the same partition.
const STRING_BASIS = 0x811c9dc5 | 0;
const NUMBER_BASIS = STRING_BASIS ^ 1;
const OTHER_BASIS = STRING_BASIS ^ 2;

const numberView = new DataView(new ArrayBuffer(8));

function textHash(basis: number, text: string): number {
  let hash = basis;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  }
  return hash;
}

function numberHash(value: number): number {
  // A NaN has many bit patterns; -0 has its own but equals 0.
  numberView.setFloat64(0, value + 0);
  const high = value !== value ? 0x7ff80000 : numberView.getInt32(0);
  const low = value !== value ? 0 : numberView.getInt32(4);
  return Math.imul(Math.imul(NUMBER_BASIS ^ high, FNV_PRIME) ^ low, FNV_PRIME);
}

function finished(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  mixed ^= mixed >>> 16;
  return mixed >>> 0;
}

/** @param ancestors the objects that `value` lies in, outermost first */
function textOf(value: unknown, ancestors: object[]): string {
  switch (typeof value) {
    case 'string':
      // Injective: also unpaired surrogates get an escape of their own.
      return JSON.stringify(value);
    case 'number':
      return String(value + 0);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return `${value.toString()}n`;
    case 'undefined':
      return 'undefined';
    case 'object':
      return value === null ? 'null' : objectText(value, ancestors);
    default:
      throw new TypeError(`A ${typeof value} cannot be a key or part of one; use a string, a number or plain data instead.`);
  }
}

function objectText(value: object, ancestors: object[]): string {
  if (ancestors.includes(value)) {
    throw new TypeError(`A key must not contain itself, and this one does at depth ${String(ancestors.length)}; `
      + 'make the key from the properties that matter.');
  }
  if (ancestors.length >= MAXIMUM_KEY_DEPTH) {
    throw new RangeError(`A key may be nested ${String(MAXIMUM_KEY_DEPTH)} levels deep, and this one goes deeper; `
      + 'make the key from the properties that matter.');
  }
  if (Array.isArray(value)) {
    ancestors.push(value);
    const text = arrayText(value, ancestors);
    ancestors.pop();
    return text;
  }
  const kind = kindOf(value);
  if (kind === 'Date') return `Date(${String(Date.prototype.getTime.call(value))})`;
  if (kind === 'Uint8Array') return bytesText(value as Uint8Array);
  if (kind !== 'Object') {
    throw new TypeError(`A key cannot be or contain a value of type ${kind}; `
      + 'use strings, numbers, booleans, arrays, plain objects, Dates or bytes (Buffer, Uint8Array).');
  }
  ancestors.push(value);
  const text = propertiesText(value as Readonly<Record<string, unknown>>, ancestors);
  ancestors.pop();
  return text;
}

/** The built-in type of an object that is not an array. Works for objects of another realm (a sandbox) too. */
function kindOf(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return 'Object';
  if (value instanceof Uint8Array) return 'Uint8Array';
  if (value instanceof Date) return 'Date';
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

function arrayText(elements: readonly unknown[], ancestors: object[]): string {
  let text = '[';
  for (let index = 0; index < elements.length; index++) {
    if (index > 0) text += ',';
    text += textOf(elements[index], ancestors);
  }
  return `${text}]`;
}

function propertiesText(properties: Readonly<Record<string, unknown>>, ancestors: object[]): string {
  let text = '{';
  // Only own names are read, so `__proto__` and `constructor` are names like any other.
  for (const name of Object.keys(properties).sort()) {
    if (text.length > 1) text += ',';
    text += `${JSON.stringify(name)}:${textOf(properties[name], ancestors)}`;
  }
  return `${text}}`;
}

function bytesText(bytes: Uint8Array): string {
  let text = 'bytes(';
  for (const byte of bytes) text += HEXADECIMAL[byte] ?? '';
  return `${text})`;
}
