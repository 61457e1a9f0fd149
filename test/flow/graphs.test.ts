import { expect } from 'chai';
import fc from 'fast-check';
import { components } from '../../src/flow/components';
import { topologicalOrder } from '../../src/flow/compile/topologicalOrder';
import { findCycles } from '../../src/flow/cycles';

const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
const edge = fc.record({ from: fc.constantFrom(...ids), to: fc.constantFrom(...ids) });

/** All pairs that edges lead from and to, by Warshall's algorithm: the oracle for the searches. */
function closure(edges: readonly { from: string; to: string }[]): Set<string> {
  const pairs = new Set(edges.map(({ from, to }) => from + to));
  for (const via of ids) {
    for (const from of ids) for (const to of ids) if (pairs.has(from + via) && pairs.has(via + to)) pairs.add(from + to);
  }
  return pairs;
}

describe('components', () => {
  it('joins what is reachable either way, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(edge), (edges) => {
        const either = closure([...edges, ...edges.map(({ from, to }) => ({ from: to, to: from }))]);
        const found = components(ids, edges);
        expect(found.flat().sort()).to.deep.equal(ids);
        for (const a of ids) {
          for (const b of ids) {
            const together = found.some((set) => set.includes(a) && set.includes(b));
            expect(together, a + b).to.equal(a === b || either.has(a + b));
          }
        }
      }),
    );
  });
});

describe('findCycles', () => {
  it('tells one real cycle for each knot, from its smallest id', () => {
    fc.assert(
      fc.property(fc.array(edge), (edges) => {
        const pairs = closure(edges);
        const direct = new Set(edges.map(({ from, to }) => from + to));
        const knots = new Set(
          ids.filter((id) => pairs.has(id + id)).map((id) => ids.find((other) => pairs.has(id + other) && pairs.has(other + id))),
        );
        const found = findCycles(ids, edges);
        expect(found.map(([first]) => first)).to.deep.equal([...knots].sort());
        for (const path of found) for (const [index, id] of path.entries()) expect(
          direct.has(id + (path[(index + 1) % path.length] ?? '')),
        ).to.equal(true);
      }),
    );
  });
});

describe('topologicalOrder', () => {
  it('puts inputs first and prefers small ids', () => {
    const inputs = new Map([
      ['s', [{ id: 'z' }, { id: 'a' }]],
      ['z', [{ id: 'r' }]],
      ['a', [{ id: 'r' }]],
      ['r', []],
    ]);
    expect(topologicalOrder(inputs)).to.deep.equal(['r', 'a', 'z', 's']);
  });

  it('has every id of a graph without cycles, each after its inputs, and depends on the graph alone', () => {
    fc.assert(
      fc.property(fc.array(edge), fc.shuffledSubarray(ids, { minLength: ids.length }), (edges, shuffled) => {
        const forward = edges.filter(({ from, to }) => from < to);
        const inputsOf = (of: readonly string[]): Map<string, { id: string }[]> =>
          new Map(of.map((id) => [id, forward.filter(({ to }) => to === id).map(({ from }) => ({ id: from }))]));
        const order = topologicalOrder(inputsOf(ids));
        expect(order).to.have.length(ids.length);
        for (const { from, to } of forward) expect(order.indexOf(from)).to.be.lessThan(order.indexOf(to));
        expect(topologicalOrder(inputsOf(shuffled))).to.deep.equal(order);
      }),
    );
  });

  it('leaves cycles out', () => {
    expect(topologicalOrder(new Map([['a', [{ id: 'b' }]], ['b', [{ id: 'a' }]], ['c', []]]))).to.deep.equal(['c']);
  });
});
