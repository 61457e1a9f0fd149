import { type Emit, ranStage, RDD } from './RDD';

/**
 * The records of another RDD, which is forgotten with its whole lineage as soon as they have been computed: they are held
 * for as long as anyone holds this RDD, and never computed again.
 */
export class CheckpointedRDD<T> extends RDD<T> {
  readonly partitionCount: number;
  #source: RDD<T> | null;
  #partitions: readonly (readonly T[])[] | undefined;

  constructor(source: RDD<T>) {
    super(source.environment, []);
    this.#source = source;
    this.partitionCount = source.partitionCount;
  }

  override get dependencies(): readonly RDD<unknown>[] {
    return this.#source === null ? [] : [this.#source];
  }

  override prepare(): undefined {
    const source = this.#source;
    if (source === null) return;
    this.#partitions = Array.from({ length: this.partitionCount }, (_, partition) => {
      const records: T[] = [];
      source.iterate(partition, (record) => records.push(record));
      return records;
    });
    this.#source = null;
  }

  protected override compute(partition: number, emit: Emit<T>): void {
    for (const record of ranStage(this.#partitions)[partition] ?? []) emit(record);
  }

  override persist(): this {
    return this;
  }

  override unpersist(): this {
    return this;
  }
}
