import { expect } from 'chai';
import { resetScope } from '../../src/flow/resetScope';
import { examplePlan } from '../plan/examplePlan';

describe('resetScope', () => {
  it('is everything, or nodes by their ids, each once', () => {
    expect(resetScope({ scope: 'all' }, examplePlan)).to.deep.equal({ scope: 'all' });
    expect(resetScope({ scope: ['w1', 'w1', 'gone'] }, examplePlan)).to.deep.equal({ scope: ['w1', 'gone'] });
  });

  for (const body of [undefined, null, 'all', [], {}, { scope: null }, { scope: 'ALL' }, { scope: 7 }, { scope: { length: 1 } }]) {
    it(`is not ${body === undefined ? 'nothing' : JSON.stringify(body)}`, () => {
      expect(resetScope(body, examplePlan)).to.have.property('problem').that.matches(/^The body must be \{"scope": "all"\}, or /);
    });
  }

  it('is no empty list, no list of something else, and no long one', () => {
    const problem = (scope: unknown): string => {
      const result = resetScope({ scope }, examplePlan);
      return 'problem' in result ? result.problem : expect.fail('taken');
    };
    expect(problem([])).to.contain('there is no id in it');
    for (const id of [1, '', null, 'x'.repeat(201)]) expect(problem(['w1', id])).to.contain('1 to 200 characters');
    expect(problem(Array.from({ length: 1001 }, (_, index) => String(index)))).to.contain('1001 ids, more than 1000');
  });

  it('names a node that has no state', () => {
    expect(resetScope({ scope: ['w1', 's1'] }, examplePlan)).to.deep.equal({
      problem: 'The node s1 is a sink, which has no state. Name nodes that have, or "all".',
    });
  });
});
