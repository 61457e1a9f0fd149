import type { Problem } from '../plan/Problem';
import { cutOff, LONGEST_THROWN } from './cutOff';

/** Characters of one text of a problem: what was thrown, with some words around it. */
const LONGEST_TEXT = LONGEST_THROWN + 500;

/** Characters from which on whoever shows a text may cut it off: how many there were must not be at its end. */
const LONG = 400;

interface Failures {
  readonly first: Problem;
  count: number;
}

/**
 * Things that went wrong with single records: told once for each operator, kind and batch, with the first problem and how
 * many there were, so that a bad record never takes a batch down and a flood of them never floods the user.
 */
export class FailureReports {
  readonly #failures = new Map<string, Failures>();

  /**
   * @param code the kind, which is also the code of the problem
   * @param count records that this is about
   */
  add(operator: string, code: string, problem: () => Problem, count = 1): void {
    const name = `${code} ${operator}`;
    const present = this.#failures.get(name);
    if (present === undefined) this.#failures.set(name, { first: bounded(problem()), count });
    else present.count += count;
  }

  /** What came together since the last call. */
  take(): Problem[] {
    const problems: Problem[] = [];
    for (const { first, count } of this.#failures.values()) {
      problems.push(count === 1 ? first : { ...first, what: withCount(first.what, count) });
    }
    this.#failures.clear();
    return problems;
  }
}

function bounded(problem: Problem): Problem {
  return { ...problem, what: cutOff(problem.what, LONGEST_TEXT), why: cutOff(problem.why, LONGEST_TEXT) };
}

/** @param count of all, more than one */
function withCount(what: string, count: number): string {
  if (what.length > LONG) return `${String(count)} in this batch, of which the first: ${what}`;
  const [, text = what, stop = ''] = /^(.*?)(\.?)$/s.exec(what) ?? [];
  return `${text} (and ${String(count - 1)} more in this batch)${stop}`;
}
