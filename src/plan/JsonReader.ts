/** A value that is not what it should be, with the place in the document where it was found. */
export class JsonError extends TypeError {
  override readonly name = 'JsonError';
}

/**
 * Reads a JSON value that nobody vouches for, member by member, and complains with the place and the value.
 * Only own members are looked at, so nothing is ever taken from a prototype.
 */
export class JsonReader {
  /**
   * @param value what `JSON.parse` returned
   * @param path where it stands, for messages: `plan.operators[2]`
   */
  constructor(
    readonly value: unknown,
    readonly path: string,
  ) {}

  /** Complains about this value. */
  fail(expected: string): never {
    throw new JsonError(`${this.path} is ${describe(this.value)}; it must be ${expected}.`);
  }

  /** An object with exactly these members. */
  members<Name extends string>(names: readonly Name[]): Record<Name, JsonReader> {
    const value = this.value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.fail('an object');
    for (const name of Object.keys(value)) {
      if (!(names as readonly string[]).includes(name)) {
        throw new JsonError(`${this.path} has an unknown member ${JSON.stringify(name)}; known are ${names.join(', ')}.`);
      }
    }
    const readers: Partial<Record<Name, JsonReader>> = {};
    for (const name of names) {
      if (!Object.hasOwn(value, name)) throw new JsonError(`${this.path} lacks the member ${JSON.stringify(name)}.`);
      readers[name] = new JsonReader((value as Record<string, unknown>)[name], `${this.path}.${name}`);
    }
    return readers as Record<Name, JsonReader>;
  }

  /** One member of an object whose other members are read later. */
  member(name: string): JsonReader {
    const value = this.value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.fail('an object');
    if (!Object.hasOwn(value, name)) throw new JsonError(`${this.path} lacks the member ${JSON.stringify(name)}.`);
    return new JsonReader((value as Record<string, unknown>)[name], `${this.path}.${name}`);
  }

  /** Whether an object has a member that may be left out. */
  has(name: string): boolean {
    return typeof this.value === 'object' && this.value !== null && Object.hasOwn(this.value, name);
  }

  items(): JsonReader[] {
    if (!Array.isArray(this.value)) return this.fail('an array');
    return this.value.map((item: unknown, index) => new JsonReader(item, `${this.path}[${String(index)}]`));
  }

  string(): string {
    return typeof this.value === 'string' ? this.value : this.fail('a string');
  }

  name(): string {
    return typeof this.value === 'string' && this.value !== '' ? this.value : this.fail('a string that is not empty');
  }

  boolean(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.fail('true or false');
  }

  /** A whole number from `least` to `most`. */
  integer(least: number, most = Number.MAX_SAFE_INTEGER): number {
    const value = this.value;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
    const upTo = most === Number.MAX_SAFE_INTEGER ? '' : ` to ${String(most)}`;
    return this.fail(`a whole number from ${String(least)}${upTo}`);
  }

  /** A finite number above zero. */
  positive(): number {
    const value = this.value;
    return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : this.fail('a number above 0');
  }

  oneOf<Choice extends string | number>(choices: readonly Choice[]): Choice {
    for (const choice of choices) if (choice === this.value) return choice;
    return this.fail(`one of ${choices.map((choice) => JSON.stringify(choice)).join(', ')}`);
  }
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${String(value.length)}`;
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
    case 'number':
    case 'boolean':
      return String(value);
    case 'object':
      return 'an object';
    default:
      return `of type ${typeof value}`;
  }
}
