/** Deeper values are left where they are: whoever looks at them is at risk. */
const DEEPEST = 100;

/**
 * Whether a value comes out of another thread exactly as it goes in. Messages between threads carry more than that, but change
 * it: objects lose their class, Buffers theirs, properties that are computed or hidden become plain ones or are left out.
 */
export function travels(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function' && typeof value !== 'symbol';
  if (depth > DEEPEST) return false;
  switch (Object.getPrototypeOf(value)) {
    case Object.prototype:
      return Reflect.ownKeys(value).every((name) => isPlainProperty(value, name, depth));
    case Array.prototype:
      // A place without an item, or a property beside the items, makes the numbers differ.
      return Array.isArray(value) && Object.keys(value).length === value.length && value.every((item) => travels(item, depth + 1));
    case Date.prototype:
      return Object.prototype.toString.call(value) === '[object Date]' && Reflect.ownKeys(value).length === 0;
    default:
      return false;
  }
}

function isPlainProperty(holder: object, name: string | symbol, depth: number): boolean {
  const property = Reflect.getOwnPropertyDescriptor(holder, name);
  if (typeof name === 'symbol' || property?.enumerable !== true || !('value' in property)) return false;
  return travels(property.value, depth + 1);
}
