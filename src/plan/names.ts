/** The aggregates that a plan may name. `reduce` is the user's own function. */
export const AGGREGATE_NAMES: readonly string[] = [
  'count', 'sum', 'mean', 'min', 'max', 'first', 'last', 'variance', 'stddev', 'sampleVariance', 'sampleStddev', 'percentile',
  'distinct', 'distinctApprox', 'countByValue', 'list', 'topK', 'reduce',
];

/** What the number of an aggregate may be. */
export interface ParameterRule {
  /** Where none is given. */
  readonly otherwise: number;
  readonly least: number;
  readonly most: number;
  /** Whether it must be a whole number. */
  readonly whole: boolean;
}

/** The aggregates that take a number: which percentile, how many. */
export const AGGREGATE_PARAMETERS: ReadonlyMap<string, ParameterRule> = new Map([
  ['percentile', { otherwise: 50, least: 0, most: 100, whole: false }],
  ['topK', { otherwise: 10, least: 1, most: 10_000, whole: true }],
  ['list', { otherwise: 1000, least: 1, most: 100_000, whole: true }],
]);

/** A number that keeps to its rule, in words: `a whole number from 1 to 10000`. */
export function parameterText({ least, most, whole }: ParameterRule): string {
  return `a ${whole ? 'whole ' : ''}number from ${String(least)} to ${String(most)}`;
}

export function keepsTo({ least, most, whole }: ParameterRule, value: number): boolean {
  return value >= least && value <= most && (!whole || Number.isInteger(value));
}

/**
 * Names that an output of reduceByKey cannot have: every result has the first four already, and assigning to the last
 * would change an object's prototype instead of adding a property.
 */
export const RESERVED_OUTPUT_NAMES: readonly string[] = ['key', 'windowStart', 'windowEnd', 'complete', '__proto__'];
