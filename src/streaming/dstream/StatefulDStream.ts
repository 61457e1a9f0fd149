import type { BatchState } from '../BatchState';
import { checkMultiple } from '../duration';
import { StatefulRDD } from '../rdd/StatefulRDD';
import { prepareStages } from '../rdd/prepareStages';
import type { RDD } from '../rdd/RDD';
import { DStream } from './DStream';

/** A stream of what state makes of the batches it was fed with. */
export class StatefulDStream<T, U> extends DStream<U> {
  readonly dependencies: readonly [DStream<T>];
  readonly slideDuration: number;
  readonly #state: BatchState<T, U>;
  readonly #windowDuration: number;
  /** The newest batch that the state is to take in, and the newest one that was completed, ms since the epoch. */
  #newest = -Infinity;
  #completed = -Infinity;

  /** @param windowDuration ms before a slide that the state looks back; the slide duration when left out */
  constructor(parent: DStream<T>, state: BatchState<T, U>, slideDuration: number, windowDuration = slideDuration) {
    super(parent.context);
    checkMultiple('The slide duration', slideDuration, parent.slideDuration);
    checkMultiple('The window duration', windowDuration, parent.slideDuration);
    this.dependencies = [parent];
    this.slideDuration = slideDuration;
    this.#state = state;
    this.#windowDuration = windowDuration;
  }

  /** The state keeps what it needs of the past; the parent's own RDDs serve one batch only. */
  protected override get parentRememberDuration(): number {
    return this.dependencies[0].slideDuration;
  }

  protected override get ownReach(): number {
    return this.#windowDuration;
  }

  protected override compute(time: number): RDD<U> {
    return new StatefulRDD(this.context, this.dependencies[0].getOrCompute(time), this.#state, time, true);
  }

  override generateUpkeep(time: number): (() => Promise<void>) | null {
    const [parent] = this.dependencies;
    if (!parent.isTimeValid(time)) return null;
    this.#newest = time;
    if (this.isTimeValid(time)) {
      // Here and not by the outputs, which may not look at it at all, or not in the order of batches.
      const rdd = this.getOrCompute(time);
      return rdd === null ? null : () => prepareStages(rdd);
    }
    const upkeep = new StatefulRDD(this.context, parent.getOrCompute(time), this.#state, time, false);
    return () => upkeep.materialise();
  }

  /** What was made but has not been taken in yet is unknown to the state, and counts as if it had records. */
  override closingTimes(after: number, before: number, taken = -Infinity): readonly number[] {
    const known = this.#state.closingTimes(after, before);
    const newest = Math.max(this.#newest, taken);
    if (newest <= this.#completed) return known;
    return [...known, ...this.slidesBetween(after, Math.min(before, newest + this.reach))];
  }

  override clearMetadata(time: number): void {
    super.clearMetadata(time);
    this.#completed = time;
  }
}
