import { types } from 'node:util';

/** How deep what is shown goes: nobody looks further, and far deeper values would overflow the stack of whoever reads the JSON. */
const DEEPEST = 64;

/** A value as JSON, for somebody who wants to look at it. */
export interface ShownJson {
  /** JSON where all of the value is in it, otherwise its beginning. */
  readonly text: string;
  readonly isWhole: boolean;
}

/**
 * JSON of any value, as the debug sidebar would show it, in at most so many bytes. What JSON has no words for becomes a text: NaN,
 * bigints, functions, what contains itself. Never fails, does not look at more of the value than it shows, and runs no code of it:
 * neither getters nor `toJSON` nor iterators.
 */
export function shownJson(value: unknown, bytes: number): ShownJson {
  const writer = new Writer(bytes);
  writer.value(value, []);
  return { text: writer.text, isWhole: writer.room >= 0 };
}

class Writer {
  text = '';
  /** Bytes that still fit; negative when something did not. */
  room: number;

  constructor(bytes: number) {
    this.room = bytes;
  }

  /** @param around the objects that the value is in, the outermost first */
  value(value: unknown, around: readonly object[]): void {
    if (this.room < 0) return;
    if (typeof value !== 'object' || value === null) {
      this.#simple(value);
    } else if (around.includes(value)) {
      this.#simple('[circular]');
    } else if (around.length >= DEEPEST) {
      this.#simple(Array.isArray(value) ? '[array]' : '[object]');
    } else {
      try {
        this.#object(value, [...around, value]);
      } catch {
        // Objects of other realms, or half of one, may refuse to be looked at.
        this.#simple('[unreadable]');
      }
    }
  }

  #simple(value: unknown): void {
    switch (typeof value) {
      case 'string':
        // No more of it than can fit: it may be very long.
        this.#write(JSON.stringify(value.slice(0, this.room + 1)));
        break;
      case 'number':
        this.#write(Number.isFinite(value) ? JSON.stringify(value) : `"${String(value)}"`);
        break;
      case 'bigint':
        this.#write(`"${value.toString()}"`);
        break;
      case 'function':
        this.#write('"[function]"');
        break;
      case 'symbol':
        this.#simple(value.toString());
        break;
      default:
        // Undefined in an array, as in JSON.
        this.#write(value === true || value === false ? String(value) : 'null');
    }
  }

  #object(value: object, around: readonly object[]): void {
    if (types.isProxy(value)) this.#simple('[proxy]');
    else if (types.isDate(value)) this.#simple(dateText(value));
    else if (Buffer.isBuffer(value)) this.#members([['type', 'Buffer'], ['data', numbersOf(value, this.room)]], around);
    else if (ArrayBuffer.isView(value)) this.#items(numbersOf(value, this.room), around);
    else if (Array.isArray(value)) this.#items(itemsOf(value), around);
    else if (types.isSet(value)) this.#items(Set.prototype.values.call(value), around);
    else if (types.isMap(value)) this.#members(Map.prototype.entries.call(value), around);
    else if (types.isNativeError(value)) this.#members([['message', propertyOf(value, 'message')], ...propertiesOf(value)], around);
    else this.#members(propertiesOf(value), around);
  }

  #items(items: Iterable<unknown>, around: readonly object[]): void {
    let separator = '[';
    for (const item of items) {
      this.#write(separator);
      this.value(item, around);
      if (this.room < 0) return;
      separator = ',';
    }
    this.#write(separator === '[' ? '[]' : ']');
  }

  #members(members: Iterable<readonly [name: unknown, value: unknown]>, around: readonly object[]): void {
    let separator = '{';
    for (const [name, value] of members) {
      // Left out, as in JSON.
      if (value === undefined) continue;
      this.#write(separator);
      this.#simple(nameOf(name));
      this.#write(':');
      this.value(value, around);
      if (this.room < 0) return;
      separator = ',';
    }
    this.#write(separator === '{' ? '{}' : '}');
  }

  #write(part: string): void {
    if (this.room < 0) return;
    const bytes = Buffer.byteLength(part);
    this.text += bytes <= this.room ? part : beginningOf(part, this.room);
    this.room -= bytes;
  }
}

/** As much of a text as fits into so many bytes of UTF-8. */
export function beginningOf(text: string, bytes: number): string {
  let room = bytes;
  let end = 0;
  for (const character of text) {
    room -= Buffer.byteLength(character);
    if (room < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** A key of a Map as the name of a member. */
function nameOf(key: unknown): string {
  return typeof key === 'object' || typeof key === 'function' ? '[object]' : `${key as string | number}`;
}

/** What a date says; `toISOString` throws for one that is none. */
function dateText(date: Date): string {
  return Number.isNaN(Date.prototype.getTime.call(date)) ? 'Invalid Date' : Date.prototype.toISOString.call(date);
}

/** The first elements of a typed array; the first bytes of a DataView. */
function numbersOf(view: ArrayBufferView, most: number): unknown[] {
  const elements = types.isTypedArray(view) ? view : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return Array.from(Uint8Array.prototype.subarray.call(elements, 0, most));
}

function* itemsOf(array: readonly unknown[]): Iterable<unknown> {
  for (let index = 0; index < array.length; index++) yield propertyOf(array, index);
}

/** The own properties that JSON would show. */
function* propertiesOf(value: object): Iterable<readonly [name: string, value: unknown]> {
  for (const name of Object.keys(value)) yield [name, propertyOf(value, name)];
}

/** An own property, unless it would have to be computed. */
function propertyOf(value: object, name: string | number): unknown {
  const property = Object.getOwnPropertyDescriptor(value, name);
  return property?.get === undefined ? property?.value : '[getter]';
}
