import type { Plan } from '../../plan/Plan';
import type { Problem } from '../../plan/Problem';
import type { Death } from './GraphLink';

/** What is lost with a graph that keeps its state in memory. */
const LOST = 'The graph lost what it held in memory: its windows, and records that waited for their batch.';

/** What becomes of a graph that has all of it on the disk too. */
const KEPT = 'Nothing is lost: the graph goes on from its checkpoint and its log.';

/** Why a graph died, for the user: the node to blame where it is known, and what to do. */
export function deathProblem(death: Death, plan: Plan): Problem {
  const guilty = 'operator' in death && death.operator !== undefined ? plan.operators[death.operator]?.id : undefined;
  const nodeId = guilty ?? plan.graph;
  const loss = plan.operators.some(({ type }) => type === 'checkpoint') ? KEPT : LOST;
  switch (death.kind) {
    case 'hung':
      return guilty === undefined
        ? {
            nodeId,
            code: 'neighbour-hung',
            what: 'The graph was ended together with another one, whose function did not return.',
            why: `Both run in the thread of one engine node. ${loss}`,
            fix: 'Correct the other graph, or give this one an engine node of its own.',
          }
        : {
            nodeId,
            code: 'function-hung',
            what: `The function did not return for ${String(death.milliseconds / 1000)} s.`,
            why: `Nothing else of its graph can run meanwhile, so the graph was ended. ${loss}`,
            fix: 'Look for a loop that never ends, or a slow regular expression; then deploy.',
          };
    case 'memory':
      return {
        nodeId,
        code: 'memory-exhausted',
        what: `The graph was ended because ${death.reason}.`,
        why: `More would have endangered all of Node-RED. ${loss}`,
        fix: 'Keep less in its windows and functions, or raise the memory limit of its engine node; then deploy.',
      };
    case 'crashed':
      return {
        nodeId,
        code: 'graph-died',
        what: `The graph died because ${death.reason}.`,
        why: loss,
        fix: 'Look at the log for what happened before. If it needs too much memory, let it run in a process of its own.',
      };
  }
}
