import { IllegalArgumentError } from '../errors';
import type { Pair } from '../Pair';
import { ParallelCollectionRDD } from '../rdd/ParallelCollectionRDD';
import { RDD, type RDDEnvironment } from '../rdd/RDD';

/** The states that keys have before the first batch, as somebody gives them. */
export type InitialState<K, S> = Iterable<Pair<K, S>> | RDD<Pair<K, S>>;

/** @throws IllegalArgumentError for what is neither an RDD nor iterable */
export function checkInitialState(given: unknown): void {
  if (given instanceof RDD || (typeof given === 'object' && given !== null && Symbol.iterator in given)) return;
  const what = given === null || given === undefined ? String(given) : `a value of type ${typeof given}`;
  throw new IllegalArgumentError(
    `The initial state is ${what}; it must be an RDD, an array or another iterable of pairs [key, state].`,
  );
}

/**
 * They as an RDD; the order of the states is that of the pairs.
 * @throws IllegalArgumentError for what is neither an RDD nor iterable
 */
export function initialStateRDD<K, S>(environment: RDDEnvironment, given: InitialState<K, S>): RDD<Pair<K, S>> {
  checkInitialState(given);
  return given instanceof RDD ? given : ParallelCollectionRDD.of(environment, given, 1);
}
