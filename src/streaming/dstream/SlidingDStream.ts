import { checkMultiple } from '../duration';
import { DStream } from './DStream';

/** What all windows share: a parent whose RDDs are kept for as long as they are in the window, and how often it slides. */
export abstract class SlidingDStream<T, U> extends DStream<U> {
  readonly dependencies: readonly [DStream<T>];
  readonly windowDuration: number;
  readonly slideDuration: number;

  /** @throws IllegalArgumentError unless both durations are multiples of the parent's slide duration */
  constructor(parent: DStream<T>, windowDuration: number, slideDuration: number) {
    super(parent.context);
    checkMultiple('The window duration', windowDuration, parent.slideDuration);
    checkMultiple('The slide duration', slideDuration, parent.slideDuration);
    this.dependencies = [parent.persist()];
    this.windowDuration = windowDuration;
    this.slideDuration = slideDuration;
    // The batches of the next window, and those that leave it.
    parent.keepForRecovery(windowDuration + slideDuration);
  }

  protected override get parentRememberDuration(): number {
    return this.rememberDuration + this.windowDuration;
  }

  protected override get ownReach(): number {
    return this.windowDuration;
  }

  override generateUpkeep(time: number): (() => Promise<void>) | null {
    const [parent] = this.dependencies;
    if (this.isTimeValid(time) || !parent.isTimeValid(time) || this.#untilNextSlide(time) >= this.windowDuration) return null;
    const rdd = parent.getOrCompute(time);
    return rdd === null ? null : () => rdd.materialise();
  }

  override closingTimes(after: number, before: number): readonly number[] {
    return this.slidesBetween(after, Math.min(before, after + this.reach));
  }

  /** ms from a time to the first slide after it. */
  #untilNextSlide(time: number): number {
    const origin = this.context.gridOrigin(this.zeroTime ?? 0);
    return this.slideDuration - ((time - origin) % this.slideDuration);
  }
}
