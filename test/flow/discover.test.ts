import { expect } from 'chai';
import fc from 'fast-check';
import { discover, type DrawnGraph } from '../../src/flow/discover';
import { type Drawing, flowView } from './flowView';
import type { NodeProperties } from '../../src/flow/Runtime';

function graphs(drawing: Drawing, properties: Readonly<Record<string, NodeProperties>> = {}): DrawnGraph[] {
  const view = flowView(drawing, properties);
  return discover(view.streams, view);
}

/** The only graph of a drawing. */
function graph(drawing: Drawing, properties: Readonly<Record<string, NodeProperties>> = {}): DrawnGraph {
  const [first, ...others] = graphs(drawing, properties);
  if (first === undefined || others.length > 0) return expect.fail(`${String(others.length + 1)} graphs`);
  return first;
}

const wires = ({ edges }: DrawnGraph): string[] => edges.map(({ from, port, to }) => `${from}.${String(port)}>${to}`);
const codes = ({ problems }: DrawnGraph): string[] => problems.map(({ nodeId, code }) => `${nodeId} ${code}`);

describe('discover', () => {
  it('reads a line of stream nodes', () => {
    const found = graph({ r: ['dstream-receiver', 'b'], b: ['dstream-batcher', 's'], s: ['dstream-sink', 'd'], d: ['debug'] });
    expect(found.nodes).to.deep.equal(['b', 'r', 's']);
    expect(wires(found)).to.deep.equal(['r.0>b', 'b.0>s']);
    expect(found.tapped).to.deep.equal([]);
    expect(codes(found)).to.deep.equal([]);
  });

  it('looks through junctions, also through a ring of them', () => {
    const found = graph(
      {
        r: ['dstream-receiver', 'j'],
        j: ['junction', 'k'],
        k: ['junction', 'j', 'b'],
        b: ['dstream-batcher', 'd'],
        d: ['debug'],
      },
    );
    expect(wires(found)).to.deep.equal(['r.0>b']);
    expect(found.tapped).to.deep.equal(['b']);
  });

  it('counts two ways between the same ends once', () => {
    const found = graph(
      { r: ['dstream-receiver', 'j', 'k', 'b'], j: ['junction', 'b'], k: ['junction', 'b'], b: ['dstream-batcher'] },
    );
    expect(wires(found)).to.deep.equal(['r.0>b']);
  });

  it('follows link out to every link in, whatever tab it is on', () => {
    const found = graph({
      r: ['dstream-receiver', 'out'],
      out: ['link out', 'in1', 'in2'],
      in1: ['link in', 'b1'],
      in2: ['link in', 'b2'],
      b1: ['dstream-batcher'],
      b2: ['dstream-batcher'],
    });
    expect(wires(found)).to.deep.equal(['r.0>b1', 'r.0>b2']);
  });

  it('refuses links that call or return', () => {
    const called = graph({ b: ['dstream-batcher', 'call'], call: ['link call', 's'], s: ['debug'] });
    expect(codes(called)).to.deep.equal(['b link-call']);
    const returned = graph({ b: ['dstream-batcher', 'out'], out: ['link out'] }, { out: { mode: 'return' } });
    expect(codes(returned)).to.deep.equal(['b link-call']);
    const aliased = flowView({ b: ['dstream-batcher', 'i-out'] });
    const out = { id: 'i-out', type: 'link out', _alias: 'out', wires: [] };
    const [inSubflow] = discover(['b'], {
      ...aliased,
      node: (id) => (id === 'i-out' ? out : aliased.node(id)),
      properties: (id) => (id === 'out' ? { mode: 'return' } : undefined),
    });
    expect(inSubflow?.problems.map(({ code }) => code)).to.deep.equal(['link-call']);
  });

  it('lets a sink call links', () => {
    const found = graph({ b: ['dstream-batcher', 's'], s: ['dstream-sink', 'call'], call: ['link call'] });
    expect(codes(found)).to.deep.equal([]);
  });

  it('enters subflow instances by their type or by the flow that they stand for', () => {
    expect(
      wires(graph({ r: ['dstream-receiver', 'i'], i: ['subflow:abc', 'i-b'], 'i-b': ['dstream-batcher'] })),
    ).to.deep.equal(['r.0>i-b']);
    const view = flowView({ r: ['dstream-receiver', 'm'], b: ['dstream-batcher'] });
    const instance: { id: string; type: string; wires: string[][]; _flow: { node?: unknown } } = {
      id: 'm',
      type: 'some-module',
      wires: [['b']],
      _flow: {},
    };
    instance._flow.node = instance;
    const [found] = discover(view.streams, { ...view, node: (id) => (id === 'm' ? instance : view.node(id)) });
    expect(found === undefined ? [] : wires(found)).to.deep.equal(['r.0>b']);
  });

  it('keeps the number of the output', () => {
    const view = flowView({ r: ['dstream-receiver'], b: ['dstream-batcher'], c: ['dstream-batcher'] });
    const receiver = { id: 'r', type: 'dstream-receiver', wires: [['c'], ['b', 'c']] };
    const [found] = discover(view.streams, { ...view, node: (id) => (id === 'r' ? receiver : view.node(id)) });
    expect(found === undefined ? [] : wires(found)).to.deep.equal(['r.1>b', 'r.0>c', 'r.1>c']);
  });

  it('divides what is not wired together', () => {
    const found = graphs({
      a: ['dstream-receiver', 'b'],
      b: ['dstream-batcher', 'debug'],
      c: ['dstream-receiver', 'd'],
      d: ['dstream-batcher', 'debug'],
      debug: ['debug'],
    });
    expect(found.map(({ nodes }) => nodes)).to.deep.equal([['a', 'b'], ['c', 'd']]);
  });

  it('takes an ordinary node on an output as a tap, but not on a sink', () => {
    const found = graph(
      {
        r: ['dstream-receiver', 'b', 'f'],
        b: ['dstream-batcher', 's'],
        s: ['dstream-sink', 'f'],
        f: ['function', 'd'],
        d: ['debug'],
      },
    );
    expect(found.tapped).to.deep.equal(['r']);
    expect(codes(found)).to.deep.equal([]);
  });

  it('tells what its wires lead to is disabled', () => {
    const found = graph({ r: ['dstream-receiver', 'b'], b: ['dstream-batcher', 's'], s: ['disabled'] });
    expect([...found.deadEnds]).to.deep.equal([['b', ['s']]]);
    expect(found.tapped).to.deep.equal([]);
  });

  it('finds an ordinary node between two stream nodes, however far, and keeps both in one graph', () => {
    const found = graph({
      r: ['dstream-receiver', 'b'],
      b: ['dstream-batcher', 'f'],
      f: ['function', 'g'],
      g: ['change', 'j'],
      j: ['junction', 'm'],
      m: ['dstream-map', 's'],
      s: ['dstream-sink'],
    });
    expect(codes(found)).to.deep.equal(['m foreign-between']);
    expect(found.problems[0]?.what).to.equal('function f stands between batcher b and map m');
  });

  it('lets ordinary nodes carry results to another receiver', () => {
    const found = graphs({
      r: ['dstream-receiver', 'b'],
      b: ['dstream-batcher', 'f'],
      f: ['function', 'r2'],
      r2: ['dstream-receiver', 'b2'],
      b2: ['dstream-batcher', 's'],
      s: ['dstream-sink'],
    });
    expect(found.map(({ nodes }) => nodes)).to.deep.equal([['b', 'r'], ['b2', 'r2', 's']]);
    expect(found.flatMap(codes)).to.deep.equal([]);
  });

  it('ends its search in a ring of ordinary nodes', () => {
    const found = graph({ b: ['dstream-batcher', 'f'], f: ['function', 'g'], g: ['function', 'f'] });
    expect(found.tapped).to.deep.equal(['b']);
  });

  it('refuses a receiver behind a stream node, and lets one stand behind a sink', () => {
    expect(
      graphs({ b: ['dstream-batcher', 'r'], r: ['dstream-receiver', 'b2'], b2: ['dstream-batcher'] }).flatMap(codes),
    ).to.deep.equal([
      'r receiver-inside',
    ]);
    const chained = graphs(
      { b: ['dstream-batcher', 's'], s: ['dstream-sink', 'r'], r: ['dstream-receiver', 'b2'], b2: ['dstream-batcher'] },
    );
    expect(chained.map(({ nodes }) => nodes)).to.deep.equal([['b', 's'], ['b2', 'r']]);
    expect(chained.flatMap(codes)).to.deep.equal([]);
  });

  it('refuses other stream nodes behind a sink', () => {
    expect(codes(graph({ b: ['dstream-batcher', 's'], s: ['dstream-sink', 'm'], m: ['dstream-map'] }))).to.deep.equal(
      ['m behind-sink'],
    );
  });

  it('finds cycles, each knot once, with its shortest way round', () => {
    const found = graph({
      r: ['dstream-receiver', 'c'],
      a: ['dstream-map', 'b'],
      b: ['dstream-map', 'c', 'a'],
      c: ['dstream-map', 'a', 's'],
      s: ['dstream-map', 't'],
      t: ['dstream-map', 't'],
    });
    expect(codes(found)).to.deep.equal(['a cycle', 't cycle']);
    expect(found.problems[0]?.what).to.equal('the wires run in a circle: a → b → a');
  });

  it('does not depend on the order in which nodes registered', () => {
    const view = flowView({
      r: ['dstream-receiver', 'b'],
      b: ['dstream-batcher', 'm', 'n'],
      m: ['dstream-map', 's'],
      n: ['dstream-map', 's'],
      s: ['dstream-sink'],
      x: ['dstream-receiver', 'y'],
      y: ['dstream-batcher', 'd'],
      d: ['debug'],
    });
    const expected = discover(view.streams, view);
    fc.assert(
      fc.property(fc.shuffledSubarray(view.streams, { minLength: view.streams.length }), (order) => {
        expect(discover(order, view)).to.deep.equal(expected);
      }),
    );
  });
});
