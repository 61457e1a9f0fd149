import {
  type Called, COMBINE, EMIT, EXPAND, FILTER, FLAT_MAP, FLAT_MAP_VALUES, KEY_BY, MAP, MAP_VALUES, REFINE, type StepKind,
} from './stepKinds';

/**
 * What happens to one record on its way through a pass: records of type T come, and records of type U go on.
 * Two steps are the same step when they are of one kind and have the same functions.
 */
export interface Step<T, U> {
  readonly kind: StepKind;
  readonly f: Called;
  readonly g: Called;
  /** Never there: it tells the types apart. */
  readonly types?: (record: T) => U;
}

function step<T, U>(kind: StepKind, f: (...values: never[]) => unknown, g: (...values: never[]) => unknown = nothing): Step<T, U> {
  return { kind, f: f as Called, g: g as Called };
}

function nothing(): void {
  // Stands where a kind of step needs no function.
}

/** Each record replaced by what the function makes of it. */
export function mapping<T, U>(transform: (record: T) => unknown): Step<T, U> {
  return step(MAP, transform);
}

/** Only the records for which the function says true. */
export function filtering<T>(predicate: (record: T) => boolean): Step<T, T> {
  return step(FILTER, predicate);
}

/** Each record replaced by any number of others. */
export function flatMapping<T, U>(transform: (record: T) => Iterable<unknown>): Step<T, U> {
  return step(FLAT_MAP, transform);
}

/** Pairs of the key that the function gives and the record. */
export function keyingBy<T, K>(key: (record: T) => K): Step<T, readonly [K, T]> {
  return step(KEY_BY, key);
}

/** Each value of a pair replaced, under the same key. */
export function mappingValues<K, V, U>(transform: (value: V) => unknown): Step<readonly [K, V], readonly [K, U]> {
  return step(MAP_VALUES, transform);
}

/** Each value of a pair replaced by any number of others, under the same key. */
export function flatMappingValues<K, V, U>(transform: (value: V) => Iterable<unknown>): Step<readonly [K, V], readonly [K, U]> {
  return step(FLAT_MAP_VALUES, transform);
}

/** Each record replaced by what the function makes of it and of what the RDD gives; undefined leaves it out. */
export function refining<T, U>(transform: (record: T, given: never) => U | undefined): Step<T, U> {
  return step(REFINE, transform);
}

/** Each record replaced by any number of others. They go on before the next call, so one array may serve all calls. */
export function expanding<T, U>(transform: (record: T, given: never) => readonly U[]): Step<T, U> {
  return step(EXPAND, transform);
}

/** The end of most passes: each record to the `Emit` that is given. */
export const EMITTING: Step<unknown, never> = step(EMIT, nothing);

/**
 * The end of a pass whose pairs are combined by key on the spot, in the Map that is given: from the identity of a key to a pair of
 * the key and what its values became. `mergeValue` may change and return its first argument.
 */
export function combining<K, V, C>(create: (value: V) => C, mergeValue: (combined: C, value: V) => C): Step<readonly [K, V], never> {
  return step(COMBINE, create, mergeValue);
}
