import type { Pair } from '../Pair';
import { forEachRecord } from './forEachRecord';
import { type Comparison, naturalOrder } from './naturalOrder';
import { RDD } from './RDD';
import { RearrangedRDD } from './RearrangedRDD';

/** All records in order; those that are equal in order keep theirs. */
export class SortedRDD<T, K> extends RearrangedRDD<T> {
  readonly #key: (record: T) => K;
  readonly #compare: Comparison<K>;

  constructor(parent: RDD<T>, key: (record: T) => K, compare: Comparison<K>, partitionCount = parent.partitionCount) {
    super(parent, partitionCount);
    this.#key = key;
    this.#compare = compare;
  }

  protected override arranged(): readonly T[] {
    const keyed: Pair<K, T>[] = [];
    forEachRecord(this.parent, (record) => {
      keyed.push([this.#key(record), record]);
    });
    return keyed.sort(([first], [second]) => this.#compare(first, second)).map(([, record]) => record);
  }
}

declare module './RDD' {
  interface RDD<T> {
    /**
     * The records in the order of what the function gives for them (see `naturalOrder`); equal ones keep their order.
     * @param ascending true when left out
     * @param numPartitions as many as now when left out
     */
    sortBy(key: (record: T) => unknown, ascending?: boolean, numPartitions?: number): RDD<T>;
    /** Pairs in the order of their keys; pairs with equal keys keep their order. */
    sortByKey<K, V>(this: RDD<readonly [K, V]>, ascending?: boolean, numPartitions?: number): RDD<readonly [K, V]>;
    /**
     * The `limit` largest records, the largest first.
     * @param compare below 0 where the first record is the smaller one; `naturalOrder` when left out
     */
    top(limit: number, compare?: (first: T, second: T) => number): Promise<T[]>;
    /** The `limit` smallest records, the smallest first. */
    takeOrdered(limit: number, compare?: (first: T, second: T) => number): Promise<T[]>;
  }
}

function descending<K>(compare: Comparison<K>): Comparison<K> {
  return (first, second) => compare(second, first);
}

RDD.prototype.sortBy = function <T>(
  this: RDD<T>,
  key: (record: T) => unknown,
  ascending = true,
  numPartitions?: number,
): RDD<T> {
  // An RDD of no partitions may be sorted too, into one.
  const partitionCount = numPartitions ?? Math.max(1, this.partitionCount);
  return new SortedRDD(this, key, ascending ? naturalOrder : descending(naturalOrder), partitionCount);
};

RDD.prototype.sortByKey = function <K, V>(
  this: RDD<Pair<K, V>>,
  ascending?: boolean,
  numPartitions?: number,
): RDD<Pair<K, V>> {
  return this.sortBy(([key]) => key, ascending, numPartitions);
};

RDD.prototype.top = function <T>(this: RDD<T>, limit: number, compare: Comparison<T> = naturalOrder): Promise<T[]> {
  return firstOf(this, limit, descending(compare));
};

RDD.prototype.takeOrdered = function <T>(this: RDD<T>, limit: number, compare: Comparison<T> = naturalOrder): Promise<T[]> {
  return firstOf(this, limit, compare);
};

/** How many records are gathered, beyond those wanted, before the wanted ones are sorted out. */
const GATHERED = 1024;

/** The first `limit` records in the given order; of equal ones those that come first. Never holds all records at once. */
async function firstOf<T>(rdd: RDD<T>, limit: number, compare: Comparison<T>): Promise<T[]> {
  let best: T[] = [];
  if (limit <= 0) return best;
  const most = limit * 2 + GATHERED;
  const cut = (): void => {
    best = best.sort(compare).slice(0, limit);
  };
  await rdd.foreach((record) => {
    best.push(record);
    if (best.length >= most) cut();
  });
  cut();
  return best;
}
