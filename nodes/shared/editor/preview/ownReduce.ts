import { ExpressionError } from '../../../../src/expressions/ExpressionError';
import { JavaScriptFunction } from '../../../../src/expressions/JavaScriptFunction';
import type { Aggregate } from '../../../../src/operators/aggregates/Aggregate';
import { NODE } from './failures';
import type { PreviewContext } from './PreviewContext';

interface Reduced {
  count: number;
  value: unknown;
}

/**
 * The user's own function as an aggregate, by the rules of the runtime's (a test holds the two together). A record on which it
 * fails is left out, and `failed` hears of it.
 * @throws ExpressionError where the function is not valid
 */
export function ownReduce(source: string, ctx: PreviewContext, failed: (thrown: unknown) => void): Aggregate<Reduced> {
  if (source.trim() === '') throw new ExpressionError('The function is empty.', '', 'Write at least "return a;".');
  const compiled = new JavaScriptFunction(source, NODE, ['a', 'b']);
  const combined = (a: unknown, b: unknown): unknown => {
    const result = compiled.apply([structuredClone(a), structuredClone(b)], ctx);
    if (result !== undefined) return result;
    throw new ExpressionError(
      'The function returned nothing for two values.',
      'Its result takes their place, so there must be one.',
      'Return a value on every way through the function.',
    );
  };
  const include = (into: Reduced, value: unknown, count: number): Reduced => {
    try {
      return { count: into.count + count, value: into.count === 0 ? value : combined(into.value, value) };
    } catch (thrown) {
      failed(thrown);
      return into;
    }
  };
  return {
    name: 'reduce',
    zero: () => ({ count: 0, value: null }),
    accepts: (candidate) => candidate !== undefined && candidate !== null,
    add: (partial, value) => include(partial, value, 1),
    merge: (into, from) => (from.count === 0 ? into : include(into, from.value, from.count)),
    finish: ({ count, value }) => (count === 0 ? null : value),
  };
}
