import { expect } from 'chai';
import { changedOperators } from '../../src/flow/changedOperators';
import { examplePlan } from '../plan/examplePlan';

describe('changedOperators', () => {
  it('are those that are new, wired otherwise or say something else', () => {
    expect(changedOperators(examplePlan, examplePlan)).to.deep.equal([]);
    const operators = examplePlan.operators.map((operator) => {
      if (operator.id === 'w1' && operator.type === 'window') return { ...operator, parameters: { ...operator.parameters, slide: 1000 } };
      return operator.id === 's1' ? { ...operator, inputs: [{ id: 'w1', port: 0 }] } : operator;
    });
    const added = { id: 's2', type: 'sink', inputs: [{ id: 'k1', port: 0 }], parameters: { target: { kind: 'flow' }, mode: 'batch', emptyBatches: false } } as const;
    expect(changedOperators(examplePlan, { ...examplePlan, operators: [...operators, added] })).to.deep.equal(['w1', 's1', 's2']);
  });

  it('are the batchers where the batch interval is another one', () => {
    expect(changedOperators(examplePlan, { ...examplePlan, batchInterval: 2000 })).to.deep.equal(['b1']);
  });
});
