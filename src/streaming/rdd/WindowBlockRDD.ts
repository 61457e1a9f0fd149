import { forEachRecord } from './forEachRecord';
import { type Emit, ranStage, RDD } from './RDD';

/** A block holds records of its own where these are not more than this part of what it stands for. */
const WORTHWHILE = 3 / 4;

/**
 * Stands for several RDDs of a window that follow one another: has their records combined, each once for all windows that they are
 * in. Where that makes hardly fewer of them, because they have different keys, it has their records as they are, and no memory
 * of its own.
 */
export class WindowBlockRDD<T> extends RDD<T> {
  readonly partitionCount = 1;
  #parts: readonly RDD<T>[];
  /** Gone once it has been computed, and what it was made from with it. */
  #combined: RDD<T> | null;
  #records: readonly T[] | undefined;

  /** @param combined the records of the parts, combined */
  constructor(parts: readonly RDD<T>[], combined: RDD<T>) {
    super(combined.environment, []);
    this.#parts = parts;
    this.#combined = combined;
  }

  override get dependencies(): readonly RDD<unknown>[] {
    return this.#combined === null ? this.#parts : [this.#combined];
  }

  override prepare(): undefined {
    if (this.#combined === null) return;
    let count = 0;
    for (const part of this.#parts) forEachRecord(part, () => count++);
    const records: T[] = [];
    forEachRecord(this.#combined, (record) => records.push(record));
    if (records.length <= WORTHWHILE * count) {
      this.#records = records;
      this.#parts = [];
    }
    this.#combined = null;
  }

  protected override held(): readonly T[] | undefined {
    return this.#records;
  }

  protected override compute(_partition: number, emit: Emit<T>): void {
    for (const part of ranStage(this.#combined === null ? this.#parts : undefined)) forEachRecord(part, emit);
  }
}
