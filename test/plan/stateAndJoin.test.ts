import { expect } from 'chai';
import { JsonError } from '../../src/plan/JsonReader';
import type { Plan } from '../../src/plan/Plan';
import { validatePlan } from '../../src/plan/validatePlan';

const input = (id: string): { id: string; port: number } => ({ id, port: 0 });

const plan: Plan = {
  version: 1,
  graph: 'b',
  batchInterval: 1000,
  operators: [
    {
      id: 'r',
      type: 'receiver',
      inputs: [],
      parameters: {
        source: { kind: 'wire' }, format: 'auto', key: { from: 'topic' }, bufferLimit: 10, maxRate: null, backpressure: null,
      },
    },
    { id: 'b', type: 'batcher', inputs: [input('r')], parameters: {} },
    {
      id: 's',
      type: 'state',
      inputs: [input('b')],
      parameters: {
        key: { from: 'key' }, mode: 'update', code: { lang: 'javascript', source: 'return 1;' }, timeout: 5000, emit: 'all', keyLimit: 10,
      },
    },
    { id: 'j', type: 'join', inputs: [input('b'), input('s')], parameters: { mode: 'full', left: 's' } },
  ],
};

/** The plan with some parameters of one operator replaced. */
function changed(id: string, parameters: Readonly<Record<string, unknown>>, inputs?: unknown): unknown {
  const operators = plan.operators.map((operator) =>
    operator.id === id ? { ...operator, parameters: { ...operator.parameters, ...parameters }, inputs: inputs ?? operator.inputs } : operator,
  );
  return JSON.parse(JSON.stringify({ ...plan, operators }));
}

describe('validatePlan, state and join', () => {
  it('accepts both and returns an equal copy', () => {
    expect(validatePlan(JSON.parse(JSON.stringify(plan)))).to.deep.equal(plan);
    expect(validatePlan(changed('s', { timeout: null, mode: 'record' })).operators[2]?.parameters).to.include({ timeout: null });
  });

  const cases: readonly [unknown, string][] = [
    [changed('s', { mode: 'fold' }), 'plan.operators[2].parameters.mode is "fold"'],
    [changed('s', { timeout: 0 }), 'parameters.timeout is 0'],
    [changed('s', { timeout: '5' }), 'parameters.timeout is "5"'],
    [changed('s', { emit: 'some' }), 'parameters.emit is "some"'],
    [changed('s', { keyLimit: 0 }), 'parameters.keyLimit is 0'],
    [changed('s', { code: { lang: 'jsonata', source: 'state' } }), 'parameters.code.lang is "jsonata"'],
    [changed('j', { mode: 'outer' }), 'parameters.mode is "outer"'],
    [changed('j', { left: 'r' }), 'parameters.left is "r"; it must be one of the join\'s inputs (b, s).'],
    [changed('j', { left: 'b' }, [input('b'), input('b')]), 'it must be one of two inputs or more'],
  ];
  for (const [json, text] of cases) {
    it(`refuses: ${text}`, () => {
      expect(() => validatePlan(json)).to.throw(JsonError, text);
    });
  }
});
