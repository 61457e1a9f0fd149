import { addTo, value, zero as exactZero } from '../../operators/aggregates/ExactSum';
import { StreamingError } from '../errors';
import { type Comparison, naturalOrder } from './naturalOrder';
import { RDD } from './RDD';

declare module './RDD' {
  interface RDD<T> {
    /**
     * Combines all records, beginning with `zero` in each partition and once more for their results: it must change nothing,
     * or the result depends on the number of partitions.
     */
    fold(zero: T, combine: (first: T, second: T) => T): Promise<T>;
    /**
     * The same where the result is of another type than the records.
     * @param zero plain data, or a Map or Set: each partition begins with a copy of it, which the functions may change and
     *   return. Anything else (an instance of a class) is not copied, and must not be changed.
     */
    aggregate<U>(zero: U, add: (result: U, record: T) => U, combine: (first: U, second: U) => U): Promise<U>;
    /**
     * The largest record, by `naturalOrder` unless another order is given; of several the first.
     * @throws StreamingError for an RDD without records
     */
    max(compare?: (first: T, second: T) => number): Promise<T>;
    /** The smallest record, likewise. */
    min(compare?: (first: T, second: T) => number): Promise<T>;
    /** The exact sum, rounded once: it does not depend on order or partitions. 0 for no records. */
    sum(this: RDD<number>): Promise<number>;
  }
}

const COPIED: readonly unknown[] = [Object.prototype, null, Array.prototype, Map.prototype, Set.prototype, Date.prototype];

function copyOf<U>(zero: U): U {
  if (typeof zero !== 'object' || zero === null) return zero;
  return COPIED.includes(Object.getPrototypeOf(zero)) ? structuredClone(zero) : zero;
}

RDD.prototype.fold = function <T>(this: RDD<T>, zero: T, combine: (first: T, second: T) => T): Promise<T> {
  return this.aggregate(zero, combine, combine);
};

RDD.prototype.aggregate = async function <T, U>(
  this: RDD<T>,
  zero: U,
  add: (result: U, record: T) => U,
  combine: (first: U, second: U) => U,
): Promise<U> {
  const results = await this.runJob((iterate) => {
    let result = copyOf(zero);
    iterate((record) => {
      result = add(result, record);
    });
    return result;
  });
  return results.reduce((first, second) => combine(first, second), copyOf(zero));
};

RDD.prototype.max = function <T>(this: RDD<T>, compare: Comparison<T> = naturalOrder): Promise<T> {
  return reduced(this, 'max', (first, second) => (compare(first, second) >= 0 ? first : second));
};

RDD.prototype.min = function <T>(this: RDD<T>, compare: Comparison<T> = naturalOrder): Promise<T> {
  return reduced(this, 'min', (first, second) => (compare(first, second) <= 0 ? first : second));
};

async function reduced<T>(rdd: RDD<T>, operation: string, combine: (first: T, second: T) => T): Promise<T> {
  const results: T[] = [];
  await rdd.foreach((record) => {
    results[0] = results.length === 0 ? record : combine(results[0] as T, record);
  });
  if (results.length === 0) throw new StreamingError(`${operation} needs at least one record, and this RDD has none.`);
  return results[0] as T;
}

RDD.prototype.sum = async function (this: RDD<number>): Promise<number> {
  const total = exactZero();
  await this.foreach((record) => {
    addTo(total, record);
  });
  return value(total);
};
