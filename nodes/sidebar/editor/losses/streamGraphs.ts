import type { EditorNode, EditorRed } from '../../../shared/editor/red';
import { upstreamNodes } from '../../../shared/editor/upstream';

const TYPES = ['receiver', 'batcher', 'map', 'window', 'reduceByKey', 'state', 'join', 'checkpoint', 'sink'];

/** What only leads from one node to another. */
const WIRING = /^(junction|link out|subflow(:.*)?|dstream-(?!statistics).*)$/;

/** What the graphs are read from. */
export type DrawnNodes = Pick<EditorRed['nodes'], 'node' | 'subflow' | 'filterNodes' | 'filterLinks' | 'eachLink' | 'workspace'>;

export interface StreamNode {
  readonly node: EditorNode;
  /** The ids of the nodes that it gets records from. */
  readonly inputs: readonly string[];
  /** Whether it is wired to an ordinary node. */
  readonly isTapped: boolean;
}

/** The stream nodes that hang together, by their ids. */
export type StreamGraph = ReadonlyMap<string, StreamNode>;

/** The graphs on the canvas, without what is disabled. A subflow that is used twice counts as part of one graph. */
export function streamGraphs(nodes: DrawnNodes): StreamGraph[] {
  const drawn = TYPES.flatMap((type) => nodes.filterNodes({ type: `dstream-${type}` })).filter((node) => isEnabled(node, nodes));
  const ids = new Set(drawn.map(({ id }) => id));
  const tapped = new Set<string>();
  nodes.eachLink(({ source, target }) => {
    if (!WIRING.test(target.type)) tapped.add(source.id);
  });
  const all = new Map(drawn.map((node): [string, StreamNode] => {
    const before = node.type === 'dstream-receiver' ? [] : upstreamNodes(node, nodes);
    const inputs = before.map((input) => input.node.id).filter((id) => ids.has(id));
    return [node.id, { node, inputs, isTapped: tapped.has(node.id) }];
  }));
  return connected(all);
}

/**
 * Whether the runtime would run it: every node gets records, and they lead somewhere. What is still being drawn it refuses, and
 * keeps all that was remembered.
 */
export function isWhole(graph: StreamGraph): boolean {
  const members = [...graph.values()];
  return members.every(({ node, inputs }) => node.type === 'dstream-receiver' || inputs.length > 0)
    && members.some(({ node, isTapped }) => node.type === 'dstream-sink' || isTapped);
}

function isEnabled({ d, z }: EditorNode, nodes: DrawnNodes): boolean {
  return d !== true && nodes.workspace(z ?? '')?.disabled !== true;
}

function connected(all: StreamGraph): StreamGraph[] {
  const neighbours = new Map([...all].map(([id, { inputs }]) => [id, [...inputs]]));
  for (const [id, { inputs }] of all) for (const input of inputs) neighbours.get(input)?.push(id);
  const seen = new Set<string>();
  const graphs: StreamGraph[] = [];
  for (const start of all.keys()) {
    if (seen.has(start)) continue;
    const members = new Set([start]);
    for (const id of members) for (const other of neighbours.get(id) ?? []) members.add(other);
    for (const id of members) seen.add(id);
    graphs.push(new Map([...all].filter(([id]) => members.has(id))));
  }
  return graphs;
}
