import { StreamingError } from '../errors';
import type { RDD } from '../rdd/RDD';
import type { StateVersionRDD } from '../rdd/StateVersionRDD';
import { DStream } from './DStream';

/**
 * A stream of state that evolves batch by batch: each RDD is made from the one before and the batch of the parent. Every batch
 * that runs makes its version, once, whoever reads it and when. At times at which no batch ran there is no version, and no RDD.
 */
export abstract class VersionedDStream<T, U, Version extends StateVersionRDD<U>> extends DStream<U> {
  readonly dependencies: readonly [DStream<T>];
  readonly slideDuration: number;
  #newest: Version | null = null;
  /** The newest version that has been made: what `#newest` goes on from may not have been yet. */
  #made: Version | null = null;
  /** The newest batch that has run or runs, and the newest one whose RDD has been forgotten, ms since the epoch. */
  #running = -Infinity;
  #forgotten = -Infinity;

  constructor(parent: DStream<T>) {
    super(parent.context);
    this.dependencies = [parent];
    this.slideDuration = parent.slideDuration;
  }

  /** A version needs the parent's RDD of its own batch alone. */
  protected override get parentRememberDuration(): number {
    return this.slideDuration;
  }

  protected override get goesOnFromItsPast(): boolean {
    return true;
  }

  protected override get cutsLineage(): boolean {
    return true;
  }

  protected override get needsCheckpointDirectory(): boolean {
    return true;
  }

  /**
   * Describes the version of a batch.
   * @param before null for the first version
   * @param batch the parent's RDD, or null where it has none
   * @returns null where there is nothing to make one from
   */
  protected abstract nextVersion(time: number, before: Version | null, batch: RDD<T> | null): Version | null;

  override getOrCompute(time: number): Version | null {
    return super.getOrCompute(time) as Version | null;
  }

  /** A batch that has not come yet may still have a version: that must not be remembered as none. */
  protected override canBeMade(time: number): boolean {
    return super.canBeMade(time) && time <= this.#running;
  }

  protected override compute(time: number): Version | null {
    if (time <= this.#forgotten) {
      throw new StreamingError(
        `The state of ${String(time)} ms is not remembered any more, only states after ${String(this.#forgotten)} ms are; ` +
          'call remember on the context, with a longer duration, before it starts.',
      );
    }
    if (time < this.#running) return null;
    const version = this.nextVersion(time, this.#newest, this.dependencies[0].getOrCompute(time));
    if (version !== null) this.#newest = version;
    return version;
  }

  override generateUpkeep(time: number): (() => Promise<void>) | null {
    if (!this.isTimeValid(time)) return null;
    this.#running = time;
    const version = this.getOrCompute(time);
    return version === null ? null : () => this.#make(version);
  }

  async #make(version: Version): Promise<void> {
    await version.materialise();
    this.#made = version;
  }

  protected override saveOwn(): unknown {
    return this.#made === null ? this.unmadeState() : this.savedVersion(this.#made);
  }

  /** The state of a version, the newest that has been made: plain data, where keys and states are. */
  protected abstract savedVersion(version: Version): unknown;

  /** The same where no version has been made since the start. */
  protected abstract unmadeState(): unknown;

  override clearMetadata(time: number): void {
    super.clearMetadata(time);
    this.#forgotten = time - this.rememberDuration;
  }
}
