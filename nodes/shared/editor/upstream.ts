import type { EditorNode, EditorRed } from './red';

/** A stream node whose records reach a node over wires. */
export interface UpstreamNode {
  /** Its id at run time: inside a subflow instance that of the instance stands in front. */
  readonly id: string;
  readonly node: EditorNode;
}

/** What the way upstream is read from. */
export type WiredNodes = Pick<EditorRed['nodes'], 'node' | 'subflow' | 'filterNodes' | 'filterLinks'>;

/** The subflow instances that the way upstream has gone into, the outermost first. */
type Path = readonly EditorNode[];

/**
 * The stream nodes that are wired to the input of a node, through junctions, link nodes and subflows, each once, in the order
 * of their ids as the runtime orders them.
 */
export function upstreamNodes(target: EditorNode, nodes: WiredNodes): UpstreamNode[] {
  const found = new Map<string, UpstreamNode>();
  new Walk(nodes, found).into(target, []);
  return [...found.values()].sort((one, other) => (one.id < other.id ? -1 : one.id > other.id ? 1 : 0));
}

/** Whether there is a node that an id may stand for, on a tab or, with its instance in front, in a subflow. */
export function isKnownId(id: string, nodes: WiredNodes): boolean {
  for (let rest = id; ; ) {
    const node = nodes.node(rest);
    if (node !== null && node !== undefined) return true;
    const dash = rest.indexOf('-');
    if (dash < 0) return false;
    rest = rest.slice(dash + 1);
  }
}

class Walk {
  readonly #nodes: WiredNodes;
  readonly #found: Map<string, UpstreamNode>;
  readonly #seen = new Set<string>();

  constructor(nodes: WiredNodes, found: Map<string, UpstreamNode>) {
    this.#nodes = nodes;
    this.#found = found;
  }

  /** Follows all wires that end at a node, or at the output of a subflow. */
  into(target: EditorNode, path: Path): void {
    const id = runtimeId(target.id, path);
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    for (const { source, sourcePort } of this.#nodes.filterLinks({ target })) this.#from(source, sourcePort, path);
  }

  #from(source: EditorNode, port: number, path: Path): void {
    if (source.d === true) return;
    if (source.type.startsWith('dstream-')) {
      if (source.type === 'dstream-sink') return;
      const id = runtimeId(source.id, path);
      this.#found.set(id, { id, node: source });
    } else if (source.type === 'junction') {
      this.into(source, path);
    } else if (source.type === 'link in') {
      this.#overLinks(source, path);
    } else if (source.type === 'subflow') {
      this.#outOfSubflow(source, path);
    } else if (source.type.startsWith('subflow:')) {
      const output = this.#nodes.subflow(source.type.slice('subflow:'.length))?.out[port];
      // A subflow cannot contain itself; a damaged flow file could say so.
      if (output !== undefined && path.length < 20) this.into(output, [...path, source]);
    }
  }

  #overLinks(linkIn: EditorNode, path: Path): void {
    for (const id of linkIn.links ?? []) {
      const linkOut = this.#nodes.node(id);
      if (linkOut !== null && linkOut !== undefined && linkOut.d !== true && linkOut.mode !== 'return') this.into(linkOut, path);
    }
  }

  /** From the input of a subflow to what is wired to its instance: the one that the way came in by, else any. */
  #outOfSubflow(input: EditorNode, path: Path): void {
    const entered = path.at(-1);
    if (entered !== undefined) {
      this.into(entered, path.slice(0, -1));
      return;
    }
    for (const instance of this.#nodes.filterNodes({ type: `subflow:${input.z ?? ''}` })) {
      if (instance.d !== true) this.into(instance, []);
    }
  }
}

function runtimeId(id: string, path: Path): string {
  return [...path.map((instance) => instance.id), id].join('-');
}
