import { checkMultiple } from '../duration';
import { StatefulRDD } from '../rdd/StatefulRDD';
import type { RDD } from '../rdd/RDD';
import { DStream } from './DStream';

/** Reads all records of a batch, in order. */
export type Records<T> = (emit: (record: T) => void) => void;

/**
 * State that takes in every batch of a stream, in order and each once, and gives records at each slide. It lives apart
 * from the stream that feeds it, so that it can go on under another one.
 */
export interface BatchState<T, U> {
  /** Takes one batch in. Nothing may have changed when it throws, since the batch is then tried again. */
  take(time: number, records: Records<T>): void;
  /** The records of a slide, after its batch was taken in. */
  emit(time: number): readonly U[];
  /** The slides between two times that have something to give though no batch ran there. */
  closingTimes(after: number, before: number): readonly number[];
}

/** A stream of what state makes of the batches it was fed with. */
export class StatefulDStream<T, U> extends DStream<U> {
  readonly dependencies: readonly [DStream<T>];
  readonly slideDuration: number;
  readonly #state: BatchState<T, U>;

  constructor(parent: DStream<T>, state: BatchState<T, U>, slideDuration: number) {
    super(parent.context);
    checkMultiple('The slide duration', slideDuration, parent.slideDuration);
    this.dependencies = [parent];
    this.slideDuration = slideDuration;
    this.#state = state;
  }

  protected override compute(time: number): RDD<U> {
    return new StatefulRDD(this.context, this.dependencies[0].getOrCompute(time), this.#state, time, true);
  }

  override generateUpkeep(time: number): (() => Promise<void>) | null {
    const [parent] = this.dependencies;
    if (this.isTimeValid(time) || !parent.isTimeValid(time)) return null;
    const upkeep = new StatefulRDD(this.context, parent.getOrCompute(time), this.#state, time, false);
    return () => upkeep.materialise();
  }

  override closingTimes(after: number, before: number): readonly number[] {
    return this.#state.closingTimes(after, before);
  }
}
