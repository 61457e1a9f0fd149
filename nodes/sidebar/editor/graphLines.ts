import type { GraphLine, GraphMonitor } from '../../../src/flow/monitor/snapshot';

/** The graphs that can be chosen: those of the runtime's list, and the one that is shown where there are too many for it to be there. */
export function graphLines(lines: readonly GraphLine[], shown: GraphMonitor | undefined): readonly GraphLine[] {
  if (shown === undefined || lines.some(({ id }) => id === shown.id)) return lines;
  const { id, state, problems, plan } = shown;
  const drawn = plan?.operators.filter(({ node }) => node !== undefined) ?? [];
  const node = (drawn.find((operator) => operator.id === id) ?? drawn[0])?.node ?? id;
  const standing = problems.filter(({ stands }) => stands).length;
  return [...lines, { id, state, recordsPerSecond: 0, isBehind: false, problems: standing, node }];
}
