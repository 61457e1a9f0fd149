/** So many parts of a value are looked at, and of one object or array so many; it is taken to go on like that. */
const MOST_PARTS = 200;
const MOST_ITEMS = 20;

/** What V8 takes for an object or an array beside what it holds, bytes. */
const OBJECT = 24;
/** A place in an object or array: a number, or where something else lies, bytes. */
const PLACE = 8;

/** About how many bytes of memory a value takes, by what V8 usually needs. What several values share counts for each of them. */
export function estimatedBytes(value: unknown): number {
  let parts = MOST_PARTS;
  const bytesOf = (part: unknown): number => {
    if (parts-- <= 0) return 0;
    if (typeof part === 'string') return OBJECT + part.length;
    if (typeof part !== 'object' || part === null) return 0;
    if (ArrayBuffer.isView(part)) return OBJECT + part.byteLength;
    const { count, items } = contentsOf(part);
    const held = items.reduce((sum: number, item) => sum + bytesOf(item), 0);
    return OBJECT + count * PLACE + (items.length === 0 ? 0 : (held / items.length) * count);
  };
  try {
    return PLACE + bytesOf(value);
  } catch {
    // An object of the user's that throws when it is looked at.
    return PLACE;
  }
}

/** How much there is in an object or array, and the first of it. */
function contentsOf(part: object): { readonly count: number; readonly items: readonly unknown[] } {
  if (Array.isArray(part)) return { count: part.length, items: part.slice(0, MOST_ITEMS) };
  const names = Object.keys(part);
  return { count: names.length, items: names.slice(0, MOST_ITEMS).map((name) => (part as Record<string, unknown>)[name]) };
}

/** The mean over some values, bytes; 0 where there is none. */
export function meanBytes(values: readonly unknown[]): number {
  return values.length === 0 ? 0 : values.reduce((sum: number, value) => sum + estimatedBytes(value), 0) / values.length;
}
