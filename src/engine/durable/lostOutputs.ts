import { aggregateFingerprint } from '../../plan/fingerprint';
import type { Plan, ReduceByKeyOperator } from '../../plan/Plan';
import { isWindow } from './partialReset';

/** Outputs of an aggregation whose past another plan has no use for. */
export interface LostOutputs {
  readonly operator: string;
  /** Their names. */
  readonly outputs: readonly string[];
}

/**
 * What aggregations over windows give up when one plan follows another, though they keep the rest: outputs that are no more, or
 * that compute something else. Another name is no other output.
 */
export function lostOutputs(before: Plan, after: Plan): readonly LostOutputs[] {
  return before.operators.flatMap((operator) => {
    const next = after.operators.find(({ id }) => id === operator.id);
    if (operator.type !== 'reduceByKey' || next?.type !== 'reduceByKey' || !isWindow(before, operator.inputs[0]?.id)) return [];
    const kept = new Set(aggregatesOf(next).map(aggregateFingerprint));
    const outputs = aggregatesOf(operator).filter((aggregate) => !kept.has(aggregateFingerprint(aggregate))).map(({ as }) => as);
    return outputs.length === 0 ? [] : [{ operator: operator.id, outputs }];
  });
}

function aggregatesOf(operator: ReduceByKeyOperator): ReduceByKeyOperator['parameters']['aggregates'] {
  return operator.parameters.aggregates;
}
