import { checkFunction } from '../checkFunction';
import type { Pair } from '../Pair';
import { ReducedRDD } from '../rdd/ReducedRDD';
import { combinedWindows } from './BlockWindowedDStream';
import { DStream } from './DStream';
import { ReducedWindowedDStream } from './ReducedWindowedDStream';

type Reduce<V> = (first: V, second: V) => V;

declare module './DStream' {
  interface DStream<T> {
    /**
     * One record at each slide: all those of the last `windowDuration` ms combined by an associative function. A window
     * without records gives none.
     */
    reduceByWindow(reduce: (first: T, second: T) => T, windowDuration: number, slideDuration: number): DStream<T>;
    /**
     * The same, computed from the slide before: what left is taken out by the inverse function. With
     * `compatibility: 'spark'` a window without records gives what the inverse function left.
     * @param inverse must undo `reduce`: inverse(reduce(a, b), b) = a
     */
    reduceByWindow(
      reduce: (first: T, second: T) => T,
      inverse: (first: T, second: T) => T,
      windowDuration: number,
      slideDuration: number,
    ): DStream<T>;
    /**
     * One number at each slide: how many records the last `windowDuration` ms have, also 0. As long as no window has had a
     * record yet there is no number.
     */
    countByWindow(windowDuration: number, slideDuration: number): DStream<number>;
    /** One pair a value at each slide: how often the value occurs in the last `windowDuration` ms, if it does. */
    countByValueAndWindow(
      windowDuration: number,
      slideDuration: number,
      numPartitions?: number,
    ): DStream<readonly [T, number]>;
    /** One array a key at each slide: its values in the last `windowDuration` ms, in their order. */
    groupByKeyAndWindow<K, V>(
      this: DStream<readonly [K, V]>,
      windowDuration: number,
      slideDuration?: number,
      numPartitions?: number,
    ): DStream<readonly [K, V[]]>;
  }
}

const add: Reduce<number> = (first, second) => first + second;
const subtract: Reduce<number> = (first, second) => first - second;

DStream.prototype.reduceByWindow = function <T>(
  this: DStream<T>,
  reduce: Reduce<T>,
  inverseOrWindow: Reduce<T> | number,
  windowOrSlide: number,
  slide?: number,
): DStream<T> {
  checkFunction('reduceByWindow', '(first, second) => combined', reduce);
  if (typeof inverseOrWindow === 'number') {
    return combinedWindows(this.reduce(reduce), (rdd) => new ReducedRDD(rdd, reduce), inverseOrWindow, windowOrSlide);
  }
  return reducedByWindow(this, reduce, inverseOrWindow, windowOrSlide, slide ?? this.slideDuration);
};

DStream.prototype.countByWindow = function <T>(
  this: DStream<T>,
  windowDuration: number,
  slideDuration: number,
): DStream<number> {
  // The count of an empty window is 0, and not nothing: the single key stays even when all its records have left.
  return reducedByWindow(this.map(() => 1), add, subtract, windowDuration, slideDuration, { asSpark: true });
};

DStream.prototype.countByValueAndWindow = function <T>(
  this: DStream<T>,
  windowDuration: number,
  slideDuration: number,
  numPartitions?: number,
): DStream<Pair<T, number>> {
  const present = ([, count]: Pair<T, number>): boolean => count !== 0;
  return this.map((record): Pair<T, number> => [record, 1]).reduceByKeyAndWindow(
    add,
    subtract,
    windowDuration,
    slideDuration,
    numPartitions === undefined ? { filter: present } : { filter: present, numPartitions },
  );
};

DStream.prototype.groupByKeyAndWindow = function <K, V>(
  this: DStream<Pair<K, V>>,
  windowDuration: number,
  slideDuration?: number,
  numPartitions?: number,
): DStream<Pair<K, V[]>> {
  return this.groupByKey(numPartitions)
    .window(windowDuration, slideDuration)
    .combineByKey<K, readonly V[], V[]>(
      // The arrays of a batch are in several windows, so the result of one must be an array of its own.
      (values) => [...values],
      appended,
      appended,
      numPartitions,
    )
    // And so must what each of its readers gets.
    .mapValues((values): V[] => [...values]);
};

/** One value for the whole window: the incremental window over a single key, in one partition. */
function reducedByWindow<T>(
  stream: DStream<T>,
  reduce: Reduce<T>,
  inverse: Reduce<T>,
  windowDuration: number,
  slideDuration: number,
  options: { readonly asSpark?: boolean } = {},
): DStream<T> {
  const reduced = stream.map((record): Pair<null, T> => [null, record]).reduceByKey(reduce, 1);
  const window = { reduce, inverse, filter: undefined, numPartitions: 1, ...options };
  return new ReducedWindowedDStream<null, T>(reduced, window, windowDuration, slideDuration).map(([, value]) => value);
}

function appended<V>(all: V[], values: readonly V[]): V[] {
  for (const value of values) all.push(value);
  return all;
}
