import type { GraphFigures } from '../../../src/flow/graphFigures';
import type { Life } from './KilledNodeRed';

/** What a Node-RED says of one of its graphs; undefined while it does not answer, or has no such graph. */
export async function graphFiguresOf(life: Life, graph: string): Promise<GraphFigures | undefined> {
  const response = await fetch(`${life.url}/dstream/graphs`).catch(() => undefined);
  if (response?.ok !== true) return undefined;
  return ((await response.json()) as GraphFigures[]).find((each) => each.graph === graph);
}
