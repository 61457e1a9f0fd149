/** What the language has that is known to change nothing, and what is not to be touched. */

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

export const RESERVED = words(
  `await break case catch class const continue debugger default delete do else enum export extends false finally for function
  if implements import in instanceof interface let new null package private protected public return static super switch this
  throw true try typeof var void while with yield async arguments eval msg ctx undefined NaN Infinity globalThis`,
);

export const CONSTANTS = words('true false null undefined NaN Infinity');

/** Functions that only look at what they are given. */
export const PURE_FUNCTIONS = words(
  'Number String Boolean BigInt parseInt parseFloat isNaN isFinite encodeURIComponent decodeURIComponent',
);

/** For each namespace the functions that only look at what they are given; null stands for all of them. */
export const PURE_NAMESPACES: Readonly<Record<string, ReadonlySet<string> | null>> = {
  Math: null,
  Number: words('isInteger isFinite isNaN isSafeInteger parseFloat parseInt'),
  String: words('fromCharCode fromCodePoint'),
  Array: words('isArray'),
  Object: words('keys values entries hasOwn is'),
  JSON: words('parse stringify'),
  Date: words('now parse UTC'),
  Buffer: words('isBuffer byteLength'),
};

export const CONTEXT_MEMBERS = words('batchTime env log warn random');

/** Methods of strings, numbers, arrays, bytes, dates, maps and sets that change nothing. */
export const PURE_METHODS = words(
  `toString toFixed toPrecision toExponential toLocaleString valueOf toUpperCase toLowerCase trim trimStart trimEnd padStart
  padEnd startsWith endsWith charAt charCodeAt codePointAt repeat includes indexOf lastIndexOf localeCompare normalize
  substring substr slice at join replace replaceAll match search hasOwnProperty has get
  getTime getFullYear getMonth getDate getDay getHours getMinutes getSeconds getMilliseconds getTimezoneOffset
  getUTCFullYear getUTCMonth getUTCDate getUTCDay getUTCHours getUTCMinutes getUTCSeconds getUTCMilliseconds
  toISOString toJSON toLocaleDateString toLocaleTimeString
  readUInt8 readUInt16BE readUInt16LE readUInt32BE readUInt32LE readInt8 readInt16BE readInt16LE readInt32BE readInt32LE
  readFloatBE readFloatLE readDoubleBE readDoubleLE`,
);

/** Methods that change nothing and give a new array. */
export const COPYING_METHODS = words('split concat map filter flatMap');

/** Methods that may be given a function. */
export const CALLING_METHODS = words('map filter flatMap some every find findIndex findLast findLastIndex reduce reduceRight');

/** Methods that change the array they belong to, and nothing else. */
export const CHANGING_METHODS = words('push unshift pop shift sort reverse splice fill');

/** Names that lead out of the data, to what all objects share. */
export const FORBIDDEN_MEMBERS = words('__proto__ constructor prototype');

/** The names of all methods that data can have; calls of some are allowed, but none may be had as a value. */
const METHOD_NAMES: ReadonlySet<string> = new Set(
  [Object, Function, Array, String, Number, Boolean, BigInt, Symbol, Date, RegExp, Error, Map, Set, ArrayBuffer, DataView, Buffer]
    .map((type) => type.prototype as object)
    .concat(Object.getPrototypeOf(Uint8Array.prototype) as object)
    .flatMap((prototype) =>
      Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(([name, { value }]) =>
        typeof value === 'function' ? [name] : [],
      ),
    ),
);

/** Operators whose result is a number, whatever they are given; `+` may join texts. */
export const NUMERIC_BINARY = words('- * / % ** & | ^ << >> >>>');

export const BINARY = words('?? || && | ^ & == != === !== < > <= >= << >> >>> + - * / % ** in');
export const ASSIGNMENTS = words('= += -= *= /= %= **= <<= >>= >>>= &= |= ^= ??= &&= ||=');

/** Whether data has a method of this name, or the name leads out of the data. */
export function isMethod(name: string): boolean {
  return METHOD_NAMES.has(name) || FORBIDDEN_MEMBERS.has(name);
}
