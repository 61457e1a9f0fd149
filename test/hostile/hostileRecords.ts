import type { Random } from './random';

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', 'then', 'toJSON', 'length', '', '\u0001', '\ud800', 'a.b', 'value'];

const NUMBERS: readonly unknown[] = [
  NaN, Infinity, -Infinity, -0, 0, 1, -1, 5e-324, 1.7976931348623157e308, -1.7976931348623157e308, 2 ** 53, 12n, 10n ** 400n,
  '1', ' 2 ', '1e400', '-0', '0x10', 'NaN', '1,5', '', '١', '9'.repeat(400), true, false, null, undefined,
];

const ODD: readonly (() => unknown)[] = [
  () => new Date(NaN), () => new Date(0), () => new Map([['a', new Map()]]), () => new Set([1]), () => /x/g, () => new Error('data'),
  () => () => 1, () => Symbol('s'), () => Object.create(null) as unknown, () => Buffer.from([0xff, 0x00, 0xc0]), () => new Float64Array(2),
  () => new Proxy({}, {}), () => Promise.resolve(1), () => Object(1) as unknown, () => new WeakMap(), () => new ArrayBuffer(3),
  () => {
    const itself: Record<string, unknown> = { value: 1 };
    itself['itself'] = itself;
    return itself;
  },
  () => deep(600), () => deep(5000), () => deep(300),
  () => Object.defineProperty({}, 'value', { enumerable: true, get: () => { throw new Error('getter'); } }),
  () => new Proxy({}, { ownKeys: () => { throw new Error('keys'); } }),
  () => new Proxy({}, { getPrototypeOf: () => { throw new Error('prototype'); } }),
  () => Object.freeze({ value: Object.freeze([1]) }),
];

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = { value };
  return value;
}

/** Plain data with names that are no names, values that are no values. */
function plain(random: Random, depth: number): unknown {
  const kind = random.below(depth > 4 ? 3 : 6);
  if (kind < 2) return random.pick(NUMBERS);
  if (kind === 2) return random.pick(NAMES);
  if (kind === 3) return Array.from({ length: random.below(5) }, () => plain(random, depth + 1));
  const object: Record<string, unknown> = {};
  for (let count = random.below(5); count > 0; count--) {
    Object.defineProperty(object, random.pick(NAMES), { value: plain(random, depth + 1), enumerable: true, writable: true, configurable: true });
  }
  return object;
}

function jsonText(random: Random): string {
  switch (random.below(9)) {
    case 0:
      return '['.repeat(random.pick([511, 512, 513, 100_000]));
    case 1:
      return `${'{"value":'.repeat(520)}1${'}'.repeat(520)}`;
    case 2:
      return `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"value":${String(random.below(100))}}`;
    case 3:
      return `{"value":"${'x'.repeat(random.pick([10, 100_000]))}"}`;
    case 4:
      return '{"value":"\\ud800","\\udc00":1e999}';
    case 5:
      return random.pick(['', ' ', '\ufeff', '\ufeff{}', 'nul', '{"a":1,}', '[1', '"', '-', '1e', '{"value":NaN}', '\0']);
    case 6:
      return `[${'1,'.repeat(2000)}1]`;
    default:
      try {
        return JSON.stringify([plain(random, 0)]).slice(1, -1);
      } catch {
        return 'bigint';
      }
  }
}

function flipped(random: Random, bytes: Buffer): Buffer {
  for (let count = random.below(4); count > 0 && bytes.length > 0; count--) bytes[random.below(bytes.length)] = random.below(256);
  return bytes;
}

/** A payload as it may come from the network or over a wire. */
export function hostilePayload(random: Random): unknown {
  switch (random.below(7)) {
    case 0:
      return jsonText(random);
    case 1:
      return flipped(random, Buffer.from(jsonText(random)));
    case 2:
      return random.bytes(random.below(50));
    case 3:
      return random.pick(ODD)();
    case 4:
      return { value: random.pick(ODD)(), id: random.pick(NUMBERS), key: random.happens(0.5) ? random.pick(ODD)() : random.pick(NAMES) };
    default:
      return plain(random, 0);
  }
}

/** A topic that belongs to no well-behaved record. @param behaviours how many there are to choose from */
export function hostileTopic(random: Random, behaviours: number): string {
  if (random.happens(0.2)) return random.pick([...NAMES, '/'.repeat(1000), 'x'.repeat(70_000), '<img onerror=alert(1)>']);
  return `bad/${String(random.below(behaviours))}/${random.pick(NAMES)}`;
}

export const OUTPUT_NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', '\ud800', 'a.b', 'length', 'valueOf'] as const;
