import { type KeyIdentity, keyHash, keyIdentity } from '../../operators/keys';
import type { Pair } from '../Pair';
import { checkPartitionCount } from './checkPartitionCount';
import { forEachRecord } from './forEachRecord';
import { type Emit, ranStage, RDD } from './RDD';
import { shownKey } from './shownKey';

/** The values that one key has on either side, each in their order. */
export type Sides<V, W> = readonly [left: V[], right: W[]];

/**
 * Every key of two RDDs with its values on the left and on the right; an empty array where it has none. Keys are equal by
 * value and come in the order of their first appearance within each partition of the result, those of the left before
 * those that only the right has.
 */
export class CogroupedRDD<K, V, W> extends RDD<Pair<K, Sides<V, W>>> {
  readonly partitionCount: number;
  readonly #left: RDD<Pair<K, V>>;
  readonly #right: RDD<Pair<K, W>>;
  #partitions: readonly (readonly Pair<K, Sides<V, W>>[])[] | undefined;

  constructor(left: RDD<Pair<K, V>>, right: RDD<Pair<K, W>>, partitionCount = left.environment.defaultParallelism) {
    super(left.environment, [left, right]);
    checkPartitionCount(partitionCount);
    this.#left = left;
    this.#right = right;
    this.partitionCount = partitionCount;
  }

  override prepare(): undefined {
    this.#partitions ??= this.#shuffle();
  }

  #shuffle(): Pair<K, Sides<V, W>>[][] {
    const partitions = Array.from({ length: this.partitionCount }, (): Pair<K, Sides<V, W>>[] => []);
    const found = new Map<KeyIdentity, Sides<V, W>>();
    const sidesOf = (key: K): Sides<V, W> => {
      const identity = keyIdentity(key);
      let sides = found.get(identity);
      if (sides === undefined) {
        sides = [[], []];
        found.set(identity, sides);
        partitions[this.partitionCount === 1 ? 0 : keyHash(key) % this.partitionCount]?.push([shownKey(key, identity), sides]);
      }
      return sides;
    };
    forEachRecord(this.#left, ([key, value]) => sidesOf(key)[0].push(value));
    forEachRecord(this.#right, ([key, value]) => sidesOf(key)[1].push(value));
    return partitions;
  }

  protected override compute(partition: number, emit: Emit<Pair<K, Sides<V, W>>>): void {
    for (const pair of ranStage(this.#partitions)[partition] ?? []) emit(pair);
  }
}

declare module './RDD' {
  interface RDD<T> {
    /** Every key of this RDD or the other, with its values here and its values there. */
    cogroup<K, V, W>(
      this: RDD<readonly [K, V]>,
      other: RDD<readonly [K, W]>,
      numPartitions?: number,
    ): RDD<readonly [K, readonly [V[], W[]]]>;
  }
}

RDD.prototype.cogroup = function <K, V, W>(
  this: RDD<Pair<K, V>>,
  other: RDD<Pair<K, W>>,
  numPartitions?: number,
): RDD<Pair<K, Sides<V, W>>> {
  // Readers may change the arrays, by sorting them for example, and there may be several.
  return new CogroupedRDD(this, other, numPartitions).mapValues(([left, right]): Sides<V, W> => [left.slice(), right.slice()]);
};
