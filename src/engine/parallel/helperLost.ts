import type { Plan } from '../../plan/Plan';
import type { Problem } from '../../plan/Problem';

/** Why a helper thread ended. */
export type Loss =
  | { readonly kind: 'hung'; readonly milliseconds: number }
  | { readonly kind: 'memory' }
  | { readonly kind: 'crashed'; readonly reason: string };

/** @param operator the place in the plan of the operator whose function it was in, where that is known */
export function helperLost(loss: Loss, plan: Plan, operator: number | undefined): Problem {
  return {
    nodeId: plan.operators[operator ?? -1]?.id ?? plan.graph,
    code: 'helper-lost',
    what: `One of the threads that share the work of the graph was ended: ${reasonOf(loss)}.`,
    why: 'Its records are computed again in the thread of the graph itself. If that cannot do it either, the whole graph is started again.',
    fix: loss.kind === 'hung'
      ? 'Look for a loop that never ends, or a slow regular expression; then deploy.'
      : 'Keep less in functions, or raise the memory limit of the engine node; then deploy.',
  };
}

function reasonOf(loss: Loss): string {
  switch (loss.kind) {
    case 'hung':
      return `a function did not return for ${String(loss.milliseconds / 1000)} s`;
    case 'memory':
      return 'it took too much memory';
    case 'crashed':
      return loss.reason;
  }
}
