/** Values nested deeper than this are of any type. */
const DEEPEST = 6;

/** The most properties of an object that are named; the others are there as well, without a type. */
const MOST_PROPERTIES = 50;

/** The most values and the longest names that are looked at, so that no message makes the type endless. */
const MOST_VALUES = 5000;
const LONGEST_NAME = 100;

/** What has been seen in one place. */
interface Seen {
  readonly primitives: Set<string>;
  /** Of all elements of all arrays; undefined where there was no array. */
  elements?: Seen;
  /** Undefined where there was no object. */
  properties?: Map<string, Property>;
  objects: number;
}

interface Property {
  readonly seen: Seen;
  /** In how many objects. */
  count: number;
}

/**
 * The TypeScript type of some values, as a source text to which each of the values can be assigned. It describes what was seen and
 * forbids nothing: objects may have further properties, so that completion is offered without false alarms.
 * @param values plain data, as JSON can carry it
 */
export function inferType(values: readonly unknown[]): string {
  const seen = nothing();
  const looking = new Looking();
  for (const value of values) looking.at(value, seen, 0);
  return textOf(seen, 0);
}

function nothing(): Seen {
  return { primitives: new Set(), objects: 0 };
}

class Looking {
  #left = MOST_VALUES;

  at(value: unknown, seen: Seen, depth: number): void {
    if (--this.#left < 0 || depth > DEEPEST) {
      seen.primitives.add('any');
    } else if (Array.isArray(value)) {
      const elements = (seen.elements ??= nothing());
      for (const element of value) {
        this.at(element, elements, depth + 1);
        if (this.#left < 0) break;
      }
    } else if (typeof value === 'object' && value !== null) {
      this.#object(value, seen, depth);
    } else {
      seen.primitives.add(primitive(value));
    }
  }

  #object(value: object, seen: Seen, depth: number): void {
    seen.objects++;
    const properties = (seen.properties ??= new Map<string, Property>());
    for (const [name, item] of Object.entries(value)) {
      // What every object has by itself has a type already, with which another one would be at odds.
      if (name in Object.prototype || name.length > LONGEST_NAME) continue;
      if (properties.size >= MOST_PROPERTIES && !properties.has(name)) continue;
      const property = properties.get(name) ?? { seen: nothing(), count: 0 };
      properties.set(name, property);
      property.count++;
      this.at(item, property.seen, depth + 1);
    }
  }
}

function primitive(value: unknown): string {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value;
    case 'object':
      return 'null';
    default:
      return 'any';
  }
}

function textOf(seen: Seen, depth: number): string {
  const { primitives, elements, properties, objects } = seen;
  if (primitives.has('any')) return 'any';
  const parts = [...primitives].sort();
  if (elements !== undefined) parts.push(`Array<${textOf(elements, depth + 1)}>`);
  if (properties !== undefined) parts.push(objectText(properties, objects, depth));
  return parts.length === 0 ? 'any' : parts.join(' | ');
}

function objectText(properties: ReadonlyMap<string, Property>, objects: number, depth: number): string {
  const parts = [...properties].map(([name, { seen, count }]) => (
    `${nameText(name)}${count < objects ? '?' : ''}: ${textOf(seen, depth + 1)}; `
  ));
  return `{ ${parts.join('')}[name: string]: any }`;
}

/** Names come from messages: what is no plain name is quoted, so that none can end the type and go on as code. */
function nameText(name: string): string {
  return /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name) ? name : JSON.stringify(name);
}
