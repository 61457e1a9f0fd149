import type { Problem } from '../plan/Problem';

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
    if (present === undefined) this.#failures.set(name, { first: problem(), count });
    else present.count += count;
  }

  /** What came together since the last call. */
  take(): Problem[] {
    const problems: Problem[] = [];
    for (const { first, count } of this.#failures.values()) {
      problems.push(count === 1 ? first : { ...first, what: withOthers(first.what, count - 1) });
    }
    this.#failures.clear();
    return problems;
  }
}

function withOthers(what: string, others: number): string {
  const [, text = what, stop = ''] = /^(.*?)(\.?)$/s.exec(what) ?? [];
  return `${text} (and ${String(others)} more in this batch)${stop}`;
}
