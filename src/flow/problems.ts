import type { Problem } from '../plan/Problem';
import { agreementProblems } from './problems/agreementProblems';
import { settingProblems } from './problems/settingProblems';
import { sinkProblems } from './problems/sinkProblems';
import { sourceProblems } from './problems/sourceProblems';
import { wiringProblems } from './problems/wiringProblems';

/**
 * Everything that can be wrong with a drawing: one function per code, so that a text is found by its code and the code is
 * found in docs/problems.md. Texts carry the numbers and the way out. Node ids come first, labels are for reading.
 */
export const problems = {
  ...wiringProblems,
  ...agreementProblems,
  ...settingProblems,
  ...sourceProblems,
  ...sinkProblems,

  cannotRun: (nodeId: string, reason: string): Problem => ({
    nodeId,
    code: 'cannot-run',
    what: 'the graph could not be started or changed',
    why: reason,
    fix: 'Correct what is named here and deploy again.',
  }),
};

/** A problem as one text, for the log and for catch nodes. */
export function problemText(problem: Problem): string {
  return `${[problem.what, problem.why, problem.fix].filter((part) => part !== '').map(sentence).join(' ')} (${problem.code})`;
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
