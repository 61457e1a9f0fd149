/** How deeply arrays and objects are written out; what lies deeper shows as "...". */
const MAXIMUM_DEPTH = 100;

/**
 * A record as one text, for people and for text files: a string as it is, an array as Spark writes a tuple, such as (a,1), a
 * Date in ISO 8601, bytes in hexadecimal, other objects like JSON, and everything else as JavaScript writes it. Not meant to be
 * read back: two records may have the same text.
 */
export function recordText(record: unknown): string {
  return textOf(record, 0);
}

function textOf(value: unknown, depth: number): string {
  if (Object.is(value, -0)) return '-0';
  if (typeof value !== 'object' || value === null) return String(value);
  if (depth >= MAXIMUM_DEPTH) return '...';
  const inside = (inner: unknown): string => textOf(inner, depth + 1);
  if (Array.isArray(value)) return `(${Array.from(value, inside).join(',')})`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Uint8Array) return Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (value instanceof Map) return `Map(${Array.from(value, ([key, of]) => `${inside(key)} -> ${inside(of)}`).join(',')})`;
  if (value instanceof Set) return `Set(${Array.from(value, inside).join(',')})`;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return `{${Object.entries(value).map(([name, of]) => `${JSON.stringify(name)}:${quoted(of, inside)}`).join(',')}}`;
}

function quoted(value: unknown, inside: (inner: unknown) => string): string {
  return typeof value === 'string' ? JSON.stringify(value) : inside(value);
}
