import type { Problem } from '../plan/Problem';

interface Failures {
  readonly first: Problem;
  count: number;
}

/**
 * Records that went wrong: told once for each operator and batch, with the first problem and how many there were, so that a
 * bad record never takes a batch down and a flood of them never floods the user.
 */
export class FailureReports {
  readonly #failures = new Map<string, Failures>();

  add(problem: () => Problem, operator: string): void {
    const present = this.#failures.get(operator);
    if (present === undefined) this.#failures.set(operator, { first: problem(), count: 1 });
    else present.count++;
  }

  /** What came together since the last call. */
  take(): Problem[] {
    const problems: Problem[] = [];
    for (const { first, count } of this.#failures.values()) {
      problems.push(count === 1 ? first : { ...first, what: `${first.what} (and ${String(count - 1)} more in this batch)` });
    }
    this.#failures.clear();
    return problems;
  }
}
