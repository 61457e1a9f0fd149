import { expect } from 'chai';
import { EngineProblem } from '../../../src/engine/EngineProblem';
import { preparePlan } from '../../../src/engine/preparePlan';
import type { Operator } from '../../../src/plan/Plan';
import { aggregate, from, OPTIONS, planOf, receiver, reduceByKey, sink } from '../plans';

function refusalOf(operators: readonly Operator[]): EngineProblem {
  try {
    preparePlan(planOf(operators), OPTIONS);
  } catch (thrown) {
    if (thrown instanceof EngineProblem) return thrown;
    throw thrown;
  }
  throw new Error('The plan was not refused.');
}

describe('a property that cannot be read', () => {
  const broken = 'payload..a[';

  for (const [where, operators] of [
    ['the key of a receiver', [receiver({ key: { from: 'property', property: broken } }), sink('out', 'in')]],
    ['an aggregate', [receiver(), reduceByKey('guilty', 'in', [aggregate('sum', broken)]), sink('out', 'guilty')]],
    ['the key of a state', [
      receiver(),
      {
        id: 'guilty',
        type: 'state',
        inputs: from('in'),
        parameters: {
          key: { from: 'property', property: broken },
          mode: 'update',
          code: { lang: 'javascript', source: 'return values.length;' },
          timeout: null,
          emit: 'changed',
          keyLimit: 10,
        },
      },
      sink('out', 'guilty'),
    ]],
  ] as const) {
    it(`is a problem of its own node: ${where}`, () => {
      const { problem } = refusalOf(operators);
      expect(problem).to.include({ nodeId: where === 'the key of a receiver' ? 'in' : 'guilty', code: 'property-invalid' });
      expect(problem.fix).to.contain('property');
    });
  }
});
