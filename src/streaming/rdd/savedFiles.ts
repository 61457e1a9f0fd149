import type { FileSystem } from '../../ports/FileSystem';
import { asError, StreamingError } from '../errors';
import { StreamingContext } from '../StreamingContext';
import { recordOfLine } from './objectLine';
import { type Emit, ranStage, RDD, type RDDEnvironment } from './RDD';

/** The lines of a file, or of all part files of a folder in the order of their names; read when the first action asks, once. */
class SavedLinesRDD extends RDD<string> {
  readonly partitionCount = 1;
  readonly #fileSystem: FileSystem;
  readonly #path: string;
  #lines: readonly string[] | undefined;

  constructor(environment: RDDEnvironment, fileSystem: FileSystem, path: string) {
    super(environment, []);
    this.#fileSystem = fileSystem;
    this.#path = path;
  }

  override prepare(): Promise<void> | undefined {
    return this.#lines === undefined ? this.#read() : undefined;
  }

  async #read(): Promise<void> {
    const lines: string[] = [];
    for (const path of await this.#files()) {
      const text = new TextDecoder().decode(await this.#reading(this.#fileSystem.read(path)));
      const found = text.split('\n');
      // What follows the last line's end is no line.
      if (found.at(-1) === '') found.pop();
      for (const line of found) lines.push(line);
    }
    this.#lines = lines;
  }

  /** The file itself, or what a folder holds except hidden files and marks such as _SUCCESS. */
  async #files(): Promise<string[]> {
    try {
      const entries = await this.#fileSystem.list(this.#path);
      return entries
        .filter(({ name, kind }) => kind === 'file' && !name.startsWith('_') && !name.startsWith('.'))
        .map(({ name }) => `${this.#path}/${name}`);
    } catch (thrown) {
      if ((thrown as { readonly code?: unknown }).code === 'ENOTDIR') return [this.#path];
      return this.#reading(Promise.reject(thrown));
    }
  }

  async #reading<R>(work: Promise<R>): Promise<R> {
    try {
      return await work;
    } catch (thrown) {
      throw new StreamingError(`${this.#path} cannot be read: ${asError(thrown).message}`, { cause: thrown });
    }
  }

  protected override compute(_partition: number, emit: Emit<string>): void {
    for (const line of ranStage(this.#lines)) emit(line);
  }
}

declare module '../StreamingContext' {
  interface StreamingContext {
    /** The lines of a text file, or of a folder that `saveAsTextFile` wrote. Read when an action asks; UTF-8. */
    textFile(path: string): RDD<string>;
    /** The records of a folder that `saveAsObjectFile` wrote, as they were. */
    objectFile<T>(path: string): RDD<T>;
  }
}

StreamingContext.prototype.textFile = function (this: StreamingContext, path: string): RDD<string> {
  return new SavedLinesRDD(this, this.fileSystem, path);
};

StreamingContext.prototype.objectFile = function <T>(this: StreamingContext, path: string): RDD<T> {
  return this.textFile(path).map((line) => recordOfLine(line) as T);
};
