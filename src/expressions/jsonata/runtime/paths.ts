import { isNumber, isPlain, truth } from './values';

/**
 * Paths. On its way a path has reached either one value, which is no array, or several, as an array. JSONata's rules for
 * arrays are all here: what a step finds is joined, arrays within it one level deep; at the end nothing found is undefined,
 * one thing found stands for itself, and an array that was found as the only thing stays the array it is.
 */

/** What a path does with one value. */
type Each = (value: unknown) => unknown;

/** A step over several values: all that it finds, arrays one level deep joined. */
export function each(values: readonly unknown[], step: Each): unknown[] {
  const found: unknown[] = [];
  for (const value of values) add(found, step(value));
  return found;
}

/** As `each`, for the last step of a path. */
export function last(values: readonly unknown[], step: Each): unknown {
  const results: unknown[] = [];
  for (const value of values) {
    const result = step(value);
    if (result !== undefined) results.push(result);
  }
  if (results.length === 1) return results[0];
  const found: unknown[] = [];
  for (const result of results) add(found, result);
  return single(found);
}

/** A list that came together on the way, as a value. */
export function single(found: readonly unknown[]): unknown {
  return found.length > 1 ? found : found[0];
}

function add(found: unknown[], result: unknown): void {
  if (result === undefined) return;
  if (!Array.isArray(result)) {
    found.push(result);
    return;
  }
  for (const item of result as unknown[]) found.push(item);
}

/** A name in a value; in an array: what all of its members have under that name. */
export function member(value: unknown, name: string): unknown {
  return Array.isArray(value) ? single(memberList(value, name)) : isPlain(value) ? value[name] : undefined;
}

function memberList(values: readonly unknown[], name: string): unknown[] {
  // Not `member` for arrays within: a list of one must not become the one before it is joined.
  return each(values, (value) => (Array.isArray(value) ? memberList(value, name) : member(value, name)));
}

/** The step `name` where it is not the last one and the path has not simply reached an object. */
export function names(reached: unknown, name: string): unknown {
  return Array.isArray(reached) ? each(reached, (value) => member(value, name)) : member(reached, name);
}

/** As `names`, for the last step. */
export function lastNames(reached: unknown, name: string): unknown {
  return Array.isArray(reached) ? last(reached, (value) => member(value, name)) : member(reached, name);
}

/** `value[index]`: from 0, or from the end where negative; fractions count down. A value that is no array is an array of one. */
export function pick(value: unknown, index: number): unknown {
  const place = Math.floor(index);
  if (!Array.isArray(value)) return place === 0 || place === -1 ? value : undefined;
  return value[place < 0 ? value.length + place : place];
}

/**
 * `value[test]`: the members for which the test is true, or gives their own index, or several with theirs among them.
 * @throws JSONataError D1001 where the test gives an infinite number
 */
export function filter(value: unknown, test: Each, at: number): unknown[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const kept: unknown[] = [];
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    const answer = test(item);
    if (answer === true) {
      kept.push(item);
    } else if (isNumber(answer, at)) {
      if (isPlace(answer, index, items.length)) kept.push(item);
    } else if (Array.isArray(answer) && answer.every((one) => isNumber(one, at))) {
      for (const one of answer) {
        if (isPlace(one, index, items.length)) kept.push(item);
      }
    } else if (truth(answer, at)) {
      kept.push(item);
    }
  }
  return kept;
}

function isPlace(asked: number, index: number, length: number): boolean {
  const place = Math.floor(asked);
  return (place < 0 ? length + place : place) === index;
}
