import { createRequire } from 'node:module';
import { isDeepStrictEqual, types } from 'node:util';
import { compileJSONata, type CompiledExpression } from '../../../src/expressions/jsonata/compileJSONata';
import { copyValue } from '../../../src/expressions/copy';

interface Prepared {
  ast(): unknown;
  readonly _legacyMode: boolean;
}

interface Utilities {
  prepareJSONataExpression(source: string, node: unknown): Prepared;
  evaluateJSONataExpression(prepared: Prepared, message: unknown, callback: (error: unknown, value: unknown) => void): void;
}

const { util } = createRequire(__filename)('@node-red/util') as { readonly util: Utilities };

/** What became of an expression: its value in a form that can be compared, or the code of its error. */
export type Outcome = { readonly value: unknown } | { readonly code: string };

/** Compiles an expression with Node-RED's own parser; a text says what leaves it to the interpreter. */
export function compile(source: string): CompiledExpression | string {
  const prepared = util.prepareJSONataExpression(source, {});
  const compiled = compileJSONata(prepared.ast(), prepared._legacyMode);
  return 'because' in compiled ? compiled.because : compiled;
}

/** What Node-RED's JSONata makes of it; undefined where it changed the record meanwhile, as it does with some empty arrays. */
export function interpret(source: string, record: unknown): Promise<Outcome | undefined> {
  const prepared = util.prepareJSONataExpression(source, {});
  const copy = copyValue(record);
  return new Promise((resolve) => {
    util.evaluateJSONataExpression(prepared, copy, (error, value) => {
      if (!isDeepStrictEqual(comparable(copy), comparable(record))) resolve(undefined);
      else resolve(error === null || error === undefined ? { value: comparable(value) } : failed(error));
    });
  });
}

/** What the compiled expression makes of it. */
export function evaluate({ evaluate: call }: CompiledExpression, record: unknown): Outcome {
  try {
    return { value: comparable(call(record)) };
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): Outcome {
  const { code } = error as { readonly code?: unknown };
  return { code: typeof code === 'string' ? code : 'none' };
}

/** -0, NaN, undefined, dates and bytes as they are; arrays without the marks that JSONata leaves on them. */
function comparable(value: unknown): unknown {
  if (typeof value === 'function') return { function: true };
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? { negative: 0 } : value;
  if (Array.isArray(value)) return { array: value.map(comparable) };
  if (types.isDate(value) || Buffer.isBuffer(value)) return { as: value.constructor.name, json: JSON.stringify(value) };
  return { members: Object.entries(value).map(([name, member]) => [name, comparable(member)]) };
}
