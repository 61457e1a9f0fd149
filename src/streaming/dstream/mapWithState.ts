import { KeyedState } from '../../operators/state/KeyedState';
import type { KeyedStateSnapshot } from '../../operators/state/KeyedStateSnapshot';
import { IllegalArgumentError } from '../errors';
import type { Pair } from '../Pair';
import { MappedStateRDD, StateSnapshotRDD, type StateVersion } from '../rdd/MappedStateRDD';
import type { RDD } from '../rdd/RDD';
import { initialStateRDD } from '../state/initialState';
import { StateSpec } from '../state/StateSpec';
import { DStream } from './DStream';
import { VersionedDStream } from './VersionedDStream';

/** How many slides lie between two checkpoints when nothing else is said, as in Spark. */
const USUAL_CHECKPOINT_SLIDES = 10;

/** What the function of a `StateSpec` gives for the records of each batch. */
export class MapWithStateDStream<K, V, S, E> extends VersionedDStream<Pair<K, V>, E, MappedStateRDD<K, V, S, E>> {
  readonly #spec: StateSpec<K, V, S, E>;
  #state = new KeyedState<K, S>();
  #initialState: RDD<Pair<K, S>> | null;
  #snapshots: StateSnapshotsDStream<K, S> | undefined;

  constructor(parent: DStream<Pair<K, V>>, spec: StateSpec<K, V, S, E>) {
    super(parent);
    this.#spec = spec;
    const initial = spec.givenInitialState;
    this.#initialState = initial === undefined ? null : initialStateRDD(parent.context, initial);
  }

  /**
   * A stream of all keys with their state, after each batch, also after one without records; keys in the order of their first
   * appearance. Its cost is the number of keys.
   */
  stateSnapshots(): DStream<Pair<K, S>> {
    this.#snapshots ??= new StateSnapshotsDStream<K, S>(this, (time) => this.getOrCompute(time));
    return this.#snapshots;
  }

  protected override get usualCheckpointInterval(): number {
    return USUAL_CHECKPOINT_SLIDES * this.slideDuration;
  }

  override get savedKind(): string {
    return 'mapWithState';
  }

  protected override savedVersion(): unknown {
    return this.#state.snapshot();
  }

  protected override unmadeState(): unknown {
    // What the initial state would be is not known here, and it need not be.
    return this.#initialState === null ? this.#state.snapshot() : undefined;
  }

  protected override restoreOwn(saved: unknown): void {
    this.#state = KeyedState.restore<K, S>(saved as KeyedStateSnapshot);
    this.#initialState = null;
  }

  protected override nextVersion(
    time: number,
    before: MappedStateRDD<K, V, S, E> | null,
    records: RDD<Pair<K, V>> | null,
  ): MappedStateRDD<K, V, S, E> {
    const { call, givenTimeout: timeout, givenPartitions } = this.#spec;
    return new MappedStateRDD(
      this.context,
      {
        call,
        state: this.#state,
        timeout,
        partitionCount: givenPartitions ?? this.context.defaultParallelism,
        keepsSnapshots: this.#snapshots !== undefined,
      },
      {
        time,
        expires: this.context.compatibility !== 'spark' || this.isCheckpointTime(time),
        before,
        initial: before === null ? this.#initialState : null,
        records,
      },
    );
  }
}

/** All keys with their state, after each batch of a `MapWithStateDStream`. */
class StateSnapshotsDStream<K, S> extends DStream<Pair<K, S>> {
  readonly dependencies: readonly [DStream<unknown>];
  readonly slideDuration: number;
  readonly #versionAt: (time: number) => StateVersion<K, S> | null;

  constructor(states: DStream<unknown>, versionAt: (time: number) => StateVersion<K, S> | null) {
    super(states.context);
    this.dependencies = [states];
    this.slideDuration = states.slideDuration;
    this.#versionAt = versionAt;
  }

  protected override compute(time: number): RDD<Pair<K, S>> | null {
    const version = this.#versionAt(time);
    return version === null ? null : new StateSnapshotRDD(version);
  }
}

declare module './DStream' {
  interface DStream<T> {
    /**
     * What a function gives for each record, told the state of the record's key, which it may read and change:
     * `StateSpec.function((key, value, state, time) => out)`. It is called once a record, in the order of the parent's partitions
     * and of the records in them, for keys with records only; undefined or null emits nothing. Results come in the order of the
     * calls, whatever the number of partitions.
     *
     * With a timeout of d ms, a key whose last update is strictly before (batch time - d), and that has no record in the batch,
     * gets one last call with the value undefined and `state.isTimingOut()`, and then loses its state. The last update is the
     * batch of `state.update`, and of any record of a key that has state; the initial state counts as updated in the first batch.
     * Keys time out in every batch, after the calls for its records. With `compatibility: 'spark'` they do so, as in Spark, only
     * in batches whose state is checkpointed, every tenth when nothing else is said, so up to ten batches late.
     *
     * Unlike Spark, state needs no checkpoint directory (except with `compatibility: 'spark'`).
     */
    mapWithState<K, V, S, E>(this: DStream<readonly [K, V]>, spec: StateSpec<K, V, S, E>): MapWithStateDStream<K, V, S, E>;
  }
}

DStream.prototype.mapWithState = function <K, V, S, E>(
  this: DStream<Pair<K, V>>,
  spec: StateSpec<K, V, S, E>,
): MapWithStateDStream<K, V, S, E> {
  if (!((spec as unknown) instanceof StateSpec)) {
    throw new IllegalArgumentError(
      'mapWithState needs a StateSpec: mapWithState(StateSpec.function((key, value, state, time) => record)).',
    );
  }
  return new MapWithStateDStream(this, spec);
};
