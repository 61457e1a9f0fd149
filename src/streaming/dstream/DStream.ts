import { IllegalArgumentError, StreamingError, UnsupportedOperationError } from '../errors';
import { checkDuration, floorToGrid, isMultipleOf } from '../duration';
import { CheckpointedRDD } from '../rdd/CheckpointedRDD';
import { ParallelCollectionRDD } from '../rdd/ParallelCollectionRDD';
import type { RDD } from '../rdd/RDD';
import type { Job } from '../scheduler/Job';
import type { StreamingContext } from '../StreamingContext';

/** ms. Streams that go on from their own past are checkpointed about this often when nothing else is said, as in Spark. */
const USUAL_CHECKPOINT_INTERVAL = 10_000;

/**
 * A discretised stream: one RDD for each batch time that is a multiple of its slide duration. Defined by the streams it
 * depends on, and by how its RDD at a time comes from theirs. The operations are in the files of this folder, one a file.
 *
 * Every operation throws an IllegalArgumentError for a function that is none, a number of partitions that is no whole number
 * above 0, or a duration that is no multiple of the slide duration, and an IllegalStateError once the context has started.
 * Functions must not change the records they are given: these are not copied, and other streams, windows and later attempts read
 * them too.
 */
export abstract class DStream<T> {
  readonly context: StreamingContext;
  readonly #generated = new Map<number, RDD<T> | null>();
  #zeroTime: number | undefined;
  #rememberDuration = 0;
  #reach: number | undefined;
  #checkpointInterval: number | undefined;
  #persisted = false;
  /** How long (ms) RDDs are needed by windows: a checkpoint on disk has those. */
  #savedReach = 0;

  constructor(context: StreamingContext) {
    context.checkCanBeBuilt('A stream');
    this.context = context;
    context.registerStream(this);
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
    // Kept, since streams may come together again behind a branch: that would double the work each time.
    this.#reach ??= this.ownReach + this.dependencies.reduce((longest, { reach }) => Math.max(longest, reach), 0);
    return this.#reach;
  }

  /** What this stream adds to the reach of those that it is computed from, ms. */
  protected get ownReach(): number {
    return 0;
  }

  get isPersisted(): boolean {
    return this.#persisted;
  }

  /** Has a checkpoint on disk keep the RDDs of the last `reach` ms. */
  keepForRecovery(reach: number): void {
    this.#savedReach = Math.max(this.#savedReach, reach);
  }

  /**
   * What a checkpoint on disk calls this stream; undefined where later batches need nothing of its past. These names are in files:
   * never change one.
   */
  get savedKind(): string | undefined {
    return this.#savedReach > 0 ? 'stream in a window' : undefined;
  }

  /**
   * Where the records of a batch come from when it is run again: the log, what they were read from, or nowhere, for an input whose
   * records are lost; undefined for all that is computed.
   */
  get recoveredFrom(): 'log' | 'origin' | 'nowhere' | undefined {
    return undefined;
  }

  /** What must be the same for a stream to go on with what was kept of another: its durations. */
  get savedShape(): string {
    return String(this.ownReach);
  }

  /**
   * What later batches need of this stream after a batch, as plain data that may be shared with it; undefined for nothing.
   * Called while no batch changes it.
   */
  async saveState(time: number): Promise<unknown> {
    const own = this.saveOwn(time);
    const rdds: (readonly [time: number, partitions: readonly (readonly T[])[] | null])[] = [];
    for (const [generatedTime, rdd] of [...this.#generated]) {
      if (generatedTime > time || generatedTime <= time - this.#savedReach) continue;
      rdds.push([generatedTime, rdd === null ? null : await partitionsOf(rdd)]);
    }
    return own === undefined && rdds.length === 0 ? undefined : { own, rdds };
  }

  /** Goes on from what `saveState` gave; called once, after `initialize`. */
  restoreState(saved: unknown): void {
    const { own, rdds } = saved as {
      readonly own: unknown;
      readonly rdds: readonly (readonly [time: number, partitions: readonly (readonly T[])[] | null])[];
    };
    for (const [time, partitions] of rdds) {
      this.#generated.set(time, partitions === null ? null : new ParallelCollectionRDD(this.context, partitions));
    }
    if (own !== undefined) this.restoreOwn(own);
  }

  /** What this kind of stream keeps beside its RDDs. */
  protected saveOwn(_time: number): unknown {
    return undefined;
  }

  protected restoreOwn(_saved: unknown): void {
    // Most streams have nothing but their RDDs.
  }

  /** Prepares this stream; called by the graph when it starts, after all that this stream depends on has been prepared. */
  initialize(zeroTime: number): void {
    this.#zeroTime = zeroTime;
    this.#reach = this.reach;
    if (this.goesOnFromItsPast && this.context.checkpointDirectory !== undefined) {
      this.#checkpointInterval ??= this.usualCheckpointInterval;
    }
    this.remember(Math.max(this.slideDuration, 2 * (this.#checkpointInterval ?? 0)));
  }

  /** Whether each RDD of this stream is made from the one before: such a stream is checkpointed without being asked to. */
  protected get goesOnFromItsPast(): boolean {
    return false;
  }

  /** Whether RDDs of this stream refer to nothing once they have been computed, as if each had been checkpointed. */
  protected get cutsLineage(): boolean {
    return false;
  }

  /** Whether Spark refuses to start this stream without a checkpoint directory, and so does `compatibility: 'spark'`. */
  protected get needsCheckpointDirectory(): boolean {
    return this.#checkpointInterval !== undefined;
  }

  /** ms between two checkpoints where they are made without being asked for. */
  protected get usualCheckpointInterval(): number {
    return this.slideDuration * Math.ceil(USUAL_CHECKPOINT_INTERVAL / this.slideDuration);
  }

  /** ms between two checkpoints of this stream; undefined where there are none. Certain only once the context has started. */
  get checkpointInterval(): number | undefined {
    return this.#checkpointInterval;
  }

  /**
   * Every `interval` ms the RDD of this stream is held apart from what it was computed from: its lineage ends there. Includes
   * `persist`. RDDs are then remembered for at least twice the interval. They stay in memory: what a context that can be
   * recovered writes to its checkpoint directory, and how often, does not depend on it (`getOrCreate`).
   * @param interval ms; a multiple of the slide duration, which is checked when the context starts
   * @throws IllegalArgumentError unless it is a whole number of ms above 0
   * @throws UnsupportedOperationError once the context has started
   */
  checkpoint(interval: number): this {
    if (this.#zeroTime !== undefined) {
      throw new UnsupportedOperationError(
        `checkpoint(${String(interval)}): the context has started, and how often a stream is checkpointed cannot be ` +
          'changed any more; call it before start().',
      );
    }
    checkDuration('The checkpoint interval', interval);
    this.persist();
    this.#checkpointInterval = interval;
    return this;
  }

  /**
   * Checks what can only be told when everything is known; called by the context when it starts.
   * @throws IllegalArgumentError for a checkpoint interval that does not fit the slide duration; with
   *   `compatibility: 'spark'` also where there should be a checkpoint directory
   */
  validateAtStart(): void {
    const { compatibility, checkpointDirectory } = this.context;
    if (compatibility === 'spark' && checkpointDirectory === undefined && this.needsCheckpointDirectory) {
      throw new IllegalArgumentError(
        "The checkpoint directory has not been set, and with compatibility: 'spark' a stream with state or checkpoints " +
          'needs one; give the StreamingContext a checkpointDirectory, or leave the compatibility out.',
      );
    }
    const interval = this.#checkpointInterval;
    if (interval === undefined || isMultipleOf(interval, this.slideDuration)) return;
    const below = floorToGrid(interval, this.slideDuration);
    throw new IllegalArgumentError(
      below === 0
        ? `The checkpoint interval of ${String(interval)} ms is shorter than the slide duration of its stream, ` +
          `which is ${String(this.slideDuration)} ms; use that or a multiple of it.`
        : `The checkpoint interval of ${String(interval)} ms must be a multiple of the slide duration of its stream, ` +
          `which is ${String(this.slideDuration)} ms; use ${String(below)} or ${String(below + this.slideDuration)} ms.`,
    );
  }

  /** Whether this stream is checkpointed at a valid batch time. */
  protected isCheckpointTime(time: number): boolean {
    const interval = this.#checkpointInterval;
    return interval !== undefined && isMultipleOf(time - this.context.gridOrigin(this.#zeroTime ?? 0), interval);
  }

  /** Asks for RDDs to be kept for at least `duration` ms after their batch, before the context starts. */
  remember(duration: number): void {
    this.#rememberDuration = Math.max(this.#rememberDuration, duration);
  }

  /** Has what this stream depends on remember what this stream needs; called by the graph when it starts, the outputs first. */
  rememberInputs(): void {
    for (const dependency of this.dependencies) dependency.remember(this.parentRememberDuration);
  }

  /**
   * Keeps the records of each RDD once computed, for as long as the RDD is remembered.
   * @throws UnsupportedOperationError once the context has started
   */
  persist(): this {
    if (this.#zeroTime !== undefined) {
      throw new UnsupportedOperationError(
        'persist was called after the context had started; how RDDs are kept cannot be changed then: call it before start().',
      );
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

  /**
   * The RDD of a batch time, made at most once; null where there is none, or none yet: what a batch that is still to come will
   * have is not known, and must not be remembered as nothing.
   */
  getOrCompute(time: number): RDD<T> | null {
    if (this.#isToBeMade(time)) this.#makeAfterInputs(time);
    return this.#generated.get(time) ?? null;
  }

  /** Whether there can be an RDD of a batch time now; where not, that is not remembered. */
  protected canBeMade(time: number): boolean {
    return this.isTimeValid(time) && time <= this.context.newestBatch;
  }

  #isToBeMade(time: number): boolean {
    return !this.#generated.has(time) && this.canBeMade(time);
  }

  /**
   * Makes the RDDs of a time in the order in which each needs the others. With a stack of its own, since a chain of streams may be
   * longer than the call stack is deep.
   */
  #makeAfterInputs(time: number): void {
    const stack: { readonly stream: DStream<unknown>; readonly expanded: boolean }[] = [{ stream: this, expanded: false }];
    for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
      const { stream, expanded } = entry;
      if (!stream.#isToBeMade(time)) continue;
      if (expanded) {
        stream.#make(time);
        continue;
      }
      stack.push({ stream, expanded: true });
      // The first input is made first, so it comes last.
      for (let index = stream.dependencies.length - 1; index >= 0; index--) {
        const input = stream.dependencies[index];
        if (input !== undefined) stack.push({ stream: input, expanded: false });
      }
    }
  }

  #make(time: number): void {
    let rdd = this.compute(time);
    if (rdd !== null && !this.cutsLineage && this.isCheckpointTime(time)) rdd = new CheckpointedRDD(rdd);
    if (rdd !== null && this.#persisted) rdd.persist();
    this.#generated.set(time, rdd);
  }

  /**
   * The RDDs of all times from `from` to `to` (ms since the epoch), both included and both floored to the slide duration.
   * Batches that are still to come have none. RDDs of the past are there for as long as they are remembered (see `remember` of
   * the context).
   * @throws IllegalArgumentError for an end before the start
   * @throws StreamingError before the context has started
   */
  slice(from: number, to: number): RDD<T>[] {
    const zeroTime = this.#zeroTime;
    if (zeroTime === undefined) {
      throw new StreamingError(
        'slice: this stream has not been initialized; start the context first, and put an output on the stream: ' +
          'without any it never is.',
      );
    }
    if (to < from) throw new IllegalArgumentError(`slice from ${String(from)} to ${String(to)}: the end lies before the start.`);
    const origin = this.context.gridOrigin(zeroTime);
    const last = floorToGrid(Math.min(to, this.context.newestBatch), this.slideDuration, origin);
    const found: RDD<T>[] = [];
    // The grid may lie below the zero time, which itself has no RDD.
    const first = floorToGrid(Math.max(from, zeroTime), this.slideDuration, origin);
    for (let time = first; time <= last; time += this.slideDuration) {
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

  /**
   * Of the skipped batch times between `after` and `before`, those that this stream must still see.
   * @param _taken the newest batch that was given records, whether its jobs have been made or not
   */
  closingTimes(_after: number, _before: number, _taken?: number): readonly number[] {
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

async function partitionsOf<T>(rdd: RDD<T>): Promise<readonly (readonly T[])[]> {
  return rdd.runJob((iterate) => {
    const records: T[] = [];
    iterate((record) => records.push(record));
    return records;
  });
}
