/** The aggregates that a plan may name. */
export const AGGREGATE_NAMES: readonly string[] = ['count', 'sum', 'mean', 'min', 'max', 'first', 'last'];

/**
 * Names that an output of reduceByKey cannot have: every result has the first four already, and assigning to the last
 * would change an object's prototype instead of adding a property.
 */
export const RESERVED_OUTPUT_NAMES: readonly string[] = ['key', 'windowStart', 'windowEnd', 'complete', '__proto__'];
