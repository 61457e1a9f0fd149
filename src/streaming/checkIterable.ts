import { StreamingError } from './errors';

/**
 * Gives back what a user's function returned, where it can be gone through.
 * @throws StreamingError for anything else; it names the operation
 */
export function checkIterable<R>(operation: string, returned: Iterable<R>): Iterable<R> {
  const given: unknown = returned;
  const isThere = given !== undefined && given !== null;
  if (isThere && typeof (given as Partial<Iterable<R>>)[Symbol.iterator] === 'function') return returned;
  // What it is rejected with would end the process.
  if (given instanceof Promise) given.catch(() => undefined);
  const kind = given instanceof Promise ? 'a promise' : `a value of type ${typeof given}`;
  const what = isThere ? kind : String(given);
  throw new StreamingError(`${operation}: the function must return an array or another iterable, and gave ${what}.`);
}
