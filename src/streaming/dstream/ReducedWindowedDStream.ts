import { checkFunction } from '../checkFunction';
import type { Pair } from '../Pair';
import { IncrementalWindowRDD, type IncrementalWindow, type Running } from '../rdd/IncrementalWindowRDD';
import type { RDD } from '../rdd/RDD';
import { combinedWindows } from './BlockWindowedDStream';
import { DStream } from './DStream';
import { SlidingDStream } from './SlidingDStream';

/** The options of an incremental window. */
export interface InverseWindowOptions<K, V> {
  /** Keys for which it says false are left out. */
  readonly filter?: (pair: Pair<K, V>) => boolean;
  readonly numPartitions?: number;
}

/**
 * The incremental window over reduced batches: each result is the one before, with the batches that left taken out by the
 * inverse function and the batches that came added. A key leaves when its last batch has left; with
 * `compatibility: 'spark'` it stays, with what the inverse function leaves of it, until the filter rejects it.
 */
export class ReducedWindowedDStream<K, V> extends SlidingDStream<Pair<K, V>, Pair<K, V>> {
  readonly #window: IncrementalWindow<K, V>;
  #previous: { readonly time: number; readonly rdd: IncrementalWindowRDD<K, V> } | undefined;
  #computed: { readonly time: number; readonly rdd: IncrementalWindowRDD<K, V> } | undefined;

  constructor(
    reduced: DStream<Pair<K, V>>,
    window: Omit<IncrementalWindow<K, V>, 'asSpark'> & { readonly asSpark?: boolean },
    windowDuration: number,
    slideDuration: number,
  ) {
    super(reduced, windowDuration, slideDuration);
    checkFunction('An incremental window', '(first, second) => combined first', window.reduce);
    const inverse = '(combined, left) => rest as its inverse, or the duration of the window there';
    checkFunction('An incremental window', inverse, window.inverse);
    this.#window = { asSpark: reduced.context.compatibility === 'spark', ...window };
    this.persist();
  }

  protected override compute(time: number): RDD<Pair<K, V>> {
    const [parent] = this.dependencies;
    const step = parent.slideDuration;
    const previous = this.#previous;
    // Where a slide is missing, or windows do not overlap, there is nothing to go on from: begin with this window alone.
    // Spark goes on even then, since keys never leave. What the window before still had is remembered until the next slide.
    const goesOn =
      previous !== undefined &&
      previous.time < time &&
      (this.#window.asSpark || (previous.time === time - this.slideDuration && this.slideDuration < this.windowDuration));
    const rdd = goesOn
      ? new IncrementalWindowRDD(
          this.context,
          this.#window,
          previous.rdd,
          parent.slice(previous.time - this.windowDuration + step, Math.min(previous.time, time - this.windowDuration)),
          parent.slice(Math.max(previous.time, time - this.windowDuration) + step, time),
        )
      : new IncrementalWindowRDD(this.context, this.#window, null, [], parent.slice(time - this.windowDuration + step, time));
    // A slide of the past, computed for `slice`, is nothing to go on from.
    if (previous === undefined || previous.time < time) this.#previous = { time, rdd };
    return rdd;
  }

  protected override get goesOnFromItsPast(): boolean {
    return true;
  }

  protected override get cutsLineage(): boolean {
    return true;
  }

  override get savedKind(): string {
    return 'inverse window';
  }

  /** The last slide that has been computed: what was made since goes on from it. */
  protected override saveOwn(): unknown {
    return this.#computed === undefined ? undefined : { time: this.#computed.time, running: this.#computed.rdd.running };
  }

  protected override restoreOwn(saved: unknown): void {
    const { time, running } = saved as { readonly time: number; readonly running: readonly Running<K, V>[] };
    this.#previous = this.#computed = { time, rdd: IncrementalWindowRDD.restored(this.context, this.#window, running) };
  }

  /** Every slide is computed, wanted or not: each refers to the one before until it is, and they would pile up. */
  override generateUpkeep(time: number): (() => Promise<void>) | null {
    if (!this.isTimeValid(time)) return super.generateUpkeep(time);
    const rdd = this.getOrCompute(time);
    const slide = this.#previous;
    return rdd === null || slide === undefined ? null : () => this.#materialise(slide);
  }

  async #materialise(slide: { readonly time: number; readonly rdd: IncrementalWindowRDD<K, V> }): Promise<void> {
    try {
      await slide.rdd.materialise();
      this.#computed = slide;
    } catch (thrown) {
      // Nothing can go on from a slide that failed; the next begins with its own window alone.
      this.#previous = undefined;
      throw thrown;
    }
  }
}

declare module './DStream' {
  interface DStream<T> {
    /** One value a key at each slide: its values in the last `windowDuration` ms, combined by an associative function. */
    reduceByKeyAndWindow<K, V>(
      this: DStream<readonly [K, V]>,
      reduce: (first: V, second: V) => V,
      windowDuration: number,
      slideDuration?: number,
      numPartitions?: number,
    ): DStream<readonly [K, V]>;
    /**
     * The same, computed from the slide before: what left is taken out by the inverse function.
     * @param inverse must undo `reduce`: inverse(reduce(a, b), b) = a
     * @param options the filter and the number of partitions; or, as Spark has them, the number of partitions and then the filter
     */
    reduceByKeyAndWindow<K, V>(
      this: DStream<readonly [K, V]>,
      reduce: (first: V, second: V) => V,
      inverse: (first: V, second: V) => V,
      windowDuration: number,
      slideDuration?: number,
      options?: InverseWindowOptions<K, V> | number,
      filter?: (pair: Pair<K, V>) => boolean,
    ): DStream<readonly [K, V]>;
  }
}

DStream.prototype.reduceByKeyAndWindow = function <K, V>(
  this: DStream<Pair<K, V>>,
  reduce: (first: V, second: V) => V,
  inverseOrWindow: ((first: V, second: V) => V) | number,
  windowOrSlide?: number,
  slideOrPartitions?: number,
  options: InverseWindowOptions<K, V> | number = {},
  filter?: (pair: Pair<K, V>) => boolean,
): DStream<Pair<K, V>> {
  if (typeof inverseOrWindow === 'number') {
    const numPartitions = slideOrPartitions;
    checkFunction('reduceByKeyAndWindow', '(first, second) => combined first', reduce);
    const batches = this.reduceByKey(reduce, numPartitions);
    return combinedWindows(batches, (rdd) => rdd.reduceByKey(reduce, numPartitions), inverseOrWindow, windowOrSlide);
  }
  const given = typeof options === 'number' ? { numPartitions: options, filter } : options;
  if (given.filter !== undefined) checkFunction('reduceByKeyAndWindow', '([key, value]) => boolean as its filter', given.filter);
  return new ReducedWindowedDStream(
    this.reduceByKey(reduce, given.numPartitions),
    { reduce, inverse: inverseOrWindow, filter: given.filter, numPartitions: given.numPartitions },
    windowOrSlide ?? NaN,
    slideOrPartitions ?? this.slideDuration,
  );
};
