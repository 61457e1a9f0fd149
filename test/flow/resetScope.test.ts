import { expect } from 'chai';
import { resetScope, type ResetScope } from '../../src/flow/resetScope';
import { examplePlan } from '../plan/examplePlan';

const scopeOf = (body: unknown): ResetScope => resetScope(body, [examplePlan], (id) => (id === 's1' ? 'the sink' : id));

describe('resetScope', () => {
  it('is everything, or nodes by their ids, each once', () => {
    expect(scopeOf({ scope: 'all' })).to.deep.equal({ scope: 'all' });
    expect(scopeOf({ scope: ['w1', 'w1'] })).to.deep.equal({ scope: ['w1'] });
  });

  it('names nodes of what runs, or of the drawing that was refused, and no others', () => {
    const refused = { ...examplePlan, operators: examplePlan.operators.map((operator) => ({ ...operator, id: `new-${operator.id}` })) };
    expect(resetScope({ scope: ['w1', 'new-w1'] }, [examplePlan, refused], String)).to.deep.equal({ scope: ['w1', 'new-w1'] });
    expect(scopeOf({ scope: ['w1', 'gone'] })).to.deep.equal({
      problem: 'There is no node "gone" in this graph. Name nodes that are drawn in it, by their ids, or "all".', isUnknown: true,
    });
  });

  for (const body of [undefined, null, 'all', [], {}, { scope: null }, { scope: 'ALL' }, { scope: 7 }, { scope: { length: 1 } }]) {
    it(`is not ${body === undefined ? 'nothing' : JSON.stringify(body)}`, () => {
      expect(scopeOf(body)).to.have.property('problem').that.matches(/^The body must be \{"scope": "all"\}, or /);
    });
  }

  it('is no empty list, no list of something else, and no long one', () => {
    const problem = (scope: unknown): string => {
      const result = scopeOf({ scope });
      return 'problem' in result ? result.problem : expect.fail('taken');
    };
    expect(problem([])).to.contain('there is no id in it');
    for (const id of [1, '', null, 'x'.repeat(201)]) expect(problem(['w1', id])).to.contain('1 to 200 characters');
    expect(problem(Array.from({ length: 1001 }, (_, index) => String(index)))).to.contain('1001 ids, more than 1000');
  });

  it('names a node that has no state', () => {
    expect(scopeOf({ scope: ['w1', 's1'] })).to.deep.equal({
      problem: 'The node the sink has no state: it is a sink. Name nodes that have, or "all".',
    });
  });
});
