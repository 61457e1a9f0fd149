import { expect } from 'chai';
import { beginAgain } from '../../src/flow/beginAgain';
import type { Operator, Plan, StateOperator } from '../../src/plan/Plan';
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

  it('names reduceByKey behind a window that was changed, swapped or taken away, whatever the engine calls it', () => {
    const changed = replaced('w1', (operator) =>
      operator.type === 'window' ? { ...operator, parameters: { length: 20_000, slide: 2000 } } : operator,
    );
    expect(beginAgain(examplePlan, changed, ['w1'])).to.deep.equal(['w1', 'k1']);
    const from = (id: string): Plan => replaced('k1', (operator) => ({ ...operator, inputs: [{ id, port: 0 }] }));
    expect(beginAgain(examplePlan, from('m1'), [])).to.deep.equal(['k1']);
    const [w1] = examplePlan.operators.filter(({ id }) => id === 'w1');
    if (w1 === undefined) return expect.fail();
    const twin = { ...w1, id: 'w2' };
    const withTwin = (plan: Plan): Plan => ({
      ...plan,
      operators: plan.operators.flatMap((operator) => (operator.id === 'w1' ? [operator, twin] : [operator])),
    });
    expect(beginAgain(withTwin(examplePlan), withTwin(from('w2')), ['k1'])).to.deep.equal(['k1']);
    expect(beginAgain(withTwin(examplePlan), withTwin(from('w2')), []), 'the engine kept it').to.deep.equal([]);
  });

  it('names state for another key, mode or function, not for what is done with it', () => {
    const state: StateOperator = {
      id: 's',
      type: 'state',
      inputs: [{ id: 'm1', port: 0 }],
      parameters: {
        key: { from: 'key' }, mode: 'update', code: { lang: 'javascript', source: 'return 1;' }, timeout: null, emit: 'changed', keyLimit: 10,
      },
    };
    const plan = (change: Partial<StateOperator['parameters']> = {}): Plan => ({
      ...examplePlan, operators: [...examplePlan.operators, { ...state, parameters: { ...state.parameters, ...change } }],
    });
    expect(beginAgain(plan(), plan({ timeout: 1, emit: 'all', keyLimit: 1 }), ['s'])).to.deep.equal([]);
    expect(beginAgain(plan(), { ...plan(), batchInterval: 500 }, ['s'])).to.deep.equal([]);
    expect(beginAgain(plan(), plan({ mode: 'record' }), ['s'])).to.deep.equal(['s']);
    expect(beginAgain(plan(), plan({ code: { lang: 'javascript', source: 'return 2;' } }), ['s'])).to.deep.equal(['s']);
    expect(beginAgain(plan(), plan({ key: { from: 'property', property: 'topic' } }), ['s'])).to.deep.equal(['s']);
    expect(beginAgain(examplePlan, plan(), ['s'])).to.deep.equal([]);
  });

  it('names nothing that was not there before, but reduceByKey where a window was put in front of it', () => {
    const without = { ...examplePlan, operators: examplePlan.operators.filter(({ id }) => id !== 'w1') };
    expect(beginAgain(without, examplePlan, ['w1'])).to.deep.equal(['k1']);
    const less = { ...examplePlan, operators: examplePlan.operators.filter(({ id }) => id !== 'w1' && id !== 'k1') };
    expect(beginAgain(less, examplePlan, ['w1', 'k1'])).to.deep.equal([]);
  });
});
