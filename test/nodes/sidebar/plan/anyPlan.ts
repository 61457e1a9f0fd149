import fc from 'fast-check';
import type { PlannedOperator } from '../../../../src/flow/monitor/snapshot';
import { planned } from '../snapshots';

/** Plans of 1 to `most` operators, each reading up to three of those before it, some in passes; listed in any order. */
export function anyPlan(most: number): fc.Arbitrary<PlannedOperator[]> {
  const operator = fc.record({
    inputs: fc.array(fc.nat(), { maxLength: 3 }),
    pass: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  });
  return fc.array(operator, { minLength: 1, maxLength: most }).chain((drawn) => {
    const operators = drawn.map(({ inputs, pass }, index) => {
      const before = index === 0 ? [] : inputs.map((input) => `n${input % index}`);
      return planned(`n${index}`, [...new Set(before)], pass === undefined ? {} : { pass });
    });
    return fc.shuffledSubarray(operators, { minLength: operators.length });
  });
}
