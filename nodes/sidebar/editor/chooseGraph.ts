import type { GraphLine } from '../../../src/flow/monitor/snapshot';

/** The graph to be shown where nobody has chosen: the first that runs, else the first. */
export function chooseGraph(lines: readonly GraphLine[]): string | undefined {
  return (lines.find(({ state }) => state === 'running') ?? lines[0])?.id;
}

/** The part of `GET dstream/graphs` that says which nodes a graph has. */
export interface GraphOperators {
  readonly graph: string;
  /** By their ids at run time: in a subflow, that of the instance stands in front. */
  readonly operators: Readonly<Record<string, unknown>>;
}

/** The graph that a node of the canvas belongs to: it, or, in a subflow instance, something, is one of its operators. */
export function graphOfNode(nodeId: string, graphs: readonly GraphOperators[]): string | undefined {
  const belongs = (id: string): boolean => id === nodeId || id.endsWith(`-${nodeId}`) || id.startsWith(`${nodeId}-`);
  return graphs.find(({ graph, operators }) => belongs(graph) || Object.keys(operators).some(belongs))?.graph;
}
