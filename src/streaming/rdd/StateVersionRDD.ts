import { prepareStages } from './prepareStages';
import { type Emit, ranStage, RDD, type RDDEnvironment } from './RDD';
import { startOf } from './startOf';

/**
 * One version of state that evolves batch by batch, and the records that its batch gave. It is made once, from the version
 * before and the records of the batch; afterwards it refers to neither, and gives the same records for as long as anyone
 * holds it, however far the state has gone on. So there is nothing to persist, and no lineage that grows.
 */
export abstract class StateVersionRDD<U> extends RDD<U> {
  readonly partitionCount: number;
  #sources: readonly RDD<unknown>[];
  #partitions: readonly (readonly U[])[] | undefined;

  /** @param sources what must be ready before `advance`; null for what is not there */
  constructor(environment: RDDEnvironment, partitionCount: number, sources: readonly (RDD<unknown> | null)[]) {
    super(environment, []);
    this.partitionCount = partitionCount;
    this.#sources = sources.filter((source) => source !== null);
  }

  /**
   * Makes this version, and gives its records by partition. When it throws, nothing may have changed: it is then called again.
   * Afterwards it must not hold on to what it was made from.
   */
  protected abstract advance(): readonly (readonly U[])[];

  override get dependencies(): readonly RDD<unknown>[] {
    return this.#sources;
  }

  override prepare(): undefined {
    if (this.#partitions !== undefined) return;
    this.#partitions = this.advance();
    this.#sources = [];
  }

  protected override compute(partition: number, emit: Emit<U>): void {
    for (const record of ranStage(this.#partitions)[partition] ?? []) emit(record);
  }

  override persist(): this {
    return this;
  }

  override unpersist(): this {
    return this;
  }

  override materialise(): Promise<void> {
    return prepareStages(this);
  }
}

/** Records cut into partitions of nearly equal size, in their order: what comes out is the same for any number of them. */
export function slicesOf<U>(records: readonly U[], count: number): readonly (readonly U[])[] {
  if (count === 1) return [records];
  return Array.from({ length: count }, (_, index) =>
    records.slice(startOf(index, count, records.length), startOf(index + 1, count, records.length)),
  );
}
