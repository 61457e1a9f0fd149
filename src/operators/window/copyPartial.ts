import type { Aggregate } from '../aggregates/Aggregate';

/** How deeply the arrays and objects of a partial may be nested. */
const MAXIMUM_DEPTH = 512;

/**
 * A copy of plain data that shares nothing which could be changed: arrays, plain objects and typed arrays are copied all the
 * way down, Dates too. Anything else (an instance of a class) is not plain data and is shared.
 * Costs nothing for numbers, strings and null.
 * @throws RangeError beyond a depth of 512, which data that contains itself reaches too
 */
export function copyPartial<Partial>(partial: Partial): Partial {
  return (typeof partial === 'object' && partial !== null ? copyObject(partial, 1) : partial) as Partial;
}

/** A copy of an aggregate's partial that shares nothing which could be changed, made in the aggregate's own way where it has one. */
export function copyOf<Partial>(aggregate: Aggregate<Partial>, partial: Partial): Partial {
  return aggregate.copy === undefined ? copyPartial(partial) : aggregate.copy(partial);
}

function copyObject(source: object, depth: number): object {
  if (depth > MAXIMUM_DEPTH) {
    throw new RangeError(`A partial may be nested ${String(MAXIMUM_DEPTH)} levels deep, and this one goes deeper or contains `
      + 'itself; keep in it only what the result needs.');
  }
  if (Array.isArray(source)) return copyArray(source, depth);
  if (ArrayBuffer.isView(source)) return copyView(source);
  if (source instanceof Date) return new Date(source.getTime());
  const prototype: unknown = Object.getPrototypeOf(source);
  if (prototype !== Object.prototype && prototype !== null) return source;
  const copy: Record<string, unknown> = prototype === null ? Object.create(null) as Record<string, unknown> : {};
  const properties = source as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(properties)) {
    const value = copyValue(properties[name], depth);
    if (name === '__proto__') {
      // Assigning it would change the prototype instead of making a property.
      Object.defineProperty(copy, name, { value, writable: true, enumerable: true, configurable: true });
    } else {
      copy[name] = value;
    }
  }
  return copy;
}

function copyArray(source: readonly unknown[], depth: number): unknown[] {
  const copy = source.slice();
  for (let index = 0; index < copy.length; index++) {
    const value = copy[index];
    if (typeof value === 'object' && value !== null) copy[index] = copyObject(value, depth + 1);
  }
  return copy;
}

function copyView(source: ArrayBufferView): object {
  if (source instanceof DataView) {
    return new DataView(source.buffer.slice(source.byteOffset, source.byteOffset + source.byteLength));
  }
  // The typed arrays' own slice copies; that of Buffer would share the memory.
  return Uint8Array.prototype.slice.call(source);
}

function copyValue(value: unknown, depth: number): unknown {
  return typeof value === 'object' && value !== null ? copyObject(value, depth + 1) : value;
}
