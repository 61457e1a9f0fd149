import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { canonicalJson } from '../../src/plan/canonical';
import { aggregateFingerprint } from '../../src/plan/fingerprint';
import { JsonError } from '../../src/plan/JsonReader';
import type { AggregateParameters, Code, Plan } from '../../src/plan/Plan';
import { validatePlan } from '../../src/plan/validatePlan';
import { planOf, receiver, reduceByKey } from '../engine/plans';

const of = { from: 'property', property: 'payload' } as const;
const code = (source: string): Code => ({ lang: 'javascript', source });
const mean: AggregateParameters = { aggregate: 'mean', of, as: 'x' };
const reduce: AggregateParameters = { aggregate: 'reduce', of, as: 'x', reduce: code('return a + b;') };

/** The aggregate of a plan, after it was written down and read again. */
function validated(aggregate: unknown): AggregateParameters | undefined {
  const plan = planOf([receiver(), reduceByKey('k', 'in', [aggregate as AggregateParameters])]);
  const read: Plan = validatePlan(JSON.parse(JSON.stringify(plan)));
  const operator = read.operators.at(-1);
  return operator?.type === 'reduceByKey' ? operator.parameters.aggregates[0] : undefined;
}

describe('aggregates in a plan', () => {
  it('have a number or functions where they need them', () => {
    for (const aggregate of [
      mean,
      { aggregate: 'percentile', of, as: 'x' },
      { aggregate: 'percentile', of, as: 'x', parameter: 99.9 },
      { aggregate: 'topK', of, as: 'x', parameter: 3 },
      { aggregate: 'list', of, as: 'x', parameter: 100_000 },
      reduce,
      { ...reduce, inverse: code('return a - b;') },
    ]) {
      expect(validated(aggregate)).to.deep.equal(aggregate);
    }
  });

  for (const [title, aggregate, message] of [
    ['a number too large', { aggregate: 'percentile', of, as: 'x', parameter: 101 }, '.parameter is 101; it must be a number from 0 to 100.'],
    ['a broken number', { aggregate: 'topK', of, as: 'x', parameter: 1.5 }, '.parameter is 1.5; it must be a whole number from 1 to 10000.'],
    ['a number as text', { aggregate: 'list', of, as: 'x', parameter: '5' }, '.parameter is "5"; it must be a whole number from 1 to 100000.'],
    ['a number that nothing asks for', { ...mean, parameter: 5 }, 'unknown member "parameter"'],
    ['a function that nothing asks for', { ...mean, reduce: code('return a;') }, 'unknown member "reduce"'],
    ['no function', { aggregate: 'reduce', of, as: 'x' }, 'lacks the member "reduce"'],
    ['a function in JSONata', { ...reduce, reduce: { lang: 'jsonata', source: 'a' } }, '.reduce.lang is "jsonata"; it must be one of "javascript".'],
    ['an empty inverse', { ...reduce, inverse: code('') }, '.inverse.source is ""'],
  ] as const) {
    it(`refuses ${title}`, () => {
      expect(() => validated(aggregate)).to.throw(JsonError, message);
    });
  }
});

describe('the fingerprint of an aggregate', () => {
  it('is what it was before there were numbers and functions, so that state survives', () => {
    const before = createHash('sha256').update(canonicalJson({ aggregate: 'mean', of }), 'utf8').digest('hex');
    expect(aggregateFingerprint(mean)).to.equal(before);
    expect(before).to.equal(PINNED);
  });

  it('depends on what is gathered: how many of a list, the function; not on which percentile, nor on the inverse', () => {
    const list = (parameter: number): string => aggregateFingerprint({ aggregate: 'list', of, as: 'x', parameter });
    const percentile = (parameter: number): string => aggregateFingerprint({ aggregate: 'percentile', of, as: 'x', parameter });
    expect(list(5)).to.equal(list(5));
    expect(list(5)).to.not.equal(list(6));
    expect(percentile(5)).to.equal(percentile(99));
    expect(aggregateFingerprint({ ...reduce, reduce: code('return a * b;') })).to.not.equal(aggregateFingerprint(reduce));
    expect(aggregateFingerprint({ ...reduce, inverse: code('return a - b;') })).to.equal(aggregateFingerprint(reduce));
  });
});

/** SHA-256 of {"aggregate":"mean","of":{"from":"property","property":"payload"}}. */
const PINNED = '911d4487e2a33de8ef153318e709c56e461ca096d27dde89bde2b4b0ad5b899a';
