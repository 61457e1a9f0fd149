import { endianness } from './endianness';
import { ByteReader } from './ByteReader';
import { ByteWriter } from './ByteWriter';
import { EncodingError } from './errors';

/** Written in front of every value. Format n reads n and, once there is one, n - 1. */
export const ENCODING_VERSION = 1;

/** How deeply arrays, objects, maps and sets may be nested. */
export const MAXIMUM_DEPTH = 512;

/** What kind of value follows. These numbers are in files: never change one, never use one again. */
const TAG = {
  null: 0,
  undefined: 1,
  false: 2,
  true: 3,
  /** A whole number that is not negative, as a count. */
  natural: 4,
  /** A negative whole number; the count is -1 less it. */
  negative: 5,
  float: 6,
  text: 7,
  /** Text with half a surrogate pair, which UTF-8 cannot say. */
  text16: 8,
  bigint: 9,
  date: 10,
  buffer: 11,
  array: 12,
  object: 13,
  /** An object without prototype. */
  bareObject: 14,
  map: 15,
  set: 16,
  /** A typed array: its kind, then its bytes. */
  typedArray: 17,
  arrayBuffer: 18,
} as const;

/** The place in this list is in files: add at the end only. */
const TYPED_ARRAYS = [
  Uint8Array, Uint8ClampedArray, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array,
  Float32Array, Float64Array, BigUint64Array, BigInt64Array,
] as const;

/** Half a surrogate pair by itself. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Plain data as bytes, and nothing lost: NaN, the infinities, -0, undefined, bigint, Date (invalid ones too), Buffer, typed arrays,
 * Map and Set with keys of any kind, objects with or without prototype, texts of any code units. The first byte is the version.
 * A value that is reached twice is written twice; a hole of an array becomes undefined; properties whose names are symbols are left out.
 * @throws EncodingError with the way to what cannot be held: functions, symbols, instances of classes, more than 512 levels
 */
export function encode(value: unknown): Buffer {
  const encoder = new Encoder();
  encoder.writer.byte(ENCODING_VERSION);
  encoder.value(value);
  return encoder.writer.finish();
}

/**
 * The value that `encode` was given, in memory of its own. Makes plain data only, whatever the bytes say.
 * @throws DecodingError for bytes that `encode` does not write
 */
export function decode(bytes: Uint8Array): unknown {
  const reader = new ByteReader(bytes);
  const version = reader.byte();
  if (version !== ENCODING_VERSION) {
    throw reader.error(`format ${version} is announced, and formats up to ${ENCODING_VERSION} are known`);
  }
  const value = new Decoder(reader).value(0);
  if (reader.remaining > 0) throw reader.error(`${reader.remaining} bytes are left over`);
  return value;
}

class Encoder {
  readonly writer = new ByteWriter();
  /** Names of properties that were written, with their numbers: objects of one shape name their properties once. */
  readonly #names = new Map<string, number>();
  /** The way to the value that is being written. */
  readonly #path: unknown[] = [];

  value(value: unknown): void {
    const { writer } = this;
    switch (typeof value) {
      case 'string':
        this.#text(value);
        return;
      case 'number':
        this.#number(value);
        return;
      case 'boolean':
        writer.byte(value ? TAG.true : TAG.false);
        return;
      case 'undefined':
        writer.byte(TAG.undefined);
        return;
      case 'bigint':
        writer.byte(TAG.bigint);
        writer.text(value.toString(16), 'utf8');
        return;
      case 'object':
        if (value === null) writer.byte(TAG.null);
        else this.#object(value);
        return;
      default:
        throw this.#refusal(`a ${typeof value}`);
    }
  }

  #number(value: number): void {
    const { writer } = this;
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      writer.byte(TAG.float);
      writer.float64(value);
    } else if (value >= 0) {
      writer.byte(TAG.natural);
      writer.count(value);
    } else {
      writer.byte(TAG.negative);
      writer.count(-1 - value);
    }
  }

  #text(value: string): void {
    if (!LONE_SURROGATE.test(value)) {
      this.writer.byte(TAG.text);
      this.writer.text(value, 'utf8');
    } else {
      this.writer.byte(TAG.text16);
      this.writer.text(value, 'utf16le');
    }
  }

  #object(value: object): void {
    const { writer } = this;
    if (this.#path.length >= MAXIMUM_DEPTH) {
      throw new EncodingError(
        `A value may be nested ${MAXIMUM_DEPTH} levels deep, and this one goes deeper or contains itself, ` +
          `at ${pathText(this.#path.slice(0, 8))}...; make it flatter.`,
      );
    }
    if (Array.isArray(value)) {
      writer.byte(TAG.array);
      writer.count(value.length);
      for (let index = 0; index < value.length; index++) this.#inside(index, value[index]);
    } else if (value instanceof Date) {
      writer.byte(TAG.date);
      writer.float64(value.getTime());
    } else if (ArrayBuffer.isView(value)) {
      this.#view(value);
    } else if (value instanceof ArrayBuffer) {
      writer.byte(TAG.arrayBuffer);
      writer.count(value.byteLength);
      writer.bytes(new Uint8Array(value));
    } else if (value instanceof Map) {
      writer.byte(TAG.map);
      writer.count(value.size);
      for (const [key, inner] of value as Map<unknown, unknown>) {
        this.#inside('(key)', key);
        this.#inside(key, inner);
      }
    } else if (value instanceof Set) {
      writer.byte(TAG.set);
      writer.count(value.size);
      for (const inner of value as Set<unknown>) this.#inside('(member)', inner);
    } else {
      this.#plain(value);
    }
  }

  #plain(value: object): void {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      throw this.#refusal(`an instance of ${value.constructor.name || 'a class without name'}`);
    }
    const { writer } = this;
    const names = Object.keys(value);
    writer.byte(prototype === null ? TAG.bareObject : TAG.object);
    writer.count(names.length);
    for (const name of names) {
      this.#name(name);
      this.#inside(name, (value as Readonly<Record<string, unknown>>)[name]);
    }
  }

  #name(name: string): void {
    const known = this.#names.get(name);
    if (known !== undefined) {
      this.writer.count(known);
      return;
    }
    this.#names.set(name, this.#names.size + 1);
    this.writer.count(0);
    this.#text(name);
  }

  #view(value: ArrayBufferView): void {
    const { writer } = this;
    if (Buffer.isBuffer(value)) {
      writer.byte(TAG.buffer);
      writer.count(value.length);
      writer.bytes(value);
      return;
    }
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    const kind = TYPED_ARRAYS.findIndex((type) => Object.getPrototypeOf(value) === type.prototype);
    const type = TYPED_ARRAYS[kind];
    if (type === undefined) throw this.#refusal(`an instance of ${value.constructor.name}`);
    writer.byte(TAG.typedArray);
    writer.byte(kind);
    writer.count(bytes.length);
    writer.bytes(endianness.inFile(bytes, type.BYTES_PER_ELEMENT));
  }

  #inside(step: unknown, value: unknown): void {
    this.#path.push(step);
    this.value(value);
    this.#path.pop();
  }

  #refusal(what: string): EncodingError {
    const where = this.#path.length === 0 ? 'The value' : `What is at ${pathText(this.#path)}`;
    return new EncodingError(
      `${where} is ${what}, which cannot be kept; make it plain data (arrays, objects, Map, Set, Date, bytes, numbers, texts) first.`,
    );
  }
}

class Decoder {
  readonly #reader: ByteReader;
  readonly #names: string[] = [];

  constructor(reader: ByteReader) {
    this.#reader = reader;
  }

  value(depth: number): unknown {
    const reader = this.#reader;
    const tag = reader.byte();
    switch (tag) {
      case TAG.null:
        return null;
      case TAG.undefined:
        return undefined;
      case TAG.false:
        return false;
      case TAG.true:
        return true;
      case TAG.natural:
        return reader.count();
      case TAG.negative:
        return -1 - reader.count();
      case TAG.float:
        return reader.float64();
      case TAG.text:
      case TAG.text16:
        return this.#text(tag);
      case TAG.bigint:
        return this.#bigint();
      case TAG.date:
        return new Date(reader.float64());
      case TAG.buffer:
        return Buffer.from(reader.bytes(reader.count()));
      case TAG.typedArray:
        return this.#typedArray();
      case TAG.arrayBuffer:
        return Uint8Array.from(reader.bytes(reader.count())).buffer;
      default:
        if (depth >= MAXIMUM_DEPTH) throw reader.error(`values are nested more than ${MAXIMUM_DEPTH} levels deep`);
        return this.#container(tag, depth + 1);
    }
  }

  #container(tag: number, depth: number): unknown {
    const reader = this.#reader;
    switch (tag) {
      case TAG.array: {
        const array: unknown[] = [];
        for (let left = reader.countOf(1); left > 0; left--) array.push(this.value(depth));
        return array;
      }
      case TAG.object:
        return this.#properties({}, depth);
      case TAG.bareObject:
        return this.#properties(Object.create(null) as object, depth);
      case TAG.map: {
        const map = new Map<unknown, unknown>();
        for (let left = reader.countOf(2); left > 0; left--) {
          const key = this.value(depth);
          map.set(key, this.value(depth));
        }
        return map;
      }
      case TAG.set: {
        const set = new Set<unknown>();
        for (let left = reader.countOf(1); left > 0; left--) set.add(this.value(depth));
        return set;
      }
      default:
        throw reader.error(`there is no kind of value with number ${tag}`);
    }
  }

  #properties(object: object, depth: number): object {
    for (let left = this.#reader.countOf(2); left > 0; left--) {
      const name = this.#name();
      const value = this.value(depth);
      // An assignment would make it the prototype.
      if (name === '__proto__') Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true });
      else (object as Record<string, unknown>)[name] = value;
    }
    return object;
  }

  #name(): string {
    const reader = this.#reader;
    const number = reader.count();
    if (number > 0) {
      const known = this.#names[number - 1];
      if (known === undefined) throw reader.error(`there is no name with number ${number} yet`);
      return known;
    }
    const name = this.#text(reader.byte());
    this.#names.push(name);
    return name;
  }

  #text(tag: number): string {
    if (tag === TAG.text) return this.#reader.text('utf8');
    if (tag === TAG.text16) return this.#reader.text('utf16le');
    throw this.#reader.error('a name is no text');
  }

  #bigint(): bigint {
    const [, sign, digits] = /^(-?)([0-9a-f]+)$/.exec(this.#reader.text('utf8')) ?? [];
    if (digits === undefined) throw this.#reader.error('a bigint has no digits');
    const magnitude = BigInt(`0x${digits}`);
    return sign === '-' ? -magnitude : magnitude;
  }

  #typedArray(): object {
    const reader = this.#reader;
    const kind = reader.byte();
    const type = TYPED_ARRAYS[kind];
    if (type === undefined) throw reader.error(`there is no kind of typed array with number ${kind}`);
    const size = reader.count();
    if (size % type.BYTES_PER_ELEMENT !== 0) throw reader.error(`${size} bytes are announced for a ${type.name}`);
    const bytes = endianness.inFile(Uint8Array.from(reader.bytes(size)), type.BYTES_PER_ELEMENT);
    return new type(bytes.buffer as ArrayBuffer, bytes.byteOffset, size / type.BYTES_PER_ELEMENT);
  }
}

function pathText(path: readonly unknown[]): string {
  return path.map((step) => (typeof step === 'string' || typeof step === 'number' ? String(step) : `(${typeof step})`)).join('.');
}
