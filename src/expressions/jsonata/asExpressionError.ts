import { ExpressionError, positionAt } from '../ExpressionError';

/** An own error as it is; one of JSONata's, which has a message and a position, with its place and what to do. */
export function asExpressionError(error: unknown, source: string, what: string): ExpressionError {
  if (error instanceof ExpressionError) return error;
  const { message, position } =
    typeof error === 'object' && error !== null ? (error as { message?: unknown; position?: unknown }) : {};
  const text = typeof message === 'string' ? message : String(error);
  const place = typeof position === 'number' ? positionAt(source, position) : undefined;
  const where = place === undefined ? '' : ` in line ${String(place.line)}, column ${String(place.column)}`;
  return new ExpressionError(`${what}${where}: ${text}${/[.!?]$/.test(text) ? '' : '.'}`, '', 'Correct the expression.', place);
}
