import { compileFunction } from 'node:vm';
import { ExpressionError } from '../../../../src/expressions/ExpressionError';
import { filenameOf, positionOf } from '../../../../src/expressions/JavaScriptFunction';
import type { PreviewFailure } from './messages';

/** Stands for the node's id in the stacks of errors. */
export const NODE = 'preview';

/** How many lines the environment counts before the first line that a body of the user's has. */
const LINES_BEFORE = ((): number => {
  const failing = compileFunction('return new Error();', [], { filename: filenameOf(NODE), lineOffset: -1 });
  return positionOf(failing(), NODE)?.line ?? 0;
})();

/** What was thrown, as the user is told of it. Never throws, whatever was thrown. */
export function failureOf(thrown: unknown): PreviewFailure {
  try {
    if (thrown instanceof ExpressionError) {
      const text = [thrown.what, thrown.why, thrown.fix].filter((part) => part !== '').join(' ');
      const { line, column } = thrown;
      return { text, ...(line === undefined ? placeOf(thrown) : { line }), ...(column === undefined ? {} : { column }) };
    }
    return { text: thrown instanceof Error ? String(thrown) : `${String(thrown)} was thrown.`, ...placeOf(thrown) };
  } catch {
    return { text: 'Something was thrown that cannot be shown.' };
  }
}

function placeOf(thrown: unknown): { readonly line?: number } {
  const line = positionOf(thrown, NODE)?.line;
  return line === undefined || line <= LINES_BEFORE ? {} : { line: line - LINES_BEFORE };
}
