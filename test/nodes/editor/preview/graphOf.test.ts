import { expect } from 'chai';
import { graphOf } from '../../../../nodes/shared/editor/preview/graphOf';

describe('graphOf', () => {
  const graphs = [{ graph: 'b1', operators: { b1: {}, m1: {} } }, { graph: 'c', operators: { b2: {}, m2: {} } }];

  it('finds the graph that a node is an operator of', () => {
    expect(graphOf('m1', graphs)).to.equal('b1');
    expect(graphOf('m2', graphs)).to.equal('c');
  });

  it('finds none for a node that is not deployed, whatever its id is', () => {
    for (const id of ['m3', 'constructor', '__proto__', '']) expect(graphOf(id, graphs), id).to.equal(undefined);
  });
});
