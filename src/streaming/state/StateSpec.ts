import { checkFunction } from '../checkFunction';
import { checkDuration } from '../duration';
import type { Mapped } from '../Mapped';
import type { Pair } from '../Pair';
import { checkPartitionCount } from '../rdd/checkPartitionCount';
import { RDD } from '../rdd/RDD';
import { checkInitialState, type InitialState } from './initialState';
import type { State } from './State';

/**
 * What `mapWithState` calls for each record, and once for each key that times out.
 * @param value the record's value; undefined for a key that is timing out
 * @param time the batch time, ms since the epoch
 * @returns the record to emit; undefined or null for none
 */
export type StateFunction<K, V, S, E> = (
  key: K,
  value: V | undefined,
  state: State<S>,
  time: number,
) => E | undefined | null;

/** What `mapWithState` is to do: a function, and how its state begins and ends. Each method changes this spec and returns it. */
export class StateSpec<K, V, S, E> {
  readonly call: StateFunction<K, V, S, E>;
  #initialState: RDD<Pair<K, S>> | readonly Pair<K, S>[] | undefined;
  #numPartitions: number | undefined;
  #timeout: number | undefined;

  private constructor(call: StateFunction<K, V, S, E>) {
    this.call = call;
  }

  /** @throws IllegalArgumentError for what is not a function */
  static function<K, V, S, E>(call: StateFunction<K, V, S, Mapped<E>>): StateSpec<K, V, S, E> {
    checkFunction('StateSpec.function', '(key, value, state, time) => record', call);
    return new StateSpec(call as StateFunction<K, V, S, E>);
  }

  /**
   * The state that keys have before the first batch. It counts as updated in the first batch. Of equal keys the last one
   * holds.
   * @throws IllegalArgumentError for what is neither
   */
  initialState(pairs: InitialState<K, S>): this {
    checkInitialState(pairs);
    // An iterable may give its pairs only once.
    this.#initialState = pairs instanceof RDD ? pairs : Array.from(pairs);
    return this;
  }

  /**
   * In how many partitions results come; the default parallelism of the context when left out. Their order is the same.
   * @throws IllegalArgumentError unless it is a whole number above 0
   */
  numPartitions(count: number): this {
    checkPartitionCount(count);
    this.#numPartitions = count;
    return this;
  }

  /**
   * @param duration ms without a record or update after which a key gets one last call and loses its state
   * @throws IllegalArgumentError unless it is a whole number above 0
   */
  timeout(duration: number): this {
    checkDuration('The timeout', duration);
    this.#timeout = duration;
    return this;
  }

  get givenInitialState(): RDD<Pair<K, S>> | readonly Pair<K, S>[] | undefined {
    return this.#initialState;
  }

  get givenPartitions(): number | undefined {
    return this.#numPartitions;
  }

  /** ms */
  get givenTimeout(): number | undefined {
    return this.#timeout;
  }
}
