import type { KeyedState } from '../../operators/state/KeyedState';
import type { Pair } from '../Pair';
import { StateOfKey } from '../state/State';
import type { StateFunction } from '../state/StateSpec';
import { forEachRecord } from './forEachRecord';
import { type Emit, ranStage, RDD, type RDDEnvironment } from './RDD';
import { slicesOf, StateVersionRDD } from './StateVersionRDD';

/** What stays the same from version to version. */
export interface StateMapping<K, V, S, E> {
  readonly call: StateFunction<K, V, S, E>;
  readonly state: KeyedState<K, S>;
  /** ms */
  readonly timeout: number | undefined;
  readonly partitionCount: number;
  /** Whether all states are written down after each batch. */
  readonly keepsSnapshots: boolean;
}

/** What a batch of `mapWithState` starts from. */
export interface StateBatch<K, V, S> {
  /** ms since the epoch */
  readonly time: number;
  /** Whether keys time out in this batch. */
  readonly expires: boolean;
  /** The version before, or null for the first one, */
  readonly before: RDD<unknown> | null;
  /** which has the initial states instead, or null for none. */
  readonly initial: RDD<Pair<K, S>> | null;
  /** null for a batch without RDD */
  readonly records: RDD<Pair<K, V>> | null;
}

/** What the function of `mapWithState` gave for a batch: first for its records, in their order, then for keys that time out. */
export class MappedStateRDD<K, V, S, E> extends StateVersionRDD<E> {
  readonly #mapping: StateMapping<K, V, S, E>;
  #batch: StateBatch<K, V, S> | null;
  #snapshot: readonly (readonly Pair<K, S>[])[] | undefined;

  constructor(environment: RDDEnvironment, mapping: StateMapping<K, V, S, E>, batch: StateBatch<K, V, S>) {
    super(environment, mapping.partitionCount, [batch.before, batch.initial, batch.records]);
    this.#mapping = mapping;
    this.#batch = batch;
  }

  /** All keys with their state after the batch, by partition, in the order of first appearance. */
  get snapshot(): readonly (readonly Pair<K, S>[])[] {
    return ranStage(this.#snapshot);
  }

  protected override advance(): readonly (readonly E[])[] {
    const { state, partitionCount, keepsSnapshots } = this.#mapping;
    const records = state.atomically(() => this.#run(ranStage(this.#batch ?? undefined)));
    if (keepsSnapshots) {
      this.#snapshot = slicesOf(Array.from(state.entries(), ({ key, state: held }): Pair<K, S> => [key, held]), partitionCount);
    }
    this.#batch = null;
    return slicesOf(records, partitionCount);
  }

  #run({ time, expires, initial, records }: StateBatch<K, V, S>): E[] {
    const { call, state, timeout } = this.#mapping;
    const results: E[] = [];
    const emit = (result: E | undefined | null): void => {
      if (result !== undefined && result !== null) results.push(result);
    };
    forEachRecord(initial, ([key, first]) => {
      state.set(key, first, time);
    });
    const current = new StateOfKey<S>();
    const pairs: Pair<K, V>[] = [];
    forEachRecord(records, (pair) => {
      pairs.push(pair);
    });
    state.forEachRow(pairs, ([key]) => key, ([key, value], row) => {
      current.begin(row >= 0, row < 0 ? undefined : state.stateAt(row));
      emit(call(key, value, current, time));
      if (current.isRemoved) {
        if (row >= 0) state.removeAt(row);
      } else if (current.isUpdated || (timeout !== undefined && current.exists())) {
        if (row < 0) state.set(key, current.get(), time);
        else state.setAt(row, current.get(), time);
      }
    });
    if (timeout === undefined || !expires) return results;
    for (const { key, state: last } of state.expired(time - timeout)) {
      current.beginTimeOut(last);
      emit(call(key, undefined, current, time));
      state.remove(key);
    }
    return results;
  }
}

/** A version of state that has all keys with their state written down, by partition. */
export interface StateVersion<K, S> extends RDD<unknown> {
  readonly snapshot: readonly (readonly Pair<K, S>[])[];
}

/** All keys with their state, as a version of it has them. */
export class StateSnapshotRDD<K, S> extends RDD<Pair<K, S>> {
  readonly partitionCount: number;
  readonly #version: StateVersion<K, S>;

  constructor(version: StateVersion<K, S>) {
    super(version.environment, [version]);
    this.#version = version;
    this.partitionCount = version.partitionCount;
  }

  protected override compute(partition: number, emit: Emit<Pair<K, S>>): void {
    for (const pair of this.#version.snapshot[partition] ?? []) emit(pair);
  }
}
