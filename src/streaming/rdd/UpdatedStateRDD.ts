import { type KeyIdentity, keyHash, keyIdentity } from '../../operators/keys';
import { checkIterable } from '../checkIterable';
import type { Pair } from '../Pair';
import { forEachRecord } from './forEachRecord';
import { ranStage, type RDD, type RDDEnvironment } from './RDD';
import { slicesOf, StateVersionRDD } from './StateVersionRDD';

/** A key that has state or new values: the values in their order, and the state before, undefined where there is none. */
export type StateGroup<K, V, S> = readonly [key: K, values: V[], state: S | undefined];

/** How one batch changes the states. */
export type StateUpdate<K, V, S> =
  /** Called for each key. */
  | { readonly each: (time: number, key: K, values: V[], state: S | undefined) => S | undefined | null }
  /** Called once for each partition of keys; keys that it leaves out lose their state. */
  | { readonly partition: (groups: Iterable<StateGroup<K, V, S>>, time: number) => Iterable<Pair<K, S>> };

type States<K, S> = Map<KeyIdentity, Pair<K, S>>;

/** The states of all keys after a batch: what an update makes of those before it and of the batch's values. */
export class UpdatedStateRDD<K, V, S> extends StateVersionRDD<Pair<K, S>> {
  readonly #update: StateUpdate<K, V, S>;
  readonly #time: number;
  #before: UpdatedStateRDD<K, V, S> | null;
  #initial: RDD<Pair<K, S>> | null;
  #batch: RDD<Pair<K, V>> | null;
  /** In the order of first appearance. Only until the next version has been made. */
  #states: States<K, S> | undefined;

  /**
   * @param before the version before; null for the first one,
   * @param initial which has the initial states instead, or null for none
   * @param batch null for a batch without RDD
   */
  constructor(
    environment: RDDEnvironment,
    update: StateUpdate<K, V, S>,
    time: number,
    partitionCount: number,
    before: UpdatedStateRDD<K, V, S> | null,
    initial: RDD<Pair<K, S>> | null,
    batch: RDD<Pair<K, V>> | null,
  ) {
    super(environment, partitionCount, [before, initial, batch]);
    this.#update = update;
    this.#time = time;
    this.#before = before;
    this.#initial = initial;
    this.#batch = batch;
  }

  /** All keys with their state, in the order of first appearance; only until the next version has been made. */
  get states(): readonly Pair<K, S>[] {
    return [...ranStage(this.#states).values()];
  }

  protected override advance(): readonly (readonly Pair<K, S>[])[] {
    const before = this.#before;
    const old = before === null ? initialStates(this.#initial) : ranStage(before.#states);
    const values = valuesByKey(this.#batch);
    if ('each' in this.#update) this.#updateEach(this.#update.each, old, values);
    const [states, partitions] = 'each' in this.#update
      ? [old, slicesOf([...old.values()], this.partitionCount)]
      : this.#updatePartitions(this.#update.partition, old, values);
    this.#states = states;
    if (before !== null) before.#states = undefined;
    this.#before = this.#initial = this.#batch = null;
    return partitions;
  }

  /** Changes the states where they are, once the function has been called for all of them: it may throw. */
  #updateEach(
    update: (time: number, key: K, values: V[], state: S | undefined) => S | undefined | null,
    states: States<K, S>,
    values: ReadonlyMap<KeyIdentity, Pair<K, V[]>>,
  ): void {
    const changes: (readonly [identity: KeyIdentity, pair: Pair<K, S> | undefined])[] = [];
    forEachGroup(states, values, (identity, [key, added, before]) => {
      const state = update(this.#time, key, added, before);
      if (state === undefined || state === null) changes.push([identity, undefined]);
      else if (before === undefined || !Object.is(state, before)) changes.push([identity, [key, state]]);
    });
    for (const [identity, pair] of changes) {
      if (pair === undefined) states.delete(identity);
      else states.set(identity, pair);
    }
  }

  #updatePartitions(
    update: (groups: Iterable<StateGroup<K, V, S>>, time: number) => Iterable<Pair<K, S>>,
    old: ReadonlyMap<KeyIdentity, Pair<K, S>>,
    values: ReadonlyMap<KeyIdentity, Pair<K, V[]>>,
  ): readonly [States<K, S>, readonly (readonly Pair<K, S>[])[]] {
    const states: States<K, S> = new Map();
    const groups = Array.from({ length: this.partitionCount }, (): StateGroup<K, V, S>[] => []);
    forEachGroup(old, values, (_identity, group) => {
      groups[this.partitionCount === 1 ? 0 : keyHash(group[0]) % this.partitionCount]?.push(group);
    });
    const partitions = groups.map((own) => {
      const results = Array.from(checkIterable('updateStateByPartition', update(own, this.#time)));
      for (const pair of results) setFirst(states, pair);
      return results;
    });
    return [states, partitions];
  }
}

/** Keys with state first, in their order, then new ones in the order of their first value. */
function forEachGroup<K, V, S>(
  old: ReadonlyMap<KeyIdentity, Pair<K, S>>,
  values: ReadonlyMap<KeyIdentity, Pair<K, V[]>>,
  action: (identity: KeyIdentity, group: StateGroup<K, V, S>) => void,
): void {
  for (const [identity, [key, state]] of old) action(identity, [key, values.get(identity)?.[1] ?? [], state]);
  for (const [identity, [key, added]] of values) {
    if (!old.has(identity)) action(identity, [key, added, undefined]);
  }
}

function initialStates<K, S>(initial: RDD<Pair<K, S>> | null): States<K, S> {
  const states: States<K, S> = new Map();
  forEachRecord(initial, (pair) => {
    setFirst(states, pair);
  });
  return states;
}

/** Of pairs with equal keys the first one holds, as in Spark. */
function setFirst<K, S>(states: States<K, S>, pair: Pair<K, S>): void {
  const identity = keyIdentity(pair[0]);
  if (!states.has(identity)) states.set(identity, pair);
}

function valuesByKey<K, V>(batch: RDD<Pair<K, V>> | null): Map<KeyIdentity, Pair<K, V[]>> {
  const values = new Map<KeyIdentity, Pair<K, V[]>>();
  forEachRecord(batch, ([key, value]) => {
    const identity = keyIdentity(key);
    const present = values.get(identity);
    if (present === undefined) values.set(identity, [key, [value]]);
    else present[1].push(value);
  });
  return values;
}
