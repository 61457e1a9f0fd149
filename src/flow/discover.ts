import type { Problem } from '../plan/Problem';
import { components } from './components';
import { findCycles } from './cycles';
import { problems } from './problems';
import type { FlowView } from './Runtime';
import { WireWalk } from './WireWalk';

/** A wire between two stream nodes, whatever it leads through. */
export interface Edge {
  readonly from: string;
  readonly port: number;
  readonly to: string;
}

/** A connected set of stream nodes: one graph, however many tabs it spreads over. */
export interface DrawnGraph {
  /** Ids of its stream nodes, sorted. */
  readonly nodes: readonly string[];
  /** Sorted by target, source and port; two ways between the same ends count once. */
  readonly edges: readonly Edge[];
  /** Ids of the nodes, never sinks, that an ordinary node is wired to; sorted. */
  readonly tapped: readonly string[];
  /** Ids of nodes with a wire to something disabled or missing, with the ids at its end. */
  readonly deadEnds: ReadonlyMap<string, readonly string[]>;
  /** What is wrong with the wiring alone. */
  readonly problems: readonly Problem[];
}

/**
 * Reads the graphs off the wires of the running flows: through junctions, link nodes and subflow instances, across tabs.
 * Nothing is sent and nothing is changed.
 * @param streams ids of the registered stream nodes
 */
export function discover(streams: Iterable<string>, view: FlowView): DrawnGraph[] {
  const ids = [...streams].sort();
  const walk = new WireWalk(view);
  const found = new Findings();
  for (const id of ids) readWires(id, walk, view, found);
  const sets = components(ids, [...found.edges, ...found.bonds]);
  const edges = byGraph(sets, found.edges, ({ to }) => to);
  const wrong = byGraph(sets, found.problems, ({ nodeId }) => nodeId);
  return sets.map((nodes, index) => graphOf(nodes, edges[index] ?? [], wrong[index] ?? [], found));
}

/** Divides what was found among the graphs that it belongs to. */
function byGraph<Item>(sets: readonly (readonly string[])[], items: readonly Item[], nodeOf: (item: Item) => string): Item[][] {
  const home = new Map(sets.flatMap((nodes, index) => nodes.map((id) => [id, index] as const)));
  const divided = sets.map((): Item[] => []);
  for (const item of items) divided[home.get(nodeOf(item)) ?? -1]?.push(item);
  return divided;
}

/** All that the walk brings to light, before it is divided among the graphs. */
class Findings {
  readonly edges: Edge[] = [];
  /** Pairs of nodes that were meant to be one graph although no good wire joins them. */
  readonly bonds: { readonly from: string; readonly to: string }[] = [];
  readonly tapped = new Set<string>();
  readonly deadEnds = new Map<string, string[]>();
  readonly problems: Problem[] = [];

  wrong(from: string, to: string, problem: Problem): void {
    this.bonds.push({ from, to });
    const known = this.problems.some(({ nodeId, what }) => nodeId === problem.nodeId && what === problem.what);
    if (!known) this.problems.push(problem);
  }
}

function readWires(id: string, walk: WireWalk, view: FlowView, found: Findings): void {
  const isSink = view.streamType(id) === 'sink';
  const seen = new Set<string>();
  for (const { port, id: target, kind } of walk.from(id)) {
    switch (kind) {
      case 'stream': {
        const isReceiver = view.streamType(target) === 'receiver';
        if (isSink) {
          // A sink gives ordinary messages, and those may feed a receiver: here one graph ends and another begins.
          if (!isReceiver) found.wrong(id, target, problems.behindSink(target, walk.label(target), walk.label(id)));
        } else if (isReceiver) {
          found.wrong(id, target, problems.receiverInside(target, walk.label(target), walk.label(id)));
        } else if (!seen.has(`${String(port)} ${target}`)) {
          seen.add(`${String(port)} ${target}`);
          found.edges.push({ from: id, port, to: target });
        }
        break;
      }
      case 'refused':
        if (!isSink) found.wrong(id, id, problems.linkCall(id, walk.label(id), walk.label(target)));
        break;
      case 'missing':
        found.deadEnds.set(id, [...(found.deadEnds.get(id) ?? []), target]);
        break;
      case 'ordinary':
        if (!isSink) found.tapped.add(id);
        for (const beyond of walk.streamsBehind(target)) {
          found.wrong(id, beyond, problems.foreignBetween(beyond, walk.label(beyond), walk.label(id), walk.label(target)));
        }
        break;
    }
  }
}

function graphOf(nodes: readonly string[], edges: Edge[], wrong: readonly Problem[], found: Findings): DrawnGraph {
  return {
    nodes,
    edges: edges.sort((a, b) => compareText(a.to, b.to) || compareText(a.from, b.from) || a.port - b.port),
    tapped: nodes.filter((id) => found.tapped.has(id)),
    deadEnds: new Map(nodes.flatMap((id) => (found.deadEnds.has(id) ? [[id, found.deadEnds.get(id) ?? []] as const] : []))),
    problems: [...wrong, ...findCycles(nodes, edges).map((cycle) => problems.cycle(cycle))],
  };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
