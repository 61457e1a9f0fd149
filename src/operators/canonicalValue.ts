const NUMBER = /-?(?:Infinity|\d+(?:\.\d+)?(?:e[+-]?\d+)?)n?|NaN/y;
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
const DATE = /Date\((-?\d+|NaN)\)/y;
const BYTES = /bytes\(([0-9a-f]*)\)/y;
const CONSTANTS: readonly (readonly [string, unknown])[] = [
  ['true', true], ['false', false], ['null', null], ['undefined', undefined],
];

/**
 * The value that a canonical text stands for: the inverse of `canonicalText`. Bytes become a `Uint8Array`.
 * @throws SyntaxError where the text is none
 */
export function valueOfCanonicalText(text: string): unknown {
  const reading = new Reading(text);
  const value = reading.value();
  if (reading.at !== text.length) reading.fail();
  return value;
}

class Reading {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  value(): unknown {
    switch (this.#text.charAt(this.at)) {
      case '"':
        return this.#string();
      case '[':
        return this.#list(']', () => this.value());
      case '{':
        return this.#object();
      case 'D': {
        const [, time] = this.#match(DATE);
        return new Date(Number(time));
      }
      case 'b': {
        const [, digits = ''] = this.#match(BYTES);
        return Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
          Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16));
      }
      default: {
        const constant = CONSTANTS.find(([name]) => this.#text.startsWith(name, this.at));
        if (constant === undefined) return this.#number();
        this.at += constant[0].length;
        return constant[1];
      }
    }
  }

  fail(): never {
    throw new SyntaxError(`The text is no canonical text from character ${String(this.at)} on; it may have been damaged.`);
  }

  #object(): object {
    const properties = this.#list('}', () => {
      const name = this.#string();
      this.#expect(':');
      return [name, this.value()] as const;
    });
    const object = {};
    for (const [name, value] of properties) {
      // Defined, not assigned: a property may be called __proto__.
      Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
    }
    return object;
  }

  #list<Item>(end: string, item: () => Item): Item[] {
    const items: Item[] = [];
    this.at++;
    while (this.#text.charAt(this.at) !== end) {
      if (items.length > 0) this.#expect(',');
      items.push(item());
    }
    this.at++;
    return items;
  }

  #string(): string {
    return JSON.parse(this.#match(STRING)[0]) as string;
  }

  #number(): number | bigint {
    const [digits] = this.#match(NUMBER);
    return digits.endsWith('n') ? BigInt(digits.slice(0, -1)) : Number(digits);
  }

  #expect(character: string): void {
    if (this.#text.charAt(this.at) !== character) this.fail();
    this.at++;
  }

  #match(pattern: RegExp): RegExpExecArray {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text);
    if (found === null) return this.fail();
    this.at = pattern.lastIndex;
    return found;
  }
}
