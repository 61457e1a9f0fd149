import { ExpressionError } from '../expressions';
import type { Problem } from '../plan/Problem';
import { textOf } from './textOf';

/** A problem that ends what was asked for: starting, updating or running a query. */
export class EngineProblem extends Error {
  override name = 'EngineProblem';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super([problem.what, problem.why, problem.fix].filter((part) => part !== '').join(' '));
    this.problem = problem;
  }
}

/** What was thrown, as a problem of a node; one that is a problem already stays as it is. */
export function asProblem(thrown: unknown, nodeId: string, code: string, fix: string): Problem {
  try {
    if (thrown instanceof EngineProblem) return thrown.problem;
    if (thrown instanceof ExpressionError) return { nodeId, code, what: thrown.what, why: thrown.why, fix: thrown.fix };
  } catch {
    // User code may throw an object that throws itself where it is looked at.
  }
  return { nodeId, code, what: textOf(thrown), why: '', fix };
}
