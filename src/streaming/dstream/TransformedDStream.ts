import { checkFunction } from '../checkFunction';
import { IllegalArgumentError, StreamingError } from '../errors';
import { RDD } from '../rdd/RDD';
import { UnionRDD } from '../rdd/UnionRDD';
import { StreamingContext } from '../StreamingContext';
import { DStream } from './DStream';

/** What a user's function makes, at every batch, of the RDDs that several streams have at that time. */
export class TransformedDStream<U> extends DStream<U> {
  readonly dependencies: readonly [DStream<unknown>, ...DStream<unknown>[]];
  readonly slideDuration: number;
  readonly #operation: string;
  readonly #transform: (rdds: readonly RDD<unknown>[], time: number) => RDD<U>;

  /** @throws IllegalArgumentError for streams of different contexts or with different slide durations */
  constructor(
    operation: string,
    parents: readonly DStream<unknown>[],
    transform: (rdds: readonly RDD<unknown>[], time: number) => RDD<U>,
  ) {
    const [first, ...others] = checkedStreams(operation, parents);
    super(first.context);
    checkFunction(operation, '(rdds..., time) => rdd', transform);
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
    this.slideDuration = first.slideDuration;
    this.#operation = operation;
    this.#transform = transform;
  }

  protected override compute(time: number): RDD<U> | null {
    const rdds: RDD<unknown>[] = [];
    for (const parent of this.dependencies) {
      const rdd = parent.getOrCompute(time);
      if (rdd !== null) {
        rdds.push(rdd);
        continue;
      }
      // A window may reach back to batch times that were skipped after a pause, at which states have no RDD.
      if (time < this.context.newestBatch) return null;
      throw new StreamingError(
        `${this.#operation}: couldn't generate an RDD from a parent stream at time ${String(time)} ms.`,
      );
    }
    const result: unknown = this.#transform(rdds, time);
    if (result instanceof RDD) return result as RDD<U>;
    // What it is rejected with would end the process.
    if (result instanceof Promise) result.catch(() => undefined);
    const what =
      result === null || result === undefined
        ? String(result)
        : result instanceof Promise
          ? 'a promise, which nobody waits for; what must be awaited belongs into mapPartitionsAwaiting,'
          : `a value of type ${typeof result}`;
    throw new StreamingError(`${this.#operation}: the function must return an RDD, and gave ${what} at time ${String(time)} ms.`);
  }
}

/** @throws IllegalArgumentError unless it is an array of streams, with at least one */
function checkedStreams(operation: string, parents: unknown): readonly [DStream<unknown>, ...DStream<unknown>[]] {
  if (!Array.isArray(parents)) throw new IllegalArgumentError(`${operation} needs its streams in an array, as in [one, other].`);
  const [first, ...others] = parents.map((stream): DStream<unknown> => {
    if (stream instanceof DStream) return stream as DStream<unknown>;
    const what = stream === null || stream === undefined ? String(stream) : `a value of type ${typeof stream}`;
    throw new IllegalArgumentError(`${operation} needs streams to work on, and was given ${what} as one.`);
  });
  if (first === undefined) throw new IllegalArgumentError(`${operation} needs at least one stream, and was given none.`);
  return [first, ...others];
}

declare module './DStream' {
  interface DStream<T> {
    /** What the function, called at every batch, makes of the batch's RDD. */
    transform<U>(transform: (rdd: RDD<T>, time: number) => RDD<U>): DStream<U>;
    /** What the function, called at every batch, makes of the RDDs of this stream and another. */
    transformWith<U, V>(other: DStream<U>, transform: (rdd: RDD<T>, other: RDD<U>, time: number) => RDD<V>): DStream<V>;
    /** The records of this stream, then those of the other, batch by batch. */
    union<U = T>(other: DStream<U>): DStream<T | U>;
  }
}

declare module '../StreamingContext' {
  interface StreamingContext {
    /**
     * The records of several streams, one after the other, batch by batch.
     * @throws IllegalArgumentError for no streams, and for those of other contexts or with other slide durations
     */
    union<T>(streams: readonly DStream<T>[]): DStream<T>;
    /**
     * What the function, called at every batch, makes of the RDDs that several streams have then.
     * @throws IllegalArgumentError for no streams, and for those of other contexts or with other slide durations
     */
    transform<T extends readonly unknown[] | [], U>(
      streams: { readonly [Index in keyof T]: DStream<T[Index]> },
      transform: (rdds: { readonly [Index in keyof T]: RDD<T[Index]> }, time: number) => RDD<U>,
    ): DStream<U>;
  }
}

DStream.prototype.transform = function <T, U>(this: DStream<T>, transform: (rdd: RDD<T>, time: number) => RDD<U>): DStream<U> {
  checkFunction('transform', '(rdd, time) => rdd', transform);
  return new TransformedDStream<U>('transform', [this], ([rdd], time) => transform(rdd as RDD<T>, time));
};

DStream.prototype.transformWith = function <T, U, V>(
  this: DStream<T>,
  other: DStream<U>,
  transform: (rdd: RDD<T>, other: RDD<U>, time: number) => RDD<V>,
): DStream<V> {
  checkFunction('transformWith', '(rdd, other, time) => rdd', transform);
  return new TransformedDStream<V>('transformWith', [this, other], ([rdd, otherRDD], time) =>
    transform(rdd as RDD<T>, otherRDD as RDD<U>, time),
  );
};

DStream.prototype.union = function <T, U>(this: DStream<T>, other: DStream<U>): DStream<T | U> {
  return unionOf<T | U>([this, other]);
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

StreamingContext.prototype.union = function <T>(this: StreamingContext, streams: readonly DStream<T>[]): DStream<T> {
  return unionOf(streams);
};

StreamingContext.prototype.transform = function <T extends readonly unknown[] | [], U>(
  this: StreamingContext,
  streams: { readonly [Index in keyof T]: DStream<T[Index]> },
  transform: (rdds: { readonly [Index in keyof T]: RDD<T[Index]> }, time: number) => RDD<U>,
): DStream<U> {
  // The RDDs are those of the streams, one each.
  const ofThese = transform as unknown as (rdds: readonly RDD<unknown>[], time: number) => RDD<U>;
  return new TransformedDStream<U>('transform', streams, ofThese);
};
