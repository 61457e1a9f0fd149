import { types } from 'node:util';

/** Values nested deeper than this are refused: the recursion itself, and everything after it, would be at risk. */
export const COPY_DEPTH_LIMIT = 512;

/** Down to this depth and this many objects a copy keeps no list of what it has seen; most messages never get there. */
const UNTRACKED_DEPTH = 16;
const UNTRACKED_OBJECTS = 100_000;

/** Thrown to start again with a list of what was seen. */
const TRACKING_NEEDED = new Error('tracking needed');

/** One copy on its way: what it has seen so far, or null while it does not keep track. */
class Copying {
  #left = UNTRACKED_OBJECTS;
  readonly #seen: Map<object, unknown> | null;

  constructor(seen: Map<object, unknown> | null) {
    this.#seen = seen;
  }

  copy(value: object, depth: number): unknown {
    const seen = this.#seen;
    if (seen === null) {
      if (depth > UNTRACKED_DEPTH || --this.#left < 0) throw TRACKING_NEEDED;
    } else {
      const known = seen.get(value);
      if (known !== undefined) return known;
      if (depth > COPY_DEPTH_LIMIT) {
        throw new RangeError(
          `A value is nested more than ${String(COPY_DEPTH_LIMIT)} levels deep and cannot be copied; send a flatter value.`,
        );
      }
    }
    if (Array.isArray(value)) return this.#array(value, depth);
    const prototype = Object.getPrototypeOf(value) as object | null;
    // A function node builds its objects in a context of its own: their prototype is another Object.prototype.
    if (prototype === Object.prototype || (prototype !== null && Object.getPrototypeOf(prototype) === null)) {
      return this.#properties({ ...value }, value, depth);
    }
    return this.#special(value, prototype, depth);
  }

  #array(value: readonly unknown[], depth: number): unknown[] {
    const result: unknown[] = Object.getPrototypeOf(value) === Array.prototype ? value.slice() : Array.from(value);
    this.#seen?.set(value, result);
    for (let index = 0; index < result.length; index++) {
      const item = result[index];
      if (typeof item === 'object' && item !== null) result[index] = this.copy(item, depth + 1);
    }
    return result;
  }

  /** `result` holds the same properties as `value`; every object among them is replaced by its copy. */
  #properties(result: object, value: object, depth: number): object {
    this.#seen?.set(value, result);
    const properties = result as Record<string, unknown>;
    for (const name in properties) {
      const item = properties[name];
      if (typeof item !== 'object' || item === null || !Object.hasOwn(properties, name)) continue;
      // Also right for `__proto__`: the spread has made it an own property, so no prototype is set here.
      properties[name] = this.copy(item, depth + 1);
    }
    return result;
  }

  #special(value: object, prototype: object | null, depth: number): unknown {
    if (Buffer.isBuffer(value)) return this.#remember(value, Buffer.from(value));
    if (types.isTypedArray(value)) return this.#remember(value, value.slice());
    if (types.isDate(value)) return this.#remember(value, new Date(value.getTime()));
    if (types.isMap(value)) {
      const result = this.#remember(value, new Map<unknown, unknown>());
      for (const [key, item] of value) result.set(this.#any(key, depth), this.#any(item, depth));
      return result;
    }
    if (types.isSet(value)) {
      const result = this.#remember(value, new Set<unknown>());
      for (const item of value) result.add(this.#any(item, depth));
      return result;
    }
    if (types.isRegExp(value)) return this.#remember(value, new RegExp(value.source, value.flags));
    if (types.isAnyArrayBuffer(value)) return this.#remember(value, value.slice(0));
    if (types.isNativeError(value)) {
      // What an error says is not enumerable, so the spread would leave it out.
      const { message, stack } = value;
      const properties: object = { ...(value as object), message, stack };
      return this.#properties(Object.setPrototypeOf(properties, prototype) as object, value, depth);
    }
    if (types.isProxy(value) || types.isPromise(value) || types.isBoxedPrimitive(value) || types.isDataView(value)) return value;
    if (types.isWeakMap(value) || types.isWeakSet(value)) return value;
    return this.#properties(Object.setPrototypeOf({ ...value }, prototype) as object, value, depth);
  }

  #any(value: unknown, depth: number): unknown {
    return typeof value === 'object' && value !== null ? this.copy(value, depth + 1) : value;
  }

  #remember<Result extends object>(value: object, result: Result): Result {
    this.#seen?.set(value, result);
    return result;
  }
}

/**
 * A deep copy of a message value: whatever is done to the copy, the original stays as it was.
 * Plain objects (an own `__proto__` stays a property like any other), arrays, dates, bytes (a Buffer stays a Buffer), maps,
 * sets, regular expressions, errors and instances of classes are copied; primitives and functions are shared, and so are
 * things that cannot be copied, such as promises. Values that refer to themselves keep their shape; in small flat values an
 * object that is found in two places may become two copies.
 * @throws RangeError where the value is nested more than 512 levels deep
 */
export function copyValue<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  try {
    return new Copying(null).copy(value, 1) as Value;
  } catch (error) {
    if (error !== TRACKING_NEEDED) throw error;
    return new Copying(new Map()).copy(value, 1) as Value;
  }
}
