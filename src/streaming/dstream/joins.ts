import type { Pair } from '../Pair';
import { checkPartitionCount } from '../rdd/checkPartitionCount';
import type { Sides } from '../rdd/CogroupedRDD';
import type { RDD } from '../rdd/RDD';
import { DStream } from './DStream';
import { TransformedDStream } from './TransformedDStream';

declare module './DStream' {
  /*
   * All of these bring together what two streams have in the same batch, and nothing of the batches before: put the same
   * window on both streams for more. Both must have the same slide duration.
   */
  interface DStream<T> {
    /** Every key of this stream or the other, with its values here and its values there. */
    cogroup<K, V, W>(
      this: DStream<readonly [K, V]>,
      other: DStream<readonly [K, W]>,
      numPartitions?: number,
    ): DStream<readonly [K, readonly [V[], W[]]]>;
    /** For each key on both sides, every value here with every value there. */
    join<K, V, W>(
      this: DStream<readonly [K, V]>,
      other: DStream<readonly [K, W]>,
      numPartitions?: number,
    ): DStream<readonly [K, readonly [V, W]]>;
    /** The same, and the values here whose key the other stream has not, with null. */
    leftOuterJoin<K, V, W>(
      this: DStream<readonly [K, V]>,
      other: DStream<readonly [K, W]>,
      numPartitions?: number,
    ): DStream<readonly [K, readonly [V, W | null]]>;
    /** The same as `join`, and the values there whose key this stream has not, with null. */
    rightOuterJoin<K, V, W>(
      this: DStream<readonly [K, V]>,
      other: DStream<readonly [K, W]>,
      numPartitions?: number,
    ): DStream<readonly [K, readonly [V | null, W]]>;
    /** The same as `join`, and the values on either side whose key the other side has not, with null. */
    fullOuterJoin<K, V, W>(
      this: DStream<readonly [K, V]>,
      other: DStream<readonly [K, W]>,
      numPartitions?: number,
    ): DStream<readonly [K, readonly [V | null, W | null]]>;
  }
}

/** What an operation on two keyed RDDs makes of two keyed streams, batch by batch. */
function together<K, V, W, U>(
  operation: string,
  left: DStream<Pair<K, V>>,
  right: DStream<Pair<K, W>>,
  numPartitions: number | undefined,
  onRDDs: (left: RDD<Pair<K, V>>, right: RDD<Pair<K, W>>) => RDD<U>,
): DStream<U> {
  checkPartitionCount(numPartitions);
  return new TransformedDStream<U>(operation, [left, right], ([leftRDD, rightRDD]) =>
    onRDDs(leftRDD as RDD<Pair<K, V>>, rightRDD as RDD<Pair<K, W>>),
  );
}

DStream.prototype.cogroup = function <K, V, W>(
  this: DStream<Pair<K, V>>,
  other: DStream<Pair<K, W>>,
  numPartitions?: number,
): DStream<Pair<K, Sides<V, W>>> {
  return together('cogroup', this, other, numPartitions, (left, right) => left.cogroup(right, numPartitions));
};

DStream.prototype.join = function <K, V, W>(
  this: DStream<Pair<K, V>>,
  other: DStream<Pair<K, W>>,
  numPartitions?: number,
): DStream<Pair<K, readonly [V, W]>> {
  return together('join', this, other, numPartitions, (left, right) => left.join(right, numPartitions));
};

DStream.prototype.leftOuterJoin = function <K, V, W>(
  this: DStream<Pair<K, V>>,
  other: DStream<Pair<K, W>>,
  numPartitions?: number,
): DStream<Pair<K, readonly [V, W | null]>> {
  return together('leftOuterJoin', this, other, numPartitions, (left, right) => left.leftOuterJoin(right, numPartitions));
};

DStream.prototype.rightOuterJoin = function <K, V, W>(
  this: DStream<Pair<K, V>>,
  other: DStream<Pair<K, W>>,
  numPartitions?: number,
): DStream<Pair<K, readonly [V | null, W]>> {
  return together('rightOuterJoin', this, other, numPartitions, (left, right) => left.rightOuterJoin(right, numPartitions));
};

DStream.prototype.fullOuterJoin = function <K, V, W>(
  this: DStream<Pair<K, V>>,
  other: DStream<Pair<K, W>>,
  numPartitions?: number,
): DStream<Pair<K, readonly [V | null, W | null]>> {
  return together('fullOuterJoin', this, other, numPartitions, (left, right) => left.fullOuterJoin(right, numPartitions));
};
