import type { FlowView, RuntimeNode } from './Runtime';

/** Nodes that are looked at behind one ordinary node before the search gives up. */
const SEARCH_LIMIT = 10_000;

/** What a wire ends at, once everything that only passes messages on has been looked through. */
export interface WireEnd {
  /** The output that the wire begins at. */
  readonly port: number;
  readonly id: string;
  /** `refused`: a link node that calls or returns, which records cannot follow. */
  readonly kind: 'stream' | 'ordinary' | 'refused' | 'missing';
}

/** Follows the live wires of one moment. */
export class WireWalk {
  readonly #view: FlowView;
  readonly #behind = new Map<string, readonly string[]>();

  constructor(view: FlowView) {
    this.#view = view;
  }

  /** Where the wires of a node end; each end of an output is told once. */
  from(id: string): WireEnd[] {
    return (this.#view.node(id)?.wires ?? []).flatMap((targets, port) => this.#ends(targets, port));
  }

  /**
   * The stream nodes other than receivers that messages reach after this ordinary node, through ordinary nodes only.
   * A receiver is where ordinary messages are welcome, so what lies behind it does not count.
   */
  streamsBehind(ordinary: string): readonly string[] {
    const known = this.#behind.get(ordinary);
    if (known !== undefined) return known;
    const reached = new Set<string>();
    const visited = new Set([ordinary]);
    for (const id of visited) {
      for (const end of this.from(id)) {
        if (end.kind === 'stream') {
          if (this.#view.streamType(end.id) !== 'receiver') reached.add(end.id);
        } else if (end.kind !== 'missing' && visited.size < SEARCH_LIMIT) {
          visited.add(end.id);
        }
      }
    }
    const result = [...reached].sort();
    this.#behind.set(ordinary, result);
    return result;
  }

  /** A node as a user would call it: `function "to celsius"`, or its id where it has no name. */
  label(id: string): string {
    const node = this.#view.node(id);
    const properties = node ?? this.#view.properties(id);
    const type = typeof properties?.type === 'string' ? properties.type.replace(/^dstream-/, '') : 'node';
    const name = properties?.name;
    return typeof name === 'string' && name !== '' ? `${type} "${name}"` : `${type} ${id}`;
  }

  #ends(targets: readonly string[], port: number): WireEnd[] {
    const ends: WireEnd[] = [];
    const visited = new Set(targets);
    for (const id of visited) {
      const kind = this.#kind(id);
      if (kind !== 'passing') ends.push({ port, id, kind });
      else for (const next of (this.#view.node(id)?.wires ?? []).flat()) visited.add(next);
    }
    return ends;
  }

  #kind(id: string): WireEnd['kind'] | 'passing' {
    const node = this.#view.node(id);
    if (node === undefined) return 'missing';
    if (this.#view.streamType(id) !== undefined) return 'stream';
    switch (node.type) {
      case 'junction':
      case 'link in':
        return 'passing';
      case 'link out':
        return this.#returns(node) ? 'refused' : 'passing';
      case 'link call':
        return 'refused';
      default:
        // The node that stands for a subflow instance passes messages to the nodes inside.
        return node.type.startsWith('subflow:') || node._flow?.node === node ? 'passing' : 'ordinary';
    }
  }

  /** Whether a link out node returns to its caller; only the flow file tells. */
  #returns(node: RuntimeNode): boolean {
    return this.#view.properties(node._alias ?? node.id)?.mode === 'return';
  }
}
