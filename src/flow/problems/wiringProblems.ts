import type { Problem } from '../../plan/Problem';

/** How the nodes are wired. */
export const wiringProblems = {
  noInput: (nodeId: string, label: string): Problem => ({
    nodeId,
    code: 'no-input',
    what: `${label} has no receiver in front of it`,
    why: 'Records enter a graph at a receiver only.',
    fix: 'Wire a receiver to it, directly or through other stream nodes.',
  }),

  noOutput: (nodeId: string, label: string, deadEnds: readonly string[]): Problem => ({
    nodeId,
    code: 'no-output',
    what: `nothing takes the results of the graph of ${label}`,
    why:
      deadEnds.length === 0
        ? 'A graph without a sink and without an ordinary node on one of its outputs would compute for nobody.'
        : `What its wires lead to is disabled or missing: ${deadEnds.join(', ')}.`,
    fix:
      deadEnds.length === 0
        ? 'Add a sink, or wire a debug node to any stream node.'
        : 'Enable that node, or add a sink or a debug node.',
  }),

  foreignBetween: (nodeId: string, label: string, upstream: string, foreign: string): Problem => ({
    nodeId,
    code: 'foreign-between',
    what: `${foreign} stands between ${upstream} and ${label}`,
    why: 'Records do not travel on wires, so an ordinary node in the middle of a graph never sees them.',
    fix: 'Do its work in a map node, or end the graph in a sink before it and begin another with a receiver after it.',
  }),

  receiverInside: (nodeId: string, label: string, upstream: string): Problem => ({
    nodeId,
    code: 'receiver-inside',
    what: `${label} is wired behind ${upstream}`,
    why: 'A receiver begins a graph and takes ordinary messages; the nodes of a graph do not send any.',
    fix: `Put a sink between the two, or wire ${upstream} to what follows the receiver.`,
  }),

  behindSink: (nodeId: string, label: string, sink: string): Problem => ({
    nodeId,
    code: 'behind-sink',
    what: `${label} is wired behind ${sink}`,
    why: 'A sink ends a graph and gives ordinary messages, which only a receiver takes.',
    fix: 'Put a receiver between the two, or wire the node to what stands in front of the sink.',
  }),

  linkCall: (nodeId: string, label: string, link: string): Problem => ({
    nodeId,
    code: 'link-call',
    what: `${label} is wired to ${link}, which calls or returns`,
    why: 'A call waits for its own message to come back; records cannot.',
    fix: 'Use link out nodes in the mode "send to all connected link nodes", or put a sink in front of the call.',
  }),

  cycle: (path: readonly string[]): Problem => ({
    nodeId: path[0] ?? '',
    code: 'cycle',
    what: `the wires run in a circle: ${[...path, path[0] ?? ''].join(' → ')}`,
    why: 'A batch would wait for its own results.',
    fix: 'Remove one of these wires. To feed results back, wire a sink to the receiver: they come in with a later batch.',
  }),
};
