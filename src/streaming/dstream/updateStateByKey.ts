import { checkFunction } from '../checkFunction';
import type { Pair } from '../Pair';
import { checkPartitionCount } from '../rdd/checkPartitionCount';
import { ParallelCollectionRDD } from '../rdd/ParallelCollectionRDD';
import type { RDD } from '../rdd/RDD';
import { type StateGroup, type StateUpdate, UpdatedStateRDD } from '../rdd/UpdatedStateRDD';
import { initialStateRDD } from '../state/initialState';
import { DStream } from './DStream';
import { VersionedDStream } from './VersionedDStream';

export interface UpdateStateOptions<K, S> {
  /** The states before the first batch. Of equal keys the first one holds. */
  readonly initialState?: Iterable<Pair<K, S>> | RDD<Pair<K, S>>;
  /** The context's default parallelism when left out. */
  readonly numPartitions?: number;
}

/** The state of every key after each batch. */
export class UpdatedStateDStream<K, V, S> extends VersionedDStream<Pair<K, V>, Pair<K, S>, UpdatedStateRDD<K, V, S>> {
  readonly #update: StateUpdate<K, V, S>;
  readonly #partitionCount: number;
  #initialState: RDD<Pair<K, S>> | null;
  /** The states of an earlier run, until there is a version here. */
  #restored: readonly Pair<K, S>[] | undefined;

  /** @throws IllegalArgumentError unless the number of partitions is a whole number above 0, and the initial state one of pairs */
  constructor(parent: DStream<Pair<K, V>>, update: StateUpdate<K, V, S>, options: UpdateStateOptions<K, S>) {
    super(parent);
    const { initialState, numPartitions = parent.context.defaultParallelism } = options;
    checkPartitionCount(numPartitions);
    this.#update = update;
    this.#partitionCount = numPartitions;
    this.#initialState = initialState === undefined ? null : initialStateRDD(parent.context, initialState);
  }

  protected override nextVersion(
    time: number,
    before: UpdatedStateRDD<K, V, S> | null,
    batch: RDD<Pair<K, V>> | null,
  ): UpdatedStateRDD<K, V, S> | null {
    const initial = before === null ? this.#initialState : null;
    if (before === null && initial === null && batch === null) return null;
    return new UpdatedStateRDD(this.context, this.#update, time, this.#partitionCount, before, initial, batch);
  }

  override get savedKind(): string {
    return 'updateStateByKey';
  }

  protected override savedVersion(version: UpdatedStateRDD<K, V, S>): unknown {
    this.#restored = undefined;
    return version.states;
  }

  protected override unmadeState(): unknown {
    return this.#restored;
  }

  protected override restoreOwn(saved: unknown): void {
    const states = saved as readonly Pair<K, S>[];
    this.#restored = states;
    this.#initialState = ParallelCollectionRDD.of(this.context, states, 1);
  }
}

declare module './DStream' {
  interface DStream<T> {
    /**
     * The state of every key, after each batch. In each batch the function is called once for every key that has state or new
     * values, also when it has no new ones (`values` is empty then), and gives the key's new state; undefined or null removes the
     * key. A key without state is given undefined. All states are emitted in every batch, keys in the order of their first
     * appearance: the cost is the number of keys, not of changes.
     *
     * A batch without RDD counts as one without values; before there is any state it has no RDD here either. The initial state
     * counts as the state before the first batch. Give a new state rather than changing the old one in place: a batch that fails
     * is tried again from the old states, and older batches may still be read.
     *
     * Spark's forms with (time, key, values, state) and with an iterator are `updateStateByKeyWithTime` and
     * `updateStateByPartition`. Unlike Spark, state needs no checkpoint directory (except with `compatibility: 'spark'`).
     * @param update gets the batch time (ms since the epoch) last
     * @param options or the number of partitions alone; results and their order do not depend on it
     */
    updateStateByKey<K, V, S>(
      this: DStream<readonly [K, V]>,
      update: (values: V[], state: S | undefined, time: number) => S | undefined | null,
      options?: UpdateStateOptions<K, S> | number,
    ): DStream<readonly [K, S]>;
    /** `updateStateByKey`, by a function that is told the key too: Spark's form with (time, key, values, state). */
    updateStateByKeyWithTime<K, V, S>(
      this: DStream<readonly [K, V]>,
      update: (time: number, key: K, values: V[], state: S | undefined) => S | undefined | null,
      options?: UpdateStateOptions<K, S> | number,
    ): DStream<readonly [K, S]>;
    /**
     * `updateStateByKey`, by a function that is called once a partition and batch with all keys there that have state or new
     * values: Spark's iterator form. It gives the keys that are to have state, with their states; all others lose theirs.
     * A key is in the same partition in every batch, by its hash.
     */
    updateStateByPartition<K, V, S>(
      this: DStream<readonly [K, V]>,
      update: (
        groups: Iterable<readonly [key: K, values: V[], state: S | undefined]>,
        time: number,
      ) => Iterable<readonly [K, S]>,
      options?: UpdateStateOptions<K, S> | number,
    ): DStream<readonly [K, S]>;
  }
}

DStream.prototype.updateStateByKey = function <K, V, S>(
  this: DStream<Pair<K, V>>,
  update: (values: V[], state: S | undefined, time: number) => S | undefined | null,
  options: UpdateStateOptions<K, S> | number = {},
): DStream<Pair<K, S>> {
  checkFunction('updateStateByKey', '(values, state, time) => state', update);
  const each = (time: number, _key: K, values: V[], state: S | undefined): S | undefined | null => update(values, state, time);
  return new UpdatedStateDStream<K, V, S>(this, { each }, optionsOf(options));
};

DStream.prototype.updateStateByKeyWithTime = function <K, V, S>(
  this: DStream<Pair<K, V>>,
  update: (time: number, key: K, values: V[], state: S | undefined) => S | undefined | null,
  options: UpdateStateOptions<K, S> | number = {},
): DStream<Pair<K, S>> {
  checkFunction('updateStateByKeyWithTime', '(time, key, values, state) => state', update);
  return new UpdatedStateDStream<K, V, S>(this, { each: update }, optionsOf(options));
};

DStream.prototype.updateStateByPartition = function <K, V, S>(
  this: DStream<Pair<K, V>>,
  update: (groups: Iterable<StateGroup<K, V, S>>, time: number) => Iterable<Pair<K, S>>,
  options: UpdateStateOptions<K, S> | number = {},
): DStream<Pair<K, S>> {
  checkFunction('updateStateByPartition', '(groups, time) => pairs', update);
  return new UpdatedStateDStream<K, V, S>(this, { partition: update }, optionsOf(options));
};

function optionsOf<K, S>(options: UpdateStateOptions<K, S> | number): UpdateStateOptions<K, S> {
  return typeof options === 'number' ? { numPartitions: options } : options;
}
