import type { Aggregate } from '../../../src/operators/aggregates/Aggregate';

/** Adds the values that the aggregate accepts; their order coordinate is their index, unless orders are given. */
export function fold<Partial>(aggregate: Aggregate<Partial>, values: readonly unknown[], orders?: readonly number[]): Partial {
  let partial = aggregate.zero();
  values.forEach((value, index) => {
    if (aggregate.accepts(value)) partial = aggregate.add(partial, value, orders?.[index] ?? index);
  });
  return partial;
}

/** The result users see of folding the values. */
export function resultOf<Partial>(
  aggregate: Aggregate<Partial>,
  values: readonly unknown[],
  orders?: readonly number[],
): unknown {
  return aggregate.finish(fold(aggregate, values, orders));
}
