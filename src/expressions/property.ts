import { ExpressionError } from './ExpressionError';

/** Reads one place in a record; undefined where the record does not have it. */
export type Getter = (record: unknown) => unknown;

/** A name, an index, or another path whose value in the same record is the name: `payload[msg.topic]`. */
type Step = string | number | Getter;

const NAME_START = /[\p{ID_Start}0-9$_]/u;
const DIGITS = /^\d+$/;

function malformed(path: string, position: number, why: string): ExpressionError {
  return new ExpressionError(
    `The property "${path}" cannot be read: ${why} at position ${String(position)}.`,
    'A property is written like payload.values[0]["any name"].',
    'Correct the property.',
    { line: 1, column: position + 1 },
  );
}

function nameOrIndex(text: string): string | number {
  return DIGITS.test(text) && Number.isSafeInteger(Number(text)) && String(Number(text)) === text ? Number(text) : text;
}

/** The index of the bracket that closes the one at `open`; quotes hide brackets. -1 where there is none. */
function closingBracket(path: string, open: number): number {
  let depth = 0;
  let quote = '';
  for (let index = open; index < path.length; index++) {
    const character = path.charAt(index);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") {
      quote = character;
    } else if (character === '[') {
      depth++;
    } else if (character === ']' && --depth === 0) {
      return index;
    }
  }
  return -1;
}

/** The end of a name written without quotes. */
function endOfName(path: string, start: number): number {
  let end = start;
  while (end < path.length && path.charAt(end) !== '.' && path.charAt(end) !== '[') {
    const character = path.charAt(end);
    if (character === ' ' || character === ']' || character === '"' || character === "'") {
      throw malformed(path, end, `unexpected ${character === ' ' ? 'space' : character}`);
    }
    end++;
  }
  return end;
}

function quotedName(path: string, start: number): { name: string; end: number } {
  const close = path.indexOf(path.charAt(start), start + 1);
  if (close < 0) throw malformed(path, start, 'a quote that is never closed');
  if (close === start + 1) throw malformed(path, start, 'an empty name');
  return { name: path.slice(start + 1, close), end: close + 1 };
}

function bracketStep(path: string, open: number): { step: Step; end: number } {
  const close = closingBracket(path, open);
  if (close < 0) throw malformed(path, open, 'a bracket that is never closed');
  const inside = path.slice(open + 1, close);
  if (/^msg[.[]/.test(inside)) return { step: compileProperty(inside), end: close + 1 };
  const first = inside.charAt(0);
  if (first === '"' || first === "'") {
    const { name, end } = quotedName(path, open + 1);
    if (end !== close) throw malformed(path, end, `unexpected ${path.charAt(end)}`);
    return { step: name, end: close + 1 };
  }
  if (!DIGITS.test(inside)) {
    throw malformed(path, open + 1, inside === '' ? 'an empty bracket' : 'a name without quotes inside a bracket');
  }
  return { step: nameOrIndex(inside), end: close + 1 };
}

function parseSteps(path: string): Step[] {
  if (path === '') throw malformed(path, 0, 'it is empty');
  const steps: Step[] = [];
  let index = 0;
  let nameExpected = true;
  while (index < path.length) {
    const character = path.charAt(index);
    if (nameExpected) {
      if (character === '"' || character === "'") {
        if (index > 0) throw malformed(path, index, `unexpected ${character}`);
        const { name, end } = quotedName(path, index);
        steps.push(name);
        index = end;
      } else {
        if (index > 0 && !NAME_START.test(character)) throw malformed(path, index, `unexpected ${character}`);
        const end = endOfName(path, index);
        if (end === index) throw malformed(path, index, `unexpected ${character}`);
        steps.push(nameOrIndex(path.slice(index, end)));
        index = end;
      }
      nameExpected = false;
    } else if (character === '.') {
      index++;
      nameExpected = true;
    } else if (character === '[') {
      const { step, end } = bracketStep(path, index);
      steps.push(step);
      index = end;
    } else {
      throw malformed(path, index, `unexpected ${character}`);
    }
  }
  if (nameExpected) throw malformed(path, path.length, 'a name is missing');
  return steps;
}

/** One step. Own properties only: what a prototype lends to every object is nobody's data. */
function step(value: unknown, name: string | number): unknown {
  if (typeof value === 'object' && value !== null) {
    if (Object.hasOwn(value, name)) return (value as Record<string | number, unknown>)[name];
    // The length of bytes is not an own property, but it is the user's data all the same.
    if (name === 'length' && value instanceof Uint8Array) return value.length;
    return undefined;
  }
  return typeof value === 'string' && Object.hasOwn(value as unknown as object, name)
    ? (value as unknown as Record<string | number, unknown>)[name]
    : undefined;
}

function resolve(dynamic: Step, record: unknown): string | number | undefined {
  if (typeof dynamic !== 'function') return dynamic;
  const name = dynamic(record);
  return typeof name === 'string' || typeof name === 'number' ? name : undefined;
}

/**
 * Compiles a Node-RED property such as `payload.values[0]["any name"]` once, to a function that reads it from a record.
 * A leading `msg.` is accepted and left out; `payload[msg.topic]` takes the name from the record itself.
 * The function never throws and gives undefined where any step is missing. It sees own properties only, so `constructor`
 * and `__proto__` are found only where they are data; `length` works on strings, arrays and buffers.
 * @throws ExpressionError where the path is malformed, with the position
 */
export function compileProperty(path: string): Getter {
  const written = parseSteps(path);
  const steps = /^msg[.[]/.test(path) ? written.slice(1) : written;
  if (steps.some((one) => typeof one === 'function')) {
    return (record) => {
      let value = record;
      for (const one of steps) {
        const name = resolve(one, record);
        if (name === undefined) return undefined;
        value = step(value, name);
      }
      return value;
    };
  }
  const names = steps as (string | number)[];
  const [first, second, third] = names;
  if (first === undefined) throw malformed(path, 0, 'it is empty');
  if (second === undefined) return (record) => step(record, first);
  if (third === undefined) return (record) => step(step(record, first), second);
  if (names.length === 3) return (record) => step(step(step(record, first), second), third);
  return (record) => {
    let value = record;
    for (const name of names) value = step(value, name);
    return value;
  };
}
