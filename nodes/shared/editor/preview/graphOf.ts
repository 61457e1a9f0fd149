/** The answer of `GET dstream/graphs`, as far as it says which nodes are in which graph. */
export type RunningGraphs = readonly { readonly graph: string; readonly operators: Readonly<Record<string, unknown>> }[];

/** The running graph that a node is an operator of; undefined where there is none. */
export function graphOf(node: string, graphs: RunningGraphs): string | undefined {
  return graphs.find(({ operators }) => Object.hasOwn(operators, node))?.graph;
}
