import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { NodeProperties } from '../../../src/flow/Runtime';
import { packageRoot } from '../../support/packageRoot';
import { withoutTicks } from './markdown';

/** One field of a dialog, as scripts/lib/dialogFields.mjs reads it. */
export interface DialogField {
  readonly property: string;
  readonly label: string;
  readonly kind: 'box' | 'secret' | 'choice' | 'text';
  /** The texts of a menu, by value. */
  readonly options?: ReadonlyMap<string, string>;
  /** The texts of the menu of units behind a number. */
  readonly units?: ReadonlyMap<string, string>;
}

interface DialogReader {
  dialogFields(page: string, catalogue: unknown, name: string): DialogField[];
  definitionOf(page: string): { readonly defaults: Readonly<Record<string, { readonly value: unknown }>> };
}

/** The module of the scripts that reads dialogs. */
async function dialogReader(): Promise<DialogReader> {
  return (await import(pathToFileURL(join(packageRoot, 'scripts/lib/dialogFields.mjs')).href)) as DialogReader;
}

/** The dialog of one node: what it holds when the node is dropped, and what becomes of it when somebody fills it in. */
export class Dialog {
  readonly #fields: readonly DialogField[];

  private constructor(
    fields: readonly DialogField[],
    /** The properties of a node that was just dropped. */
    readonly defaults: NodeProperties,
  ) {
    this.#fields = fields;
  }

  static async of(set: string): Promise<Dialog> {
    const read = (...path: string[]): string => readFileSync(join(packageRoot, 'nodes', set, ...path), 'utf8');
    const { dialogFields, definitionOf } = await dialogReader();
    const page = read(`${set}.html`);
    const defaults = Object.entries(definitionOf(page).defaults).map(([name, { value }]) => [name, value]);
    return new Dialog(
      dialogFields(page, JSON.parse(read('locales', 'en-US', `${set}.json`)), set),
      JSON.parse(JSON.stringify(Object.fromEntries(defaults))) as NodeProperties,
    );
  }

  /**
   * The properties that follow from a setting as the docs write it, such as `*Length*: 3 seconds`.
   * @param code what `with the code below` stands for
   * @throws Error where the dialog has no such field or choice
   */
  properties(label: string, value: string, code?: string): NodeProperties {
    if (label === 'Outputs for each key') return { aggregates: value.split(', ').map(output) };
    if (label === 'Key') return keyOf(value);
    const field = this.#fields.find((candidate) => candidate.label === label);
    if (field === undefined) {
      throw new Error(`No field is called ${label}. There are ${this.#fields.map((one) => one.label).join(', ')}.`);
    }
    const { property, kind, units } = field;
    if (kind === 'box') return { [property]: value === 'ticked' };
    if (kind === 'choice') {
      const [name = '', ...rest] = value.split(', with the code below');
      return { [property]: choice(field.options, name), ...(rest.length > 0 ? { func: code } : {}) };
    }
    if (units !== undefined) {
      const [amount, unit = ''] = value.split(' ');
      return { [property]: Number(amount), [`${property}Units`]: choice(units, unit) };
    }
    return { [property]: value === 'empty' ? '' : withoutTicks(value) };
  }
}

/** The value whose text begins with what the docs say: `inner` for `inner: keys of both streams`. */
function choice(options: ReadonlyMap<string, string> | undefined, text: string): string {
  const found = [...(options ?? [])].filter(([, shown]) => shown.startsWith(text)).map(([value]) => value);
  const [value] = found;
  if (value === undefined || found.length > 1) throw new Error(`${String(found.length)} choices begin with "${text}".`);
  return value;
}

/** ``mean of `payload` ``, or `count` */
function output(text: string): object {
  const [aggregate = '', of = ''] = text.split(' of ');
  return { aggregate, of: withoutTicks(of), ofType: 'msg', as: aggregate };
}

/** `topic`, `topic level 2`, or a property: `` `msg.payload.id` ``. */
function keyOf(text: string): NodeProperties {
  if (text === 'topic') return { keyType: 'topic', key: '' };
  const [, level] = /^topic level (-?\d+)$/.exec(text) ?? [];
  if (level !== undefined) return { keyType: 'level', key: level };
  const [, property] = /^`msg\.(.+)`$/.exec(text) ?? [];
  if (property === undefined) throw new Error(`No kind of key is written like ${text}.`);
  return { keyType: 'msg', key: property };
}
