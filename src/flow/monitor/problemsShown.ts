import type { Problem } from '../../plan/Problem';
import { type LoggedProblem, MOST_PROBLEMS } from './ProblemLog';
import type { MonitoredProblem } from './snapshot';

/** Characters of all texts of the problems in one snapshot: it is sent once a second. */
const ROOM = 8000;

/** Characters of one text; what a user's function threw may be of any length. */
const LONGEST_TEXT = 500;

/**
 * Problems as they are shown, newest last: those that stand first of all, then the newest others as far as there is room.
 * @param logged newest last
 * @param standing those that stand until something is changed
 * @param node the node to reveal for an operator
 */
export function problemsShown(
  logged: readonly LoggedProblem[],
  standing: readonly Problem[],
  node: (id: string) => string,
): MonitoredProblem[] {
  const stands = ({ problem }: LoggedProblem): boolean => standing.includes(problem);
  const wanted = [...logged.filter(stands), ...logged.filter((each) => !stands(each)).reverse()];
  const shown = new Set<LoggedProblem>();
  let room = ROOM;
  for (const each of wanted) {
    const { what, why, fix } = each.problem;
    for (const text of [what, why, fix]) room -= Math.min(text.length, LONGEST_TEXT);
    if (shown.size === MOST_PROBLEMS || (room < 0 && shown.size > 0)) break;
    shown.add(each);
  }
  return logged
    .filter((each) => shown.has(each))
    .map((each) => ({
      time: each.time,
      node: node(each.problem.nodeId),
      code: each.problem.code,
      what: shortened(each.problem.what),
      why: shortened(each.problem.why),
      fix: shortened(each.problem.fix),
      count: each.count,
      stands: stands(each),
    }));
}

export function shortened(text: string, longest = LONGEST_TEXT): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
