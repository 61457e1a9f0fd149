import { expect } from 'chai';
import { countText, drawnId, type GraphReport, graphsOf, keysIn, waitingIn } from '../../../nodes/shared/editor/graphs';

const report = (graph: string): GraphReport => ({
  graph,
  operators: { r: { waiting: 7, keys: 0 }, q: { waiting: 5, keys: 0 }, k: { waiting: 0, keys: 12_400 }, t: { waiting: 0, keys: 3 } },
});

describe('what the editor knows of running graphs', () => {
  it('are those of a node, also in the instances of its subflow', () => {
    const all = ['c', 'i-c', 'j-i-c', 'xc', 'c-x'].map(report);
    expect(graphsOf('c', all).map(({ graph }) => graph)).to.deep.equal(['c', 'i-c', 'j-i-c']);
    expect(graphsOf('d', all)).to.deep.equal([]);
  });

  it('adds up what a reset costs', () => {
    expect([waitingIn(report('c')), keysIn(report('c')), keysIn(report('c'), 'k'), keysIn(report('c'), 'gone')]).to.deep.equal([12, 12_403, 12_400, 0]);
  });

  it('finds the drawn node of an operator', () => {
    const isKnown = (id: string): boolean => ['k', 'a-b'].includes(id);
    expect(['k', 'i-k', 'j-i-k', 'a-b', 'i-a-b', 'gone', 'i-gone'].map((id) => drawnId(id, isKnown))).to.deep.equal([
      'k', 'k', 'k', 'a-b', 'a-b', 'gone', 'i-gone',
    ]);
  });

  it('sets thousands apart', () => {
    expect([0, 999, 1000, 12_400, 1_234_567, 1.6].map(countText)).to.deep.equal(['0', '999', '1,000', '12,400', '1,234,567', '2']);
  });
});
