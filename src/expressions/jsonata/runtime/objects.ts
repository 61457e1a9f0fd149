import { JSONataError, kindOf } from '../JSONataError';
import { each } from './paths';

/** Evaluates the key, or the value, of a pair for what the object is made of. */
type Part = (context: unknown) => unknown;

/** An object of which some values are nothing: those are left out. */
export function sparse(names: readonly string[], values: readonly unknown[]): object {
  const result: Record<string, unknown> = {};
  names.forEach((name, index) => {
    if (values[index] !== undefined) result[name] = values[index];
  });
  return result;
}

/**
 * What the values of an object with known names look at. JSONata groups by name whatever it makes an object of, so an
 * array ends up in the one group of each name.
 */
export function grouped(context: unknown): unknown {
  if (!Array.isArray(context)) return context;
  return context.length > 1 ? each(context, (item: unknown) => item) : (context[0] as unknown);
}

/** An array from its items: nothing is left out, and arrays are joined one level deep. */
export function array(items: readonly unknown[]): unknown[] {
  return each(items, (item) => item);
}

/**
 * An object whose names are computed: for each item of an array that it is made of. Items that give the same name from the same
 * pair are one group, and the pair's value looks at all of them.
 * @throws JSONataError T1003 for a name that is no text, D1013 for a reserved one, D1009 for one that two pairs give
 */
export function group(at: number, context: unknown, pairs: readonly (readonly [key: Part, value: Part])[]): object {
  const items: readonly unknown[] = !Array.isArray(context) ? [context] : context.length === 0 ? [undefined] : context;
  const groups = new Map<string, { pair: number; items: unknown[] }>();
  for (const item of items) {
    pairs.forEach(([key], pair) => {
      const name = key(item);
      if (name === undefined) return;
      if (typeof name !== 'string') throw new JSONataError('T1003', `A name in an object must be a text, and it is ${kindOf(name)}.`, at);
      if (name === '_jsonata_lambda' || name === '_jsonata_function') {
        throw new JSONataError('D1013', `The name ${name} is JSONata's own.`, at);
      }
      const known = groups.get(name);
      if (known === undefined) groups.set(name, { pair, items: [item] });
      else if (known.pair === pair) known.items.push(item);
      else throw new JSONataError('D1009', `Two members of the object have the name "${name}".`, at);
    });
  }
  const result = {};
  for (const [name, { pair, items: members }] of groups) {
    const value = pairs[pair]?.[1](grouped(members));
    if (value !== undefined) setMember(result, name, value);
  }
  return result;
}

/** Sets a member whose name came from a message: `__proto__` is a name like any other. */
export function setMember(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  else object[name] = value;
}
