/** What user code finds in the runtime as well: JavaScript itself, and what every surroundings add to it without any way outside. */
const KEPT: ReadonlySet<string> = new Set([
  'Object', 'Function', 'Array', 'Number', 'Boolean', 'String', 'Symbol', 'BigInt', 'Date', 'RegExp', 'Math', 'JSON', 'Intl', 'Reflect',
  'Proxy', 'Promise', 'Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'FinalizationRegistry', 'Iterator', 'DisposableStack',
  'AsyncDisposableStack',
  'Error', 'AggregateError', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError', 'SuppressedError',
  'ArrayBuffer', 'SharedArrayBuffer', 'Atomics', 'DataView', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array',
  'Int32Array', 'Uint32Array', 'Float16Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array',
  'parseFloat', 'parseInt', 'isFinite', 'isNaN', 'decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'escape', 'unescape',
  'eval', 'globalThis', 'undefined', 'NaN', 'Infinity',
  'structuredClone', 'TextEncoder', 'TextDecoder', 'URL', 'URLSearchParams', 'atob', 'btoa',
]);

/**
 * Takes from the surroundings of user code whatever leads outside: all globals but those of the language. Not the only wall: the
 * worker has an origin of its own, and a policy that lets nothing be loaded (see Sandbox); but this one makes the preview fail
 * where the runtime would, too.
 */
export function closeDoors(scope: object): void {
  for (let holder: unknown = scope; isObject(holder) && holder !== Object.prototype; holder = Object.getPrototypeOf(holder)) {
    for (const name of Reflect.ownKeys(holder)) {
      if (typeof name !== 'string' || KEPT.has(name) || Reflect.deleteProperty(holder, name)) continue;
      Reflect.set(holder, name, undefined);
    }
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
