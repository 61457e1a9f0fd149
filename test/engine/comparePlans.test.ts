import { expect } from 'chai';
import { comparePlans } from '../../src/engine/comparePlans';
import { aggregate, planOf, receiver, reduceByKey, sink, window } from './plans';

const PLAN = planOf([
  receiver(), window('w', 'in', 3000, 1000), reduceByKey('r', 'w', [aggregate('sum')]), sink('out', 'r'),
]);

describe('comparePlans', () => {
  it('keeps what is the same', () => {
    expect(comparePlans(PLAN, PLAN, new Set())).to.deep.equal({ kept: ['in', 'w', 'r', 'out'], restarted: [], dropped: [] });
  });

  it('says what was changed, and what is no more', () => {
    const after = planOf([receiver(), reduceByKey('r', 'in', [aggregate('max')]), sink('out', 'r')]);
    expect(comparePlans(PLAN, after, new Set())).to.deep.equal({ kept: ['in', 'out'], restarted: ['r'], dropped: ['w'] });
  });

  it('counts an operator as restarted of which a part began afresh', () => {
    expect(comparePlans(PLAN, PLAN, new Set(['r', 'in/since']))).to.deep.equal({ kept: ['w', 'out'], restarted: ['in', 'r'], dropped: [] });
  });
});
