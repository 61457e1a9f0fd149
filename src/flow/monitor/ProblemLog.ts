import type { Problem } from '../../plan/Problem';

/** The most problems that are remembered of a graph. */
export const MOST_PROBLEMS = 50;

/** A problem, when it came last, and how often. */
export interface LoggedProblem {
  readonly problem: Problem;
  /** ms since the epoch */
  readonly time: number;
  readonly count: number;
}

/** The problems of a graph, newest last; the same one again only counts up. */
export class ProblemLog {
  /** In the order in which they came last. */
  readonly #problems = new Map<string, LoggedProblem>();

  add(problem: Problem, time: number): void {
    const key = keyOf(problem);
    const count = (this.#problems.get(key)?.count ?? 0) + 1;
    this.#problems.delete(key);
    this.#problems.set(key, { problem, time, count });
    for (const oldest of this.#problems.keys()) {
      if (this.#problems.size <= MOST_PROBLEMS) break;
      this.#problems.delete(oldest);
    }
  }

  get all(): LoggedProblem[] {
    return [...this.#problems.values()];
  }
}

/** Texts that differ in their numbers alone tell the same: how many others there were in a batch, which value it was. */
function keyOf({ nodeId, code, what }: Problem): string {
  const text = what.replace(/^\d+ in this batch, of which the first: | \(and \d+ more in this batch\)(?=\.?$)/, '').replace(/\d+/g, '#');
  return JSON.stringify([nodeId, code, text]);
}
