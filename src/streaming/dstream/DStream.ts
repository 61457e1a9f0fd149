import { IllegalArgumentError, IllegalStateError, StreamingError } from '../errors';
import { floorToGrid, isMultipleOf } from '../duration';
import type { RDD } from '../rdd/RDD';
import type { Job } from '../scheduler/Job';
import type { StreamingContext } from '../StreamingContext';

/**
 * A discretised stream: one RDD for each batch time that is a multiple of its slide duration. Defined by the streams it
 * depends on, and by how its RDD at a time comes from theirs. The operations are in the files of this folder, one a file.
 */
export abstract class DStream<T> {
  readonly context: StreamingContext;
  readonly #generated = new Map<number, RDD<T> | null>();
  #zeroTime: number | undefined;
  #rememberDuration = 0;
  #persisted = false;

  constructor(context: StreamingContext) {
    context.checkCanBeBuilt('A stream');
    this.context = context;
  }

  /** The streams that this one is computed from. */
  abstract readonly dependencies: readonly DStream<unknown>[];

  /** ms between two RDDs of this stream; a multiple of the batch interval. */
  abstract readonly slideDuration: number;

  /** Makes the RDD of a valid batch time, or null when there is none. */
  protected abstract compute(time: number): RDD<T> | null;

  /** How much longer (ms) than itself this stream needs the RDDs of those it depends on. */
  protected get parentRememberDuration(): number {
    return this.#rememberDuration;
  }

  /** The batch time before the first one, ms since the epoch; undefined until the context starts. */
  get zeroTime(): number | undefined {
    return this.#zeroTime;
  }

  /** How long (ms) RDDs stay after their batch. */
  get rememberDuration(): number {
    return this.#rememberDuration;
  }

  /** How long (ms) after its batch a record may still be in an RDD of this stream. */
  get reach(): number {
    return Math.max(0, ...this.dependencies.map((dependency) => dependency.reach));
  }

  get isPersisted(): boolean {
    return this.#persisted;
  }

  /** Prepares this stream and all it depends on; called by the context when it starts. */
  initialize(zeroTime: number): void {
    if (this.#zeroTime !== undefined) return;
    this.#zeroTime = zeroTime;
    this.remember(this.slideDuration);
    for (const dependency of this.dependencies) dependency.initialize(zeroTime);
  }

  /** Asks for RDDs to be kept for at least `duration` ms after their batch, here and in what this stream depends on. */
  remember(duration: number): void {
    if (duration <= this.#rememberDuration) return;
    this.#rememberDuration = duration;
    for (const dependency of this.dependencies) dependency.remember(this.parentRememberDuration);
  }

  /**
   * Keeps the records of each RDD once computed, for as long as the RDD is remembered.
   * @throws IllegalStateError once the context has started
   */
  persist(): this {
    if (this.#zeroTime !== undefined) {
      throw new IllegalStateError('persist must be called before the context starts.');
    }
    this.#persisted = true;
    return this;
  }

  /** The same as `persist`. */
  cache(): this {
    return this.persist();
  }

  /** Whether this stream has an RDD at a batch time: after the zero time, and on the grid of its slide duration. */
  isTimeValid(time: number): boolean {
    const zeroTime = this.#zeroTime;
    if (zeroTime === undefined) {
      throw new StreamingError('This stream has not been initialized: start the context first.');
    }
    return time > zeroTime && isMultipleOf(time - this.context.gridOrigin(zeroTime), this.slideDuration);
  }

  /** The RDD of a batch time, made at most once; null where there is none. */
  getOrCompute(time: number): RDD<T> | null {
    const present = this.#generated.get(time);
    if (present !== undefined) return present;
    if (!this.isTimeValid(time)) return null;
    const rdd = this.compute(time);
    if (rdd !== null && this.#persisted) rdd.persist();
    this.#generated.set(time, rdd);
    return rdd;
  }

  /**
   * The RDDs of all times from `from` to `to`, both included and both floored to the slide duration.
   * @throws StreamingError before the context has started
   */
  slice(from: number, to: number): RDD<T>[] {
    const zeroTime = this.#zeroTime;
    if (zeroTime === undefined) {
      throw new StreamingError('slice: this stream has not been initialized; start the context first.');
    }
    if (to < from) throw new IllegalArgumentError(`slice from ${String(from)} to ${String(to)}: the end lies before the start.`);
    const origin = this.context.gridOrigin(zeroTime);
    const last = floorToGrid(to, this.slideDuration, origin);
    const found: RDD<T>[] = [];
    for (let time = floorToGrid(from, this.slideDuration, origin); time <= last; time += this.slideDuration) {
      if (time <= zeroTime) continue;
      const rdd = this.getOrCompute(time);
      if (rdd !== null) found.push(rdd);
    }
    return found;
  }

  /** The job that an output stream has at a batch time; only output streams have any. */
  generateJob(_time: number): Job | null {
    return null;
  }

  /**
   * Work at a batch time at which this stream itself has no RDD but must not wait either: a window with a longer slide
   * takes its records in as they come, instead of all at once when it slides.
   */
  generateUpkeep(_time: number): (() => Promise<void>) | null {
    return null;
  }

  /** The slides of this stream between two times, both left out. */
  protected slidesBetween(after: number, before: number): number[] {
    const origin = this.context.gridOrigin(this.#zeroTime ?? 0);
    const times: number[] = [];
    let time = floorToGrid(after, this.slideDuration, origin) + this.slideDuration;
    for (; time < before; time += this.slideDuration) times.push(time);
    return times;
  }

  /** Of the skipped batch times between `after` and `before`, those that this stream must still see. */
  closingTimes(_after: number, _before: number): readonly number[] {
    return [];
  }

  /** Forgets RDDs that have been remembered long enough, now that the batch of `time` is done. */
  clearMetadata(time: number): void {
    for (const [generatedTime, rdd] of this.#generated) {
      if (generatedTime > time - this.#rememberDuration) continue;
      this.#generated.delete(generatedTime);
      rdd?.unpersist();
    }
  }
}
