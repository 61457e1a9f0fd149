import { StreamingError } from '../errors';

/**
 * Records of object files: one line of JSON a record. What JSON cannot say is an object with the property `$`, which names
 * what it is: {"$":"number","value":"NaN"}, {"$":"undefined"}, {"$":"bigint","value":"12"}, {"$":"Date","value":0} (ms since
 * the epoch), {"$":"Buffer","value":"<base64>"}, {"$":"Uint8Array","value":"<base64>"}, {"$":"Map","value":[[key, value], ...]},
 * {"$":"Set","value":[...]}, and {"$":"Object","value":[[name, value], ...]} for objects that have a property `$` or `__proto__`.
 */
const TAG = '$';

/** How deeply the arrays and objects of a record may be nested. */
const MAXIMUM_DEPTH = 512;

type Tagged = Readonly<{ [TAG]: string; value?: unknown }>;

/**
 * A record as a line of an object file, without the line's end.
 * @throws StreamingError for what cannot be written: functions, symbols, instances of classes; it says where in the record
 */
export function objectLine(record: unknown): string {
  return JSON.stringify(encoded(record, []));
}

/**
 * The record of a line.
 * @throws StreamingError for a line that `objectLine` does not write
 */
export function recordOfLine(line: string): unknown {
  try {
    return decoded(JSON.parse(line) as unknown);
  } catch (thrown) {
    const start = line.length > 60 ? `${line.slice(0, 60)}...` : line;
    throw new StreamingError(`This is not a line of an object file: ${start}`, { cause: thrown });
  }
}

/** @param path the names and places that lead to the value, from the record on */
function encoded(value: unknown, path: readonly string[]): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      return { [TAG]: 'number', value: Object.is(value, -0) ? '-0' : String(value) };
    case 'undefined':
      return { [TAG]: 'undefined' };
    case 'bigint':
      return { [TAG]: 'bigint', value: value.toString() };
    case 'object':
      return value === null ? null : encodedObject(value, path);
    default:
      throw unwritable(`a ${typeof value}`, path);
  }
}

function encodedObject(value: object, path: readonly string[]): unknown {
  if (path.length >= MAXIMUM_DEPTH) {
    throw new StreamingError(
      `An object file takes records nested ${String(MAXIMUM_DEPTH)} levels deep, and this one goes deeper or contains itself.`,
    );
  }
  const inside = (inner: unknown, name: number | string): unknown => encoded(inner, [...path, String(name)]);
  if (Array.isArray(value)) return Array.from(value, inside);
  if (value instanceof Date) return { [TAG]: 'Date', value: inside(value.getTime(), 'time') };
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return { [TAG]: Buffer.isBuffer(value) ? 'Buffer' : 'Uint8Array', value: bytes.toString('base64') };
  }
  if (value instanceof Map) return { [TAG]: 'Map', value: Array.from(value, inside) };
  if (value instanceof Set) return { [TAG]: 'Set', value: Array.from(value, inside) };
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw unwritable(`an instance of ${value.constructor.name || 'a class'}`, path);
  }
  const entries = Object.entries(value).map(([name, inner]): [string, unknown] => [name, inside(inner, name)]);
  if (entries.some(([name]) => name === TAG || name === '__proto__')) return { [TAG]: 'Object', value: entries };
  return Object.fromEntries(entries);
}

function unwritable(what: string, path: readonly string[]): StreamingError {
  const where = path.length === 0 ? 'The record' : `The record's ${path.join('.')}`;
  return new StreamingError(
    `${where} is ${what}, which an object file cannot hold; map the records to plain data (arrays, objects, Map, Set, Date, bytes) first.`,
  );
}

function decoded(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(decoded);
  if (Object.hasOwn(value, TAG)) return decodedTagged(value as Tagged);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, decoded(inner)]));
}

function decodedTagged(tagged: Tagged): unknown {
  const { value } = tagged;
  switch (tagged[TAG]) {
    case 'number':
      return Number(value);
    case 'undefined':
      return undefined;
    case 'bigint':
      return BigInt(value as string);
    case 'Date':
      return new Date(decoded(value) as number);
    case 'Buffer':
      return Buffer.from(value as string, 'base64');
    case 'Uint8Array':
      return Uint8Array.from(Buffer.from(value as string, 'base64'));
    case 'Map':
      return new Map(decoded(value) as [unknown, unknown][]);
    case 'Set':
      return new Set(decoded(value) as unknown[]);
    case 'Object':
      // Makes properties of its own, also one called __proto__.
      return Object.fromEntries(decoded(value) as [string, unknown][]);
    default:
      throw new StreamingError(`Nothing is known of a value called ${tagged[TAG]}.`);
  }
}
