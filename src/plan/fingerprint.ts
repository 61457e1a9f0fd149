import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical';
import type { AggregateParameters, Operator, Plan } from './Plan';

/**
 * Tells whether two plans are the same plan.
 * @returns SHA-256 of the plan's canonical text, 64 hexadecimal digits
 */
export function planFingerprint(plan: Plan): string {
  return sha256(canonicalJson(plan));
}

/**
 * Tells whether an operator still means the same, so that its state may be kept: its type, its own parameters and the batch
 * interval. What it is wired to and what runs upstream do not count: another filter in front of a window does not empty it.
 * A receiver's connection is known by name only, so a changed password does not change the fingerprint. Nor does the limit of
 * keys, which only says what may still come in.
 * @param batchInterval ms
 * @returns SHA-256, 64 hexadecimal digits
 */
export function operatorFingerprint(operator: Operator, batchInterval: number): string {
  const parameters = Object.fromEntries(Object.entries(operator.parameters).filter(([name]) => name !== 'keyLimit'));
  return sha256(canonicalJson({ type: operator.type, parameters, batchInterval }));
}

/**
 * Tells whether an aggregate still folds the same values in the same way, so that its partials may be kept while its
 * neighbours come and go. The name of the output does not count: renaming resets nothing. Neither does what only matters
 * when partials are read, which percentile it is, or when they are taken out again, the inverse of the user's function: what was
 * gathered serves another percentile just as well.
 * @returns SHA-256, 64 hexadecimal digits
 */
export function aggregateFingerprint({ aggregate, of, parameter, reduce }: AggregateParameters): string {
  return sha256(canonicalJson({
    aggregate,
    of,
    ...(parameter === undefined || aggregate === 'percentile' ? {} : { parameter }),
    ...(reduce === undefined ? {} : { reduce }),
  }));
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
