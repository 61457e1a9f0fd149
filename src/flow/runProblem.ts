import { EngineProblem } from '../engine/EngineProblem';
import type { Problem } from '../plan/Problem';
import { problems } from './problems';

/** What an engine threw, as a problem: its own, with the node that it names, or one of the whole graph. */
export function runProblem(thrown: unknown, nodeId: string): Problem {
  if (thrown instanceof EngineProblem) return thrown.problem;
  return problems.cannotRun(nodeId, thrown instanceof Error ? thrown.message : String(thrown));
}
