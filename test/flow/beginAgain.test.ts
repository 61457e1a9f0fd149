import { expect } from 'chai';
import { beginAgain } from '../../src/flow/beginAgain';
import type { Operator, Plan } from '../../src/plan/Plan';
import { examplePlan } from '../plan/examplePlan';

const replaced = (id: string, change: (operator: Operator) => Operator): Plan => ({
  ...examplePlan,
  operators: examplePlan.operators.map((operator) => (operator.id === id ? change(operator) : operator)),
});
const everything = examplePlan.operators.map(({ id }) => id);

describe('beginAgain', () => {
  it('names windows that the engine made anew', () => {
    expect(beginAgain(examplePlan, examplePlan, ['w1', 'm1'])).to.deep.equal(['w1']);
    expect(beginAgain(examplePlan, examplePlan, [])).to.deep.equal([]);
  });

  it('names reduceByKey for another key or batch interval, not for other aggregates', () => {
    const aggregates = replaced('k1', (operator) =>
      operator.type === 'reduceByKey' ? { ...operator, parameters: { ...operator.parameters, emit: 'changed' } } : operator,
    );
    expect(beginAgain(examplePlan, aggregates, ['k1'])).to.deep.equal([]);
    const key = replaced('k1', (operator) =>
      operator.type === 'reduceByKey' ? {
        ...operator,
        parameters: { ...operator.parameters, key: { from: 'property', property: 'topic' } },
      } : operator,
    );
    expect(beginAgain(examplePlan, key, ['k1'])).to.deep.equal(['k1']);
    expect(beginAgain(examplePlan, { ...examplePlan, batchInterval: 500 }, everything)).to.deep.equal(['w1', 'k1']);
  });

  it('names nothing that was not there before', () => {
    const without = { ...examplePlan, operators: examplePlan.operators.filter(({ id }) => id !== 'w1') };
    expect(beginAgain(without, examplePlan, ['w1'])).to.deep.equal([]);
  });
});
