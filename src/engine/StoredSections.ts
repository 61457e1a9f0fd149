import type { RecordKey } from './DataRecord';

/** The section that says which others there are. */
const HEAD = 'head';

/** What the data of a section has for properties; of what kind they are is still to be asked. */
export type StoredFields = Readonly<Record<string, unknown>>;

/**
 * The sections of a stored state while it is read. They were in a file, so nothing about them is believed: each question throws a
 * RangeError, which says what is wrong where, unless the answer is of the kind that was asked for.
 */
export class StoredSections {
  readonly #sections: ReadonlyMap<string, unknown>;

  constructor(sections: ReadonlyMap<string, unknown>) {
    this.#sections = sections;
  }

  /**
   * What the section `head` has.
   * @param versions those that can be read
   * @throws RangeError also where its `version` is another one
   */
  head(...versions: readonly number[]): StoredFields {
    const head = this.fields(HEAD);
    if (!versions.some((version) => version === head['version'])) {
      throw new RangeError(`The section "${HEAD}" has version ${textOf(head['version'])}, `
        + `and this program reads version ${versions.join(' and ')}; `
        + 'install the version of the package that wrote it, or a newer one.');
    }
    return head;
  }

  has(section: string): boolean {
    return this.#sections.has(section);
  }

  fields(section: string): StoredFields {
    if (!this.#sections.has(section)) throw new RangeError(`The section "${section}" is missing.`);
    return storedFields(this.#sections.get(section), section);
  }
}

export function storedFields(value: unknown, where: string): StoredFields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unfit(where, 'an object', value);
  return value as StoredFields;
}

/** @param where what stands there, for the error: `pane/1000 time` */
export function storedList(value: unknown, where: string, length?: number): readonly unknown[] {
  if (!Array.isArray(value)) throw unfit(where, 'a list', value);
  const list = value as readonly unknown[];
  if (length !== undefined && list.length !== length) {
    throw new RangeError(`There are ${String(list.length)} values in "${where}", and there should be ${String(length)}.`);
  }
  return list;
}

export function storedNumber(value: unknown, where: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw unfit(where, 'a number', value);
  return value;
}

export function storedCount(value: unknown, where: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw unfit(where, 'a count', value);
  return value;
}

export function storedText(value: unknown, where: string): string {
  if (typeof value !== 'string') throw unfit(where, 'a text', value);
  return value;
}

export function storedKey(value: unknown, where: string): RecordKey {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw unfit(where, 'a text, a number, a boolean or null', value);
}

export function storedNumbers(value: unknown, where: string, length?: number): readonly number[] {
  return storedList(value, where, length).map((item) => storedNumber(item, where));
}

function unfit(where: string, expected: string, found: unknown): RangeError {
  return new RangeError(`In "${where}" there should be ${expected}, and there is ${textOf(found)}.`);
}

function textOf(value: unknown): string {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}
