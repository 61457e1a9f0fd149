import type { EditorNode } from '../../../shared/editor/red';
import { folderOf, intervalOf, type Output, outputsOf, type Span, spanOf, STATE_SETTINGS } from '../../../shared/editor/stateSettings';
import { type DrawnNodes, isWhole, type StreamGraph, streamGraphs, type StreamNode } from './streamGraphs';

/** The batch interval of a graph in which nobody drew a batcher: ms. */
const DEFAULT_INTERVAL = 1000;

/** What has to stay the same for a node to go on with what it remembers. */
export interface Basis {
  /** Its own settings. */
  readonly settings: string;
  /** The window that its records come from; empty where that does not matter. */
  readonly window: string;
  /** ms; 0 where it does not matter */
  readonly interval: number;
}

/** A node that remembers something. */
export interface RememberedState {
  readonly id: string;
  /** What the user sees on it. */
  readonly label: string;
  /** The id of the checkpoint node that keeps it. */
  readonly checkpoint: string;
  /** What it would go on with: as it is drawn, and before that as it was drawn when a deploy may have been refused. */
  readonly fits: readonly Basis[];
  /** Of an aggregation over a window: each is remembered by itself. */
  readonly outputs: readonly Output[];
}

/** The checkpoint node of a graph, and what it keeps. */
export interface KeptGraph {
  readonly folder: string;
  /** Ids of the graph's nodes. */
  readonly nodes: ReadonlySet<string>;
  /** Whether the runtime would run it. */
  readonly isWhole: boolean;
}

/** As much of the canvas as tells what is remembered. */
export interface Drawing {
  /** By node id. */
  readonly states: ReadonlyMap<string, RememberedState>;
  /** By the id of the checkpoint node. */
  readonly graphs: ReadonlyMap<string, KeptGraph>;
  /** Ids of all stream nodes that are not disabled. */
  readonly nodes: ReadonlySet<string>;
}

/** Reads what the graphs with a checkpoint node remember. @param label what the user sees on a node */
export function readDrawing(nodes: DrawnNodes, label: (node: EditorNode) => string): Drawing {
  const states = new Map<string, RememberedState>();
  const graphs = new Map<string, KeptGraph>();
  const all = streamGraphs(nodes);
  for (const graph of all) {
    const checkpoint = [...graph.keys()].filter((id) => isOf(graph.get(id), 'checkpoint')).sort()[0];
    const drawn = graph.get(checkpoint ?? '');
    if (checkpoint === undefined || drawn === undefined) continue;
    graphs.set(checkpoint, { folder: folderOf(drawn.node), nodes: new Set(graph.keys()), isWhole: isWhole(graph) });
    const reader = new BasisReader(graph);
    for (const [id, { node, inputs }] of graph) {
      const basis = reader.basisOf(id);
      if (basis === undefined) continue;
      const outputs = isOf(graph.get(inputs[0] ?? ''), 'window') ? outputsOf(node) : [];
      states.set(id, { id, label: label(node), checkpoint, fits: [basis], outputs });
    }
  }
  return { states, graphs, nodes: new Set(all.flatMap((graph) => [...graph.keys()])) };
}

/** What a node's memory depends on, in one graph. */
class BasisReader {
  readonly #graph: StreamGraph;
  /** ms; undefined where it cannot be read, or the batchers disagree */
  readonly #interval: number | undefined;

  constructor(graph: StreamGraph) {
    this.#graph = graph;
    const batchers = [...graph.values()].filter((drawn) => isOf(drawn, 'batcher'));
    const intervals = new Set(batchers.length === 0 ? [DEFAULT_INTERVAL] : batchers.map(({ node }) => intervalOf(node)));
    this.#interval = intervals.size === 1 ? [...intervals][0] : undefined;
  }

  /** Undefined where the node remembers nothing, or it cannot be told what. */
  basisOf(id: string): Basis | undefined {
    const drawn = this.#graph.get(id);
    const settings = drawn === undefined ? undefined : STATE_SETTINGS[drawn.node.type]?.(drawn.node);
    if (drawn === undefined || settings === undefined || this.#interval === undefined) return undefined;
    if (isOf(drawn, 'state')) return { settings, window: '', interval: 0 };
    if (isOf(drawn, 'window')) return this.#isReadAsRecords(id, drawn) ? { settings, window: '', interval: this.#interval } : undefined;
    const span = this.#spanBefore(drawn);
    return span === undefined ? undefined : { settings, window: `${String(span.length)}/${String(span.slide)}`, interval: this.#interval };
  }

  /** What an aggregation gathers: a window's records where it alone stands in front, else those of a batch of its input. */
  #spanBefore({ inputs }: StreamNode): Span | undefined {
    const before = this.#graph.get(inputs[0] ?? '');
    if (inputs.length === 1 && before !== undefined && isOf(before, 'window')) return spanOf(before.node);
    const slide = this.#slideOf(inputs[0], new Set());
    return slide === undefined ? undefined : { length: slide, slide };
  }

  /** How often a node gives records: ms. @param seen against wires that run in a circle */
  #slideOf(id: string | undefined, seen: Set<string>): number | undefined {
    const drawn = this.#graph.get(id ?? '');
    if (id === undefined || drawn === undefined || seen.has(id)) return this.#interval;
    if (isOf(drawn, 'window')) return spanOf(drawn.node)?.slide;
    return this.#slideOf(drawn.inputs[0], seen.add(id));
  }

  /** A window that only aggregations read remembers nothing itself: they do. */
  #isReadAsRecords(window: string, { isTapped }: StreamNode): boolean {
    const readers = [...this.#graph.values()].filter(({ inputs }) => inputs.includes(window));
    return isTapped || readers.length === 0 || readers.some((reader) => !isOf(reader, 'reduceByKey') || reader.inputs.length > 1);
  }
}

function isOf(drawn: StreamNode | undefined, type: string): boolean {
  return drawn?.node.type === `dstream-${type}`;
}
