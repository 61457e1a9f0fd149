import { IllegalArgumentError, StreamingError } from '../errors';
import type { RDD } from '../rdd/RDD';
import { UnionRDD } from '../rdd/UnionRDD';
import { DStream } from './DStream';

/** What a user's function makes, at every batch, of the RDDs that several streams have at that time. */
export class TransformedDStream<U> extends DStream<U> {
  readonly dependencies: readonly [DStream<unknown>, ...DStream<unknown>[]];
  readonly #operation: string;
  readonly #transform: (rdds: readonly RDD<unknown>[], time: number) => RDD<U>;

  /** @throws IllegalArgumentError for streams of different contexts or with different slide durations */
  constructor(
    operation: string,
    parents: readonly DStream<unknown>[],
    transform: (rdds: readonly RDD<unknown>[], time: number) => RDD<U>,
  ) {
    const [first, ...others] = parents;
    if (first === undefined) throw new IllegalArgumentError(`${operation} needs at least one stream, and was given none.`);
    super(first.context);
    for (const other of others) {
      if (other.context !== first.context) {
        throw new IllegalArgumentError(`${operation}: all streams must belong to the same StreamingContext.`);
      }
      if (other.slideDuration !== first.slideDuration) {
        throw new IllegalArgumentError(
          `${operation}: all streams must have the same slide duration, and these have ` +
            `${String(first.slideDuration)} ms and ${String(other.slideDuration)} ms; put the same window on both.`,
        );
      }
    }
    this.dependencies = [first, ...others];
    this.#operation = operation;
    this.#transform = transform;
  }

  get slideDuration(): number {
    return this.dependencies[0].slideDuration;
  }

  protected override compute(time: number): RDD<U> {
    const rdds = this.dependencies.map((parent) => {
      const rdd = parent.getOrCompute(time);
      if (rdd !== null) return rdd;
      throw new StreamingError(
        `${this.#operation}: couldn't generate an RDD from a parent stream at time ${String(time)} ms.`,
      );
    });
    const result = this.#transform(rdds, time) as RDD<U> | null | undefined;
    if (result === null || result === undefined) {
      throw new StreamingError(
        `${this.#operation}: the function must return an RDD, and gave ${String(result)} at time ${String(time)} ms.`,
      );
    }
    return result;
  }
}

declare module './DStream' {
  interface DStream<T> {
    /** What the function, called at every batch, makes of the batch's RDD. */
    transform<U>(transform: (rdd: RDD<T>, time: number) => RDD<U>): DStream<U>;
    /** What the function, called at every batch, makes of the RDDs of this stream and another. */
    transformWith<U, V>(other: DStream<U>, transform: (rdd: RDD<T>, other: RDD<U>, time: number) => RDD<V>): DStream<V>;
    /** The records of this stream, then those of the other, batch by batch. */
    union(other: DStream<T>): DStream<T>;
  }
}

DStream.prototype.transform = function <T, U>(this: DStream<T>, transform: (rdd: RDD<T>, time: number) => RDD<U>): DStream<U> {
  return new TransformedDStream<U>('transform', [this], ([rdd], time) => transform(rdd as RDD<T>, time));
};

DStream.prototype.transformWith = function <T, U, V>(
  this: DStream<T>,
  other: DStream<U>,
  transform: (rdd: RDD<T>, other: RDD<U>, time: number) => RDD<V>,
): DStream<V> {
  return new TransformedDStream<V>('transformWith', [this, other], ([rdd, otherRDD], time) =>
    transform(rdd as RDD<T>, otherRDD as RDD<U>, time),
  );
};

DStream.prototype.union = function <T>(this: DStream<T>, other: DStream<T>): DStream<T> {
  return unionOf([this, other]);
};

/** The records of several streams, one stream after the other, batch by batch. */
export function unionOf<T>(streams: readonly DStream<T>[]): DStream<T> {
  return new TransformedDStream<T>(
    'union',
    streams,
    (rdds) => new UnionRDD(rdds[0]?.environment ?? NO_STREAMS, rdds as RDD<T>[]),
  );
}

const NO_STREAMS = { defaultParallelism: 1 };
