import { compileFunction } from 'node:vm';
import type { Context } from './Context';
import { ExpressionError, type SourcePosition } from './ExpressionError';
import { neverWrites } from './neverWrites';
import { OUTSIDE_NAMES, outsideValues } from './outside';
import { returnsSomewhere } from './returns';

type Body = (...values: readonly unknown[]) => unknown;

const RECORD: readonly string[] = ['msg'];

/** The name that stack traces show for the user code of a node. */
export function filenameOf(nodeId: string): string {
  return `dstream-map:${nodeId}`;
}

/** The place in the user's code that a thrown error comes from, where its stack tells. */
export function positionOf(error: unknown, nodeId: string): SourcePosition | undefined {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return undefined;
  const name = `${filenameOf(nodeId)}:`;
  const start = error.stack.indexOf(name);
  if (start < 0) return undefined;
  const found = /^(\d+):(\d+)/.exec(error.stack.slice(start + name.length));
  return found === null ? undefined : { line: Number(found[1]), column: Number(found[2]) };
}

function syntaxError(error: Error, nodeId: string): ExpressionError {
  // V8 puts `file:line`, the source line and a line with a caret above the message.
  const lines = (error.stack ?? '').split('\n');
  const line = Number(lines[0]?.slice(filenameOf(nodeId).length + 1));
  const caret = lines[2]?.indexOf('^') ?? -1;
  const position = line > 0 ? { line, column: Math.max(0, caret) + 1 } : undefined;
  const place = position === undefined ? '' : ` in line ${String(position.line)}, column ${String(position.column)}`;
  return new ExpressionError(
    `The function is not valid JavaScript${place}: ${error.message}.`,
    '',
    /\bawait\b/.test(error.message)
      ? 'The function must return its value at once; do what needs time in an ordinary node behind the sink.'
      : 'Correct the function.',
    position,
  );
}

/** The body is checked by itself first: its positions are the user's then, and it cannot close the function around it. */
function compile(source: string, nodeId: string, parameters: readonly string[]): Body {
  const inScope = [...parameters, 'ctx'];
  // The header is a line of its own, numbered 0: the user's first line is line 1.
  const options = { filename: filenameOf(nodeId), lineOffset: -1 };
  try {
    compileFunction(`'use strict';\n${source}`, inScope, options);
  } catch (error) {
    if (error instanceof Error && error.name === 'SyntaxError') throw syntaxError(error, nodeId);
    throw error;
  }
  // A function inside one that holds the refused names: users may still declare, say, a `node` of their own.
  const wrapped = `'use strict'; return function (${inScope.join(', ')}) {\n${source}\n};`;
  const make = compileFunction(wrapped, [...OUTSIDE_NAMES], options) as (...values: readonly unknown[]) => Body;
  return make(...outsideValues(inScope));
}

/**
 * JavaScript written like the body of a function node, compiled once; called with one record after the other, or with the
 * values of other parameters.
 */
export class JavaScriptFunction {
  readonly kind = 'synchronous';
  /** True only where the body provably never writes to `msg`, or any other parameter, so that it needs no copies. */
  readonly neverWrites: boolean;
  readonly givesPayloads = false;
  readonly #body: Body;

  /**
   * @param parameters what the body calls its values; `ctx` comes on top
   * @param mayReturnNothing whether a body makes sense that never returns a value
   * @throws ExpressionError where the body is not valid JavaScript or, unless that makes sense, never returns
   */
  constructor(source: string, nodeId: string, parameters = RECORD, mayReturnNothing = false) {
    this.#body = compile(source, nodeId, parameters);
    if (!mayReturnNothing && !returnsSomewhere(source)) {
      const forRecords = parameters.includes('msg');
      throw new ExpressionError(
        'The function must return a value.',
        `It contains no return of its own, so ${forRecords ? 'every record would be dropped' : 'there would never be a result'}.`,
        forRecords
          ? 'End it with "return msg;", or with the value that is wanted.'
          : 'End it with return and the value that is wanted.',
      );
    }
    this.neverWrites = neverWrites(source, parameters);
  }

  /**
   * Runs the body once. Whatever it throws is thrown on; `positionOf` finds the line.
   * @throws ExpressionError where it returns a promise
   */
  call(msg: unknown, ctx: Context): unknown {
    const body = this.#body;
    return checked(body(msg, ctx));
  }

  /**
   * As `call`, for a body with other parameters than `msg`.
   * @param values one for each parameter, in their order
   */
  apply(values: readonly unknown[], ctx: Context): unknown {
    const body = this.#body;
    return checked(body(...values, ctx));
  }
}

function checked(result: unknown): unknown {
  if (result instanceof Promise) {
    // Nobody will look at the promise again; its failure must not end the process.
    result.catch(() => undefined);
    throw new ExpressionError(
      'The function returned a promise.',
      'Records are processed at once, so there is nothing that could wait for it.',
      'Return the value itself; do what needs time in an ordinary node in front of the receiver or behind the sink.',
    );
  }
  return result;
}
