import { ExpressionError } from '../../../../src/expressions/ExpressionError';
import { JavaScriptFunction } from '../../../../src/expressions/JavaScriptFunction';
import { asExpressionError } from '../../../../src/expressions/jsonata/asExpressionError';
import { CompiledJSONata } from '../../../../src/expressions/jsonata/CompiledJSONata';
import { compileJSONata } from '../../../../src/expressions/jsonata/compileJSONata';
import { NODE } from './failures';
import { Interpreter, saysMsg } from './Interpreter';
import type { PreviewCode } from './messages';
import type { PreviewContext } from './PreviewContext';

/** Code that can be run over one value after the other: over a record, or in the mode batch over the array of all. */
export interface PreviewFunction {
  /** Whether each result is a payload, even an object with a payload of its own. */
  readonly givesPayloads: boolean;
  call(value: unknown, ctx: PreviewContext): unknown;
  /** How JSONata is run; absent for JavaScript. */
  readonly jsonata?: { readonly compiled: boolean; readonly because?: string };
}

/** Thrown where an expression needs JSONata's interpreter and the task has none yet. */
export const NEEDS_INTERPRETER = new Error('The interpreter of JSONata is needed.');

/**
 * Makes the user's code ready to run, by the runtime's own rules.
 * @param overBatch whether it is called once, with an array of records
 * @param interpreter the source of JSONata's interpreter, as far as it is known
 * @throws ExpressionError where the code is not valid; NEEDS_INTERPRETER
 */
export function compilePreviewCode(code: PreviewCode, overBatch: boolean, interpreter: string | undefined): PreviewFunction {
  if (code.lang === 'jsonata') return jsonata(code, overBatch, interpreter);
  if (code.source.trim() === '') {
    throw new ExpressionError('The function is empty.', '', `Write at least "return ${overBatch ? 'msgs' : 'msg'};".`);
  }
  return overBatch
    ? withCopies(new JavaScriptFunction(code.source, NODE, ['msgs']), false)
    : withCopies(new JavaScriptFunction(code.source, NODE), false);
}

/** The user's code may do with its copy as it likes, and the next look at the record sees it as it was. */
function withCopies(compiled: JavaScriptFunction | CompiledJSONata, givesPayloads: boolean): PreviewFunction {
  return { givesPayloads, call: (value, ctx) => compiled.call(structuredClone(value), ctx) };
}

function jsonata(code: PreviewCode & { lang: 'jsonata' }, overBatch: boolean, interpreter: string | undefined): PreviewFunction {
  const { source, tree, problem } = code;
  if (source.trim() === '') throw new ExpressionError('The expression is empty.', '', 'Write at least "payload".');
  if (problem !== undefined) throw asExpressionError(problem, source, 'The expression is not valid JSONata');
  const compiled = overBatch || tree === undefined ? undefined : compileJSONata(tree, saysMsg(source));
  if (compiled !== undefined && !('because' in compiled)) {
    return { ...withCopies(new CompiledJSONata(source, compiled), true), jsonata: { compiled: true } };
  }
  if (interpreter === undefined) throw NEEDS_INTERPRETER;
  if (interpreter === '') {
    throw new ExpressionError(
      'This expression cannot be tried here.',
      'It is interpreted, and the JSONata of this editor could not be had for it.',
      'Deploy to try it.',
    );
  }
  const evaluate = new Interpreter(interpreter).prepare(source);
  return {
    givesPayloads: true,
    call: (value, ctx) => evaluate(structuredClone(value), ctx),
    jsonata: { compiled: false, ...(compiled === undefined ? {} : { because: compiled.because }) },
  };
}
