import { expect } from 'chai';
import type { EditorLink, EditorNode } from '../../../nodes/shared/editor/red';
import { isKnownId, upstreamNodes, type WiredNodes } from '../../../nodes/shared/editor/upstream';

/** What the editor holds: nodes, the wires between them, and the outputs of subflows. */
class Flows {
  readonly #nodes = new Map<string, EditorNode>();
  readonly #links: { readonly source: EditorNode; readonly sourcePort: number; readonly target: EditorNode }[] = [];
  readonly #outputs = new Map<string, EditorNode[]>();

  node(id: string, type: string, more: Partial<EditorNode> = {}): EditorNode {
    const node = { id, type, z: 'tab', ...more };
    if (type !== 'subflow') this.#nodes.set(id, node);
    return node;
  }

  stream(id: string, more: Partial<EditorNode> = {}): EditorNode {
    return this.node(id, 'dstream-map', more);
  }

  output(subflow: string, index: number): EditorNode {
    const node = this.node(`${subflow}.out${String(index)}`, 'subflow', { z: subflow, direction: 'out' });
    const outputs = this.#outputs.get(subflow) ?? [];
    outputs[index] = node;
    this.#outputs.set(subflow, outputs);
    return node;
  }

  wire(source: EditorNode, target: EditorNode, sourcePort = 0): void {
    this.#links.push({ source, sourcePort, target });
  }

  readonly nodes: WiredNodes = {
    node: (id) => this.#nodes.get(id),
    subflow: (id) => ({ out: this.#outputs.get(id) ?? [] }),
    filterNodes: ({ type }) => [...this.#nodes.values()].filter((node) => node.type === type),
    filterLinks: ({ target }): EditorLink[] => this.#links.filter((link) => link.target === target),
  };

  upstream(target: EditorNode): string[] {
    return upstreamNodes(target, this.nodes).map(({ id }) => id);
  }
}

describe('stream nodes upstream of a node', () => {
  let flows: Flows;
  let join: EditorNode;

  beforeEach(() => {
    flows = new Flows();
    join = flows.node('join', 'dstream-join');
  });

  it('are those wired to it, each once, in the order of their ids', () => {
    const a = flows.stream('a');
    flows.wire(flows.stream('b'), join);
    flows.wire(a, join);
    flows.wire(flows.stream('further'), a);
    expect(flows.upstream(join)).to.deep.equal(['a', 'b']);
  });

  it('are found through junctions, also where wires run in a circle', () => {
    const one = flows.node('j1', 'junction');
    const other = flows.node('j2', 'junction');
    flows.wire(one, join);
    flows.wire(other, one);
    flows.wire(one, other);
    flows.wire(flows.stream('a'), other);
    expect(flows.upstream(join)).to.deep.equal(['a']);
  });

  it('are found over links, but not over returning or disabled ones', () => {
    const linkIn = flows.node('in', 'link in', { links: ['out', 'back', 'off', 'gone'] });
    flows.wire(linkIn, join);
    for (const [id, more] of [['out', { mode: 'link' }], ['back', { mode: 'return' }], ['off', { d: true }]] as const) {
      flows.wire(flows.stream(`before-${id}`), flows.node(id, 'link out', more));
    }
    expect(flows.upstream(join)).to.deep.equal(['before-out']);
  });

  it('leave out sinks, disabled and ordinary nodes', () => {
    flows.wire(flows.node('sink', 'dstream-sink'), join);
    flows.wire(flows.stream('off', { d: true }), join);
    const change = flows.node('change', 'change');
    flows.wire(flows.stream('behind'), change);
    flows.wire(change, join);
    expect(flows.upstream(join)).to.deep.equal([]);
  });

  it('inside a subflow have the ids that they have at run time, nested ones too', () => {
    const inner = flows.output('inner', 0);
    flows.wire(flows.stream('deep', { z: 'inner' }), inner);
    const outer = flows.output('outer', 1);
    flows.wire(flows.node('N', 'subflow:inner', { z: 'outer' }), outer);
    flows.wire(flows.stream('x', { z: 'outer' }), outer);
    flows.wire(flows.node('I', 'subflow:outer'), join, 1);
    flows.wire(flows.node('J', 'subflow:outer'), join, 0);
    expect(flows.upstream(join)).to.deep.equal(['I-N-deep', 'I-x']);
  });

  it('are found through a subflow that only passes on, by the instance that the way came in by', () => {
    const input = flows.node('through.in', 'subflow', { z: 'through', direction: 'in' });
    flows.wire(input, flows.output('through', 0));
    const one = flows.node('I', 'subflow:through');
    const other = flows.node('J', 'subflow:through');
    flows.wire(one, join);
    flows.wire(flows.stream('a'), one);
    flows.wire(flows.stream('b'), other);
    expect(flows.upstream(join)).to.deep.equal(['a']);
  });

  it('of a node inside a subflow are also those in front of its instances', () => {
    const inside = flows.node('inside', 'dstream-join', { z: 'sub' });
    flows.wire(flows.node('sub.in', 'subflow', { z: 'sub', direction: 'in' }), inside);
    flows.wire(flows.stream('own', { z: 'sub' }), inside);
    const instance = flows.node('I', 'subflow:sub');
    flows.wire(flows.stream('a'), instance);
    expect(flows.upstream(inside)).to.deep.equal(['a', 'own']);
  });

  it('are known by their id, with or without an instance in front', () => {
    flows.stream('deep');
    flows.stream('with-dash');
    for (const id of ['deep', 'I-deep', 'I-N-deep', 'with-dash', 'I-with-dash']) expect(isKnownId(id, flows.nodes), id).to.equal(true);
    for (const id of ['gone', 'I-gone', '']) expect(isKnownId(id, flows.nodes), id).to.equal(false);
  });
});
