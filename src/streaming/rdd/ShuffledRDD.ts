import { type KeyIdentity, keyHash } from '../../operators/keys';
import type { Pair } from '../Pair';
import { checkPartitionCount } from './checkPartitionCount';
import { type Emit, ranStage, RDD } from './RDD';
import { combining } from './Step';

/** How the values of one key are brought together. The merging functions may change and return their first argument. */
export interface Combiner<V, C> {
  readonly create: (value: V) => C;
  readonly mergeValue: (combined: C, value: V) => C;
  readonly mergeCombiners: (first: C, second: C) => C;
  /** What a reader gets, where it must be one of its own: readers may change it, and there may be several, or one again. */
  readonly copy?: (combined: C) => C;
}

type Combined<K, C> = Map<KeyIdentity, [K, C]>;

/**
 * One combined value a key: the wide step. Values are combined within each partition of the parent first, then the
 * results in the order of those partitions; keys are equal by value (see `keyIdentity`) and come in the order of their
 * first appearance within each partition of the result.
 */
export class ShuffledRDD<K, V, C> extends RDD<Pair<K, C>> {
  readonly partitionCount: number;
  readonly #parent: RDD<Pair<K, V>>;
  readonly #combiner: Combiner<V, C>;
  #partitions: Combined<K, C>[] | undefined;

  constructor(parent: RDD<Pair<K, V>>, combiner: Combiner<V, C>, partitionCount = parent.environment.defaultParallelism) {
    super(parent.environment, [parent]);
    checkPartitionCount(partitionCount);
    this.#parent = parent;
    this.#combiner = combiner;
    this.partitionCount = partitionCount;
  }

  override prepare(): undefined {
    this.#partitions ??= this.#shuffle();
  }

  #shuffle(): Combined<K, C>[] {
    // Nothing to bring together: what was combined is the result.
    if (this.partitionCount === 1 && this.#parent.partitionCount === 1) return [this.#combineWithin(0)];
    const partitions = Array.from({ length: this.partitionCount }, (): Combined<K, C> => new Map());
    for (let source = 0; source < this.#parent.partitionCount; source++) {
      for (const [identity, pair] of this.#combineWithin(source)) {
        const target = partitions[this.partitionCount === 1 ? 0 : keyHash(pair[0]) % this.partitionCount];
        const present = target?.get(identity);
        if (present === undefined) target?.set(identity, pair);
        else present[1] = this.#combiner.mergeCombiners(present[1], pair[1]);
      }
    }
    return partitions;
  }

  /** In the same pass in which the pairs are computed. */
  #combineWithin(partition: number): Combined<K, C> {
    const combined: Combined<K, C> = new Map();
    const { create, mergeValue } = this.#combiner;
    this.#parent.end(partition, combining(create, mergeValue), combined);
    return combined;
  }

  protected override compute(partition: number, emit: Emit<Pair<K, C>>): void {
    const combiner = this.#combiner;
    const pairs = ranStage(this.#partitions)[partition]?.values() ?? [];
    if (combiner.copy === undefined) for (const pair of pairs) emit(pair);
    else for (const [key, combined] of pairs) emit([key, combiner.copy(combined)]);
  }
}

declare module './RDD' {
  interface RDD<T> {
    /** One value a key, made by functions that begin, extend and join a combined value. */
    combineByKey<K, V, C>(
      this: RDD<readonly [K, V]>,
      create: (value: V) => C,
      mergeValue: (combined: C, value: V) => C,
      mergeCombiners: (first: C, second: C) => C,
      numPartitions?: number,
    ): RDD<readonly [K, C]>;
    /** One value a key: its values combined by an associative function. */
    reduceByKey<K, V>(
      this: RDD<readonly [K, V]>,
      reduce: (first: V, second: V) => V,
      numPartitions?: number,
    ): RDD<readonly [K, V]>;
    /** One array a key: its values in their order. */
    groupByKey<K, V>(this: RDD<readonly [K, V]>, numPartitions?: number): RDD<readonly [K, V[]]>;
    /** One array a group: the records, in their order, for which the function gives the same. */
    groupBy<K>(group: (record: T) => K, numPartitions?: number): RDD<readonly [K, T[]]>;
    /** Each record once, where several are equal by value: the first of them. */
    distinct(numPartitions?: number): RDD<T>;
  }
}

RDD.prototype.combineByKey = function <K, V, C>(
  this: RDD<Pair<K, V>>,
  create: (value: V) => C,
  mergeValue: (combined: C, value: V) => C,
  mergeCombiners: (first: C, second: C) => C,
  numPartitions?: number,
): RDD<Pair<K, C>> {
  return new ShuffledRDD(this, { create, mergeValue, mergeCombiners }, numPartitions);
};

RDD.prototype.reduceByKey = function <K, V>(
  this: RDD<Pair<K, V>>,
  reduce: (first: V, second: V) => V,
  numPartitions?: number,
): RDD<Pair<K, V>> {
  return new ShuffledRDD<K, V, V>(
    this,
    { create: itself, mergeValue: reduce, mergeCombiners: reduce },
    numPartitions,
  );
};

RDD.prototype.groupByKey = function <K, V>(this: RDD<Pair<K, V>>, numPartitions?: number): RDD<Pair<K, V[]>> {
  return new ShuffledRDD<K, V, V[]>(this, grouping<V>(), numPartitions);
};

RDD.prototype.groupBy = function <T, K>(
  this: RDD<T>,
  group: (record: T) => K,
  numPartitions?: number,
): RDD<readonly [K, T[]]> {
  return this.keyBy(group).groupByKey(numPartitions);
};

RDD.prototype.distinct = function <T>(this: RDD<T>, numPartitions?: number): RDD<T> {
  return this.map(onceEach<T>).reduceByKey(nothing, numPartitions).keys();
};

// Functions of their own, not made anew for each batch: passes are recognised by them.
function itself<V>(value: V): V {
  return value;
}

function onceEach<T>(record: T): Pair<T, null> {
  return [record, null];
}

function nothing(): null {
  return null;
}

/** Collects values in an array, in their order. */
export function grouping<V>(): Combiner<V, V[]> {
  return GROUPING as Combiner<V, V[]>;
}

const GROUPING: Combiner<unknown, unknown[]> = {
  create: (value) => [value],
  mergeValue: (values, value) => {
    values.push(value);
    return values;
  },
  mergeCombiners: (first, second) => {
    for (const value of second) first.push(value);
    return first;
  },
  // Sorting in place is the usual way.
  copy: (values) => values.slice(),
};
