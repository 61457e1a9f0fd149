import { IllegalArgumentError } from './errors';

/**
 * Checks a function that a user gave, when a stream is built: otherwise its first batch would fail, far from the mistake.
 * @param shape what is wanted, such as `(record) => record`
 * @throws IllegalArgumentError when it is no function
 */
export function checkFunction(operation: string, shape: string, given: unknown): void {
  if (typeof given === 'function') return;
  const what = given === null || given === undefined ? String(given) : `a value of type ${typeof given}`;
  throw new IllegalArgumentError(`${operation} was given ${what}; it needs a function ${shape}.`);
}
