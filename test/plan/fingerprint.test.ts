import { expect } from 'chai';
import { aggregateFingerprint, operatorFingerprint, planFingerprint } from '../../src/plan/fingerprint';
import type { AggregateParameters, Operator, Plan } from '../../src/plan/Plan';
import { examplePlan } from './examplePlan';

const windowOperator: Operator = {
  id: 'w',
  type: 'window',
  inputs: [{ id: 'b', port: 0 }],
  parameters: { length: 10_000, slide: 1000 },
};

describe('planFingerprint', () => {
  it('is the SHA-256 of the canonical text', () => {
    const plan: Plan = { version: 1, graph: 'b', batchInterval: 1000, operators: [] };
    // printf '%s' '{"batchInterval":1000,"graph":"b","operators":[],"version":1}' | sha256sum
    expect(planFingerprint(plan)).to.equal('1dc1de9e9183a34196783562ced5673a811c427a563c6dcc1d111be71f49ddce');
  });

  it('changes with any part of the plan, not with the order of members', () => {
    const { version, graph, batchInterval, operators } = examplePlan;
    expect(planFingerprint({ operators, batchInterval, graph, version })).to.equal(planFingerprint(examplePlan));
    expect(planFingerprint({ ...examplePlan, batchInterval: 2000 })).not.to.equal(planFingerprint(examplePlan));
    expect(planFingerprint({ ...examplePlan, operators: operators.slice(0, -1) })).not.to.equal(planFingerprint(examplePlan));
  });
});

describe('operatorFingerprint', () => {
  it('does not depend on id and inputs', () => {
    const moved: Operator = { ...windowOperator, id: 'w2', inputs: [{ id: 'm', port: 0 }] };
    expect(operatorFingerprint(moved, 1000)).to.equal(operatorFingerprint(windowOperator, 1000));
  });

  it('depends on parameters, batch interval and type', () => {
    const original = operatorFingerprint(windowOperator, 1000);
    expect(operatorFingerprint({ ...windowOperator, parameters: { length: 20_000, slide: 1000 } }, 1000)).not.to.equal(original);
    expect(operatorFingerprint(windowOperator, 500)).not.to.equal(original);
  });
});

describe('aggregateFingerprint', () => {
  const mean: AggregateParameters = { aggregate: 'mean', of: { from: 'property', property: 'payload' }, as: 'mean' };

  it('does not depend on the name of the output', () => {
    expect(aggregateFingerprint({ ...mean, as: 'average' })).to.equal(aggregateFingerprint(mean));
  });

  it('depends on the aggregate and on what it is taken of', () => {
    expect(aggregateFingerprint({ ...mean, aggregate: 'sum' })).not.to.equal(aggregateFingerprint(mean));
    expect(aggregateFingerprint({ ...mean, of: { from: 'property', property: 'payload.t' } })).not.to.equal(
      aggregateFingerprint(mean),
    );
  });
});
