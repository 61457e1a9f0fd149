import { asError, StreamingError } from '../errors';
import { type Emit, ranStage, RDD, type RDDEnvironment } from './RDD';

/** How a file's records are read: given its path. */
export type ReadFile<T> = (path: string) => Promise<readonly T[]>;

/** The most files that are read at once. */
const READ_AT_ONCE = 8;

/** One partition a file, in the order given. Files are read when the first action asks, and once. */
export class FilesRDD<T> extends RDD<T> {
  readonly partitionCount: number;
  readonly #paths: readonly string[];
  readonly #read: ReadFile<T>;
  #partitions: (readonly T[])[] | undefined;
  #reading: Promise<void> | undefined;

  constructor(environment: RDDEnvironment, paths: readonly string[], read: ReadFile<T>) {
    super(environment, []);
    this.#paths = paths;
    this.#read = read;
    this.partitionCount = paths.length;
  }

  /** Rejects with a StreamingError that names a file that could not be read; asked again, all are read again. */
  override prepare(): Promise<void> | undefined {
    if (this.#partitions !== undefined) return undefined;
    // Several outputs may ask at the same time.
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readAll(): Promise<void> {
    const partitions = new Array<readonly T[]>(this.#paths.length);
    const waiting = this.#paths.entries();
    // Each worker takes the next file of those that all share.
    const work = async (): Promise<void> => {
      for (const [index, path] of waiting) partitions[index] = await this.#readOne(path);
    };
    await Promise.all(Array.from({ length: Math.min(READ_AT_ONCE, this.#paths.length) }, work));
    this.#partitions = partitions;
  }

  async #readOne(path: string): Promise<readonly T[]> {
    try {
      return await this.#read(path);
    } catch (thrown) {
      throw new StreamingError(
        `The file ${path} cannot be read: ${asError(thrown).message}. Move files into the folder when they are complete, ` +
          'and leave them there, readable, until their batch is done.',
        { cause: thrown },
      );
    }
  }

  protected override compute(partition: number, emit: Emit<T>): void {
    for (const record of ranStage(this.#partitions)[partition] ?? []) emit(record);
  }
}
