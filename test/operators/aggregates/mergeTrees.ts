import { expect } from 'chai';
import fc from 'fast-check';
import type { Aggregate } from '../../../src/operators/aggregates/Aggregate';
import { fold } from './fold';

/** Numbers of all magnitudes, whole ones, and those that IEEE 754 treats apart. */
export const anyNumber = fc.oneof(
  fc.double(),
  fc.integer({ min: -20, max: 20 }),
  fc.double({ min: -1e3, max: 1e3, noNaN: true }),
  fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 1e308, -1e308, 5e-324, 1e-200, -1e-200, 2 ** 440, 2 ** -440),
);

/**
 * Checks that an aggregate gives the same, to the last bit, however its values are split into parts and in whatever order
 * the parts are merged, also where the parts were stored as JSON in between or are copies; and, where it can subtract, that
 * what is left after a part was taken out is what the other parts give.
 */
export function expectSameForAllMergeTrees<Partial>(
  aggregate: Aggregate<Partial>,
  value: fc.Arbitrary<unknown>,
  options: { readonly commutes?: boolean; readonly runs?: number } = {},
): void {
  const { commutes = true, runs = 150 } = options;
  const part = fc.array(value, { maxLength: 8 });
  fc.assert(fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), fc.array(fc.nat(), { minLength: 8, maxLength: 8 }), fc.boolean(),
    (parts, picks, swaps) => {
      let order = 0;
      const starts = parts.map((values) => (order += values.length) - values.length);
      const whole = fold(aggregate, parts.flat());
      const expected = aggregate.finish(whole);
      const partOf = (index: number): Partial => fold(aggregate, parts[index] ?? [], ordersFrom(starts[index] ?? 0, parts[index] ?? []));
      const left = parts.map((_, index) => partOf(index));
      for (const pick of picks) {
        if (left.length < 2) break;
        // Any two neighbours, in either order where the order does not matter.
        const at = pick % (left.length - 1);
        const [first, second] = left.splice(at, 2);
        if (first === undefined || second === undefined) throw new Error('There were two.');
        const before = JSON.stringify(second);
        left.splice(at, 0, swaps && commutes ? aggregate.merge(second, first) : aggregate.merge(first, second));
        if (!swaps || !commutes) expect(JSON.stringify(second), 'the second partial').to.equal(before);
      }
      const merged = left.reduce((into, from) => aggregate.merge(into, from));
      expect(aggregate.finish(merged)).to.deep.equal(expected);
      expect(aggregate.finish(aggregate.merge(aggregate.zero(), merged))).to.deep.equal(expected);
      if (aggregate.subtract === undefined) return;
      const rest = parts.slice(1).reduce((into, _, index) => aggregate.merge(into, partOf(index + 1)), aggregate.zero());
      const remaining = aggregate.subtract(merged, partOf(0));
      if (remaining !== undefined) expect(aggregate.finish(remaining)).to.deep.equal(aggregate.finish(rest));
    }), { numRuns: runs });
}

function ordersFrom(start: number, values: readonly unknown[]): number[] {
  return values.map((_, index) => start + index);
}

/** Checks that changing a copy leaves the original alone, and that a partial of finite values survives JSON. */
export function expectCopiesAndJson<Partial>(aggregate: Aggregate<Partial>, values: readonly unknown[], more: unknown): void {
  const partial = fold(aggregate, values);
  const result = aggregate.finish(partial);
  const stored = JSON.parse(JSON.stringify(partial)) as Partial;
  expect(aggregate.finish(stored)).to.deep.equal(result);
  const copy = aggregate.copy?.(partial) ?? aggregate.zero();
  expect(aggregate.finish(aggregate.add(copy, more, 1e6))).to.not.deep.equal(result);
  expect(aggregate.finish(partial)).to.deep.equal(result);
}
