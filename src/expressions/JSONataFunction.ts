import { createRequire } from 'node:module';
import type { Context } from './Context';
import { ExpressionError } from './ExpressionError';
import { asExpressionError } from './jsonata/asExpressionError';
import { CompiledJSONata } from './jsonata/CompiledJSONata';
import { compileJSONata } from './jsonata/compileJSONata';

/** What became of one record: its value, or why there is none. */
export type Evaluation =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: ExpressionError };

/** Records that may be under evaluation at the same time. */
const CONCURRENCY = 16;

/** A prepared expression. What is in it is Node-RED's own business, so none of it is relied upon to be there. */
interface Prepared {
  /** The tree that the parser made. */
  ast?: () => unknown;
  /** Whether the expression says `msg`, so that it is evaluated over `{ msg: record }`. */
  readonly _legacyMode?: boolean;
}

/** The part of `@node-red/util` that is used. */
interface Utilities {
  prepareJSONataExpression(source: string, node: unknown): Prepared;
  evaluateJSONataExpression(prepared: Prepared, message: unknown, callback: (error: unknown, value?: unknown) => void): void;
}

function isUtilities(value: unknown): value is Utilities {
  if (typeof value !== 'object' || value === null) return false;
  const { prepareJSONataExpression, evaluateJSONataExpression } = value as Partial<Utilities>;
  return typeof prepareJSONataExpression === 'function' && typeof evaluateJSONataExpression === 'function';
}

function loadUtilities(path: string | undefined): Utilities {
  let why = 'Its place was not given.';
  if (path !== undefined) {
    try {
      const loaded = createRequire(__filename)(path) as unknown;
      const inner = (loaded as { readonly util?: unknown }).util;
      if (isUtilities(inner)) return inner;
      if (isUtilities(loaded)) return loaded;
      why = 'What was found there is something else.';
    } catch (error) {
      why = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
    }
  }
  throw new ExpressionError(
    "JSONata cannot be used: Node-RED's own @node-red/util was not found.",
    why,
    'Use JavaScript instead, or repair the installation of Node-RED.',
  );
}

/** The marks that JSONata leaves on arrays it made: ordinary properties, which would travel on with the value. */
const MARKS = ['sequence', 'keepSingleton', 'outerWrapper', 'tupleStream'] as const;

/** A function of JavaScript, or one that was written in the expression: JSONata's own kind of object. */
function isFunction(value: unknown): boolean {
  if (typeof value === 'function') return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '_jsonata_lambda') || Object.hasOwn(value, '_jsonata_function');
}

function removeMarks(value: object, seen: Set<object>): void {
  if (seen.has(value)) return;
  seen.add(value);
  if (Array.isArray(value)) {
    for (const mark of MARKS) {
      if (Object.hasOwn(value, mark)) Reflect.deleteProperty(value, mark);
    }
    for (const item of value as unknown[]) {
      if (typeof item === 'object' && item !== null) removeMarks(item, seen);
    }
  } else if (Object.getPrototypeOf(value) === Object.prototype) {
    for (const item of Object.values(value) as unknown[]) {
      if (typeof item === 'object' && item !== null) removeMarks(item, seen);
    }
  }
}

function refuseStore(name: string): () => never {
  return () => {
    throw new ExpressionError(
      `$${name} cannot be used here.`,
      'This expression may run in another thread and again for the same record, so it sees only the record.',
      'Put the value into the message before it reaches the receiver, or use $env(name).',
    );
  };
}

/**
 * A JSONata expression, evaluated by the interpreter in Node-RED's own JSONata over one record after the other. The record is the root;
 * a leading `msg.` is accepted, as core nodes do. `$env(name)` gives `ctx.env(name)`, or '' where there is none.
 */
export class JSONataFunction {
  readonly kind = 'asynchronous';
  readonly #source: string;
  readonly #utilities: Utilities;
  readonly #prepared: Prepared;
  #context: Context | undefined;

  /**
   * @param utilPath where Node-RED's own `@node-red/util` is found
   * @throws ExpressionError where the expression is not valid, or JSONata is not there
   */
  constructor(source: string, nodeId: string, utilPath: string | undefined) {
    this.#source = source;
    this.#utilities = loadUtilities(utilPath);
    // The least that $env, $flowContext and $globalContext ask of the node they run in.
    const node = {
      id: nodeId,
      name: '',
      _flow: { getSetting: (name: string): unknown => this.#context?.env(name) },
      context: () => ({ flow: { get: refuseStore('flowContext') }, global: { get: refuseStore('globalContext') } }),
    };
    try {
      this.#prepared = this.#utilities.prepareJSONataExpression(source, node);
    } catch (error) {
      throw asExpressionError(error, source, 'The expression is not valid JSONata');
    }
  }

  /** The same expression, compiled, or what it uses that only the interpreter knows: `$map()`. */
  compile(): CompiledJSONata | string {
    const { ast, _legacyMode: isWrapped } = this.#prepared;
    if (typeof ast !== 'function' || typeof isWrapped !== 'boolean') return 'a JSONata that is not known';
    const compiled = compileJSONata(ast(), isWrapped);
    return 'because' in compiled ? compiled.because : new CompiledJSONata(this.#source, compiled);
  }

  /**
   * Evaluates the expression for every record. The results are in the order of the records; a record that fails does not
   * disturb the others. The records are only read.
   */
  async evaluateAll(records: readonly unknown[], ctx: Context): Promise<Evaluation[]> {
    this.#context = ctx;
    const results = new Array<Evaluation>(records.length);
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < records.length) {
        const index = next++;
        results[index] = await this.#evaluate(records[index]);
      }
    };
    await Promise.all(Array.from({ length: Math.min(CONCURRENCY, records.length) }, work));
    return results;
  }

  #evaluate(record: unknown): Promise<Evaluation> {
    return new Promise((resolve) => {
      const fail = (error: unknown): void => {
        resolve({ ok: false, error: asExpressionError(error, this.#source, 'The expression failed') });
      };
      try {
        this.#utilities.evaluateJSONataExpression(this.#prepared, record, (error, value) => {
          if (error !== null && error !== undefined) {
            fail(error);
          } else if (isFunction(value)) {
            fail(new Error('its result is a function'));
          } else {
            if (typeof value === 'object' && value !== null) removeMarks(value, new Set());
            resolve({ ok: true, value });
          }
        });
      } catch (error) {
        fail(error);
      }
    });
  }
}
