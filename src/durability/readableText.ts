/** What of a record is written at most: characters of JSON text. */
const MAXIMUM_TEXT = 64 * 1024;
const MAXIMUM_DEPTH = 20;
const MAXIMUM_ENTRIES = 1000;

/**
 * Any value as JSON that a person can read, on one line: bytes as `{"text": ..., "base64": ...}`, maps and sets as lists, and what JSON
 * does not know as text. Never throws. Too long ones are cut, and then are a text with the beginning.
 */
export function readableText(value: unknown): string {
  try {
    const text = JSON.stringify(readable(value, 0));
    return text.length <= MAXIMUM_TEXT ? text : JSON.stringify(`${text.slice(0, MAXIMUM_TEXT)}... (${text.length} characters)`);
  } catch {
    // Such as a getter that throws.
    return '"(it cannot be shown)"';
  }
}

function readable(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'object':
      if (value === null) return null;
      return depth < MAXIMUM_DEPTH ? readableObject(value, depth + 1) : '(nested too deeply)';
    case 'undefined':
      return null;
    default:
      return `(${typeof value})`;
  }
}

function readableObject(value: object, depth: number): unknown {
  if (ArrayBuffer.isView(value)) return readableBytes(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
  if (value instanceof ArrayBuffer) return readableBytes(Buffer.from(value));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '(no date)' : value.toISOString();
  if (value instanceof Error) return value.message;
  if (value instanceof Map) return firstOf(value, depth);
  if (Array.isArray(value) || value instanceof Set) return firstOf(value, depth);
  const names = Object.keys(value).slice(0, MAXIMUM_ENTRIES);
  // Properties are defined, not assigned: a name may be __proto__.
  return Object.fromEntries(names.map((name) => [name, readable((value as Readonly<Record<string, unknown>>)[name], depth)]));
}

function firstOf(values: Iterable<unknown>, depth: number): unknown[] {
  const result: unknown[] = [];
  for (const each of values) {
    if (result.length === MAXIMUM_ENTRIES) {
      result.push('...');
      break;
    }
    result.push(readable(each, depth));
  }
  return result;
}

function readableBytes(bytes: Buffer): unknown {
  const beginning = bytes.subarray(0, MAXIMUM_TEXT / 4);
  return {
    text: beginning.toString('utf8'), base64: beginning.toString('base64'),
    ...(beginning.length < bytes.length ? { bytes: bytes.length } : {}),
  };
}
