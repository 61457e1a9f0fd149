import { expect } from 'chai';
import { chooseGraph, graphOfNode } from '../../../nodes/sidebar/editor/chooseGraph';
import { line } from './monitored';

describe("the sidebar's choice of a graph", () => {
  it('is the first that runs, else the first', () => {
    expect(chooseGraph([line('a', { state: 'broken' }), line('b'), line('c')])).to.equal('b');
    expect(chooseGraph([line('a', { state: 'broken' }), line('b', { state: 'failed' })])).to.equal('a');
    expect(chooseGraph([])).to.equal(undefined);
  });

  it('follows a node of the canvas, also into subflows', () => {
    const graphs = [
      { graph: 'b1', operators: { b1: {}, m1: {} } },
      { graph: 'i1-b2', operators: { 'i1-b2': {}, 'i1-i2-m2': {} } },
      { graph: 'broken', operators: {} },
    ];
    const found = ['m1', 'b1', 'm2', 'i1', 'b2', 'broken', 'x', '1', 'm'].map((node) => graphOfNode(node, graphs));
    expect(found).to.deep.equal(['b1', 'b1', 'i1-b2', 'i1-b2', 'i1-b2', 'broken', undefined, undefined, undefined]);
  });
});
