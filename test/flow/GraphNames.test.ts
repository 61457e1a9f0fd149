import { expect } from 'chai';
import { GraphNames } from '../../src/flow/GraphNames';
import { planOf, receiver, sink } from '../engine/plans';

describe('GraphNames', () => {
  const names = new GraphNames((id) => ({ in: 'greenhouse', out: '' })[id]);
  names.learn(planOf([receiver(), sink('out', 'in')]));

  it('are what the user typed, else type and id', () => {
    expect([names.of('in'), names.of('out'), names.of('other')]).to.deep.equal(['greenhouse', 'sink out', 'other']);
  });

  it('stand in texts in place of ids in quotes, and of nothing else', () => {
    expect(names.in('The node "in" gives "out" what is in "this"; "in this" is no id.')).to.equal(
      'The node greenhouse gives sink out what is in "this"; "in this" is no id.',
    );
    expect(names.inProblem({ nodeId: 'in', code: 'c', what: '"in" broke', why: 'because of "out"', fix: 'mend "in"' })).to.deep.equal({
      nodeId: 'in', code: 'c', what: 'greenhouse broke', why: 'because of sink out', fix: 'mend greenhouse',
    });
  });

  it('are not changed by what they hold themselves', () => {
    const odd = new GraphNames(() => '$& "out"');
    odd.learn(planOf([receiver()]));
    expect(odd.in('"in"')).to.equal('$& "out"');
  });

  it('of nodes that are gone are known until they are forgotten', () => {
    const own = new GraphNames(() => 'greenhouse');
    own.learn(planOf([receiver()]));
    own.learn(planOf([]));
    expect(own.of('in')).to.equal('greenhouse');
    own.forget(['in']);
    expect(own.of('in')).to.equal('in');
  });
});
