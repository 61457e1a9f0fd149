import { isMultipleOf } from '../duration';
import type { RDD } from '../rdd/RDD';
import { UnionRDD } from '../rdd/UnionRDD';
import { WindowBlockRDD } from '../rdd/WindowBlockRDD';
import type { DStream } from './DStream';
import { RDDMappedDStream } from './RDDMappedDStream';
import { SlidingDStream } from './SlidingDStream';

/** So many batches make a block, so many of these the next larger one, and so on. */
const FAN_OUT = 4;

/** Combines records, in their order, into fewer that stand for them; what it makes may be combined again. */
type Combine<T> = (rdd: RDD<T>) => RDD<T>;

/**
 * At each slide, records that stand for those of the last `windowDuration` ms: combined, they give what the records themselves
 * would. They come from few blocks instead of all batches: for n batches from at most 6 * log4(n).
 *
 * Blocks of 4, 16, 64, ... batches begin at the multiples of their length. So what a window is put together from depends on
 * nothing but its time, and is the same after a recovery. (The windows of drawn graphs are made likewise: see `PaneTree`.)
 */
export class BlockWindowedDStream<T> extends SlidingDStream<T, T> {
  readonly #combine: Combine<T>;
  /** By their length, and then by the time of their first batch, ms; null for those without any RDD. */
  readonly #blocks = new Map<number, Map<number, RDD<T> | null>>();

  constructor(parent: DStream<T>, combine: Combine<T>, windowDuration: number, slideDuration: number) {
    super(parent, windowDuration, slideDuration);
    this.#combine = combine;
  }

  protected override compute(time: number): RDD<T> {
    return new UnionRDD(this.context, this.#standingFor(time - this.windowDuration, time, this.windowDuration));
  }

  /** RDDs that stand for the batches in (from, to], in the order of time, and for not more than `longest` ms each. */
  #standingFor(from: number, to: number, longest: number): RDD<T>[] {
    const [parent] = this.dependencies;
    const batch = parent.slideDuration;
    const origin = this.context.gridOrigin(this.zeroTime ?? 0);
    const found: RDD<T>[] = [];
    for (let start = from, length = batch; start < to; start += length) {
      length = batch;
      for (let longer = batch * FAN_OUT; longer <= longest && start + longer <= to; longer *= FAN_OUT) {
        if (!isMultipleOf(start - origin, longer)) break;
        length = longer;
      }
      const rdd = length === batch ? parent.getOrCompute(start + batch) : this.#blockFrom(start, length);
      if (rdd !== null) found.push(rdd);
    }
    return found;
  }

  #blockFrom(start: number, length: number): RDD<T> | null {
    const blocks = this.#blocks.get(length) ?? new Map<number, RDD<T> | null>();
    this.#blocks.set(length, blocks);
    const present = blocks.get(start);
    if (present !== undefined) return present;
    const made = this.#blockOf(this.#standingFor(start, start + length, length / FAN_OUT));
    blocks.set(start, made);
    return made;
  }

  #blockOf(parts: readonly RDD<T>[]): RDD<T> | null {
    if (parts.length < 2) return parts[0] ?? null;
    return new WindowBlockRDD(parts, this.#combine(new UnionRDD(this.context, parts)));
  }

  override clearMetadata(time: number): void {
    super.clearMetadata(time);
    for (const blocks of this.#blocks.values()) {
      for (const start of blocks.keys()) if (start < time - this.windowDuration) blocks.delete(start);
    }
  }
}

/**
 * At each slide, what the last `windowDuration` ms combine to.
 * @param batches the stream, each of whose batches has been combined
 */
export function combinedWindows<T>(
  batches: DStream<T>, combine: Combine<T>, windowDuration: number, slideDuration = batches.slideDuration,
): DStream<T> {
  // Where windows hardly overlap, blocks are not used often enough to be worth making.
  const windows = windowDuration < 2 * slideDuration
    ? batches.window(windowDuration, slideDuration)
    : new BlockWindowedDStream(batches, combine, windowDuration, slideDuration);
  return new RDDMappedDStream(windows, combine);
}
