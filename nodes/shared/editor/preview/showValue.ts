/** The most characters of a value that are shown. */
export const MOST_CHARACTERS = 2000;

/** Objects are shown down to this depth. */
const DEEPEST = 20;

/** The most properties or elements of an object that are shown. */
const MOST_PARTS = 100;

/**
 * A value as text for the eye: like JSON, and where JSON has no word for it, as JavaScript writes it. Never throws, whatever the
 * value is, and never goes on without end.
 */
export function showValue(value: unknown): string {
  const text = new Showing().text(value, 0);
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)} ...`;
}

/** A key as text: texts as they are. */
export function showKey(key: string | number | boolean | null): string {
  return String(key).slice(0, 200);
}

class Showing {
  readonly #above: object[] = [];
  #left = MOST_CHARACTERS;

  text(value: unknown, depth: number): string {
    const text = this.#textOf(value, depth);
    if (typeof value !== 'object') this.#left -= text.length;
    return text;
  }

  #textOf(value: unknown, depth: number): string {
    switch (typeof value) {
      case 'string':
        return JSON.stringify(value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS)} ...` : value);
      case 'bigint':
        return `${String(value)}n`;
      case 'function':
        return 'function';
      case 'object':
        return value === null ? 'null' : this.#object(value, depth);
      default:
        return String(value);
    }
  }

  #object(value: object, depth: number): string {
    if (this.#above.includes(value) || depth >= DEEPEST || this.#left <= 0) return '...';
    this.#above.push(value);
    try {
      if (Array.isArray(value)) return `[${this.#parts(value.length, (index) => this.text(value[index], depth + 1))}]`;
      if (value instanceof Date) return JSON.stringify(value);
      if (value instanceof Error) return String(value);
      const names = Object.keys(value);
      const property = (index: number): string => {
        const name = names[index] ?? '';
        return `${JSON.stringify(name)}: ${this.text(Reflect.get(value, name), depth + 1)}`;
      };
      return `{${this.#parts(names.length, property)}}`;
    } catch {
      // A getter or a proxy of the user's that throws.
      return '...';
    } finally {
      this.#above.pop();
    }
  }

  #parts(count: number, part: (index: number) => string): string {
    const parts: string[] = [];
    for (let index = 0; index < Math.min(count, MOST_PARTS) && this.#left > 0; index++) parts.push(part(index));
    if (parts.length < count) parts.push('...');
    return parts.join(', ');
  }
}
