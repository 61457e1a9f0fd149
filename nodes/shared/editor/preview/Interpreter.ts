import type { Context } from '../../../../src/expressions/Context';
import { asExpressionError } from '../../../../src/expressions/jsonata/asExpressionError';
import { ExpressionError } from '../../../../src/expressions/ExpressionError';
import { compileFunction } from 'node:vm';

/** An expression of JSONata's interpreter; the part that is used. */
interface Prepared {
  evaluate(input: unknown): Promise<unknown>;
  assign(name: string, value: unknown): void;
}

type JSONata = (source: string) => Prepared;

/** The marks that JSONata leaves on arrays it made. */
const MARKS = ['sequence', 'keepSingleton', 'outerWrapper', 'tupleStream'] as const;

/** JSONata's interpreter, made of its source: the editor's own, so that it is the one that this Node-RED has. */
export class Interpreter {
  readonly #jsonata: JSONata;

  constructor(source: string) {
    // It is written to be a script, and hands itself over as a module where it finds one.
    const module: { exports: unknown } = { exports: {} };
    compileFunction(source, ['module', 'exports', 'window', 'define'])(module, module.exports, undefined, undefined);
    if (typeof module.exports !== 'function') throw new Error('The source of JSONata gave no function.');
    this.#jsonata = module.exports as JSONata;
  }

  /** An expression with what Node-RED adds to it, as far as it makes sense here. */
  prepare(source: string): (record: unknown, ctx: Context) => Promise<unknown> {
    let prepared: Prepared;
    let context: Context | undefined;
    try {
      prepared = this.#jsonata(source);
    } catch (error) {
      throw asExpressionError(error, source, 'The expression is not valid JSONata');
    }
    prepared.assign('env', (name: string) => context?.env(name) ?? '');
    prepared.assign('clone', (value: unknown) => structuredClone(value));
    for (const name of ['flowContext', 'globalContext', 'moment']) {
      prepared.assign(name, () => {
        throw new ExpressionError(`$${name} cannot be used here.`, 'The preview sees only the record.', 'Deploy to try it.');
      });
    }
    const isWrapped = saysMsg(source);
    return async (record, ctx) => {
      context = ctx;
      let value: unknown;
      try {
        value = await prepared.evaluate(isWrapped ? { msg: record } : record);
      } catch (error) {
        throw asExpressionError(error, source, 'The expression failed');
      }
      if (isFunction(value)) throw asExpressionError(new Error('its result is a function'), source, 'The expression failed');
      removeMarks(value);
      return value;
    };
  }
}

/** Whether the expression says `msg`, so that Node-RED evaluates it over `{ msg: record }`. */
export function saysMsg(source: string): boolean {
  return /(^|[^a-zA-Z0-9_'".])msg([^a-zA-Z0-9_'"]|$)/.test(source);
}

function isFunction(value: unknown): boolean {
  if (typeof value === 'function') return true;
  return typeof value === 'object' && value !== null && ('_jsonata_lambda' in value || '_jsonata_function' in value);
}

function removeMarks(value: unknown, seen = new Set<unknown>()): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (Array.isArray(value)) for (const mark of MARKS) Reflect.deleteProperty(value, mark);
  for (const item of Object.values(value)) removeMarks(item, seen);
}
