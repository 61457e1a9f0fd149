import type { OutputFiles } from '../../ports/OutputFiles';
import type { SinkProblem } from '../Sink';
import { growingFile, manifestFile, temporaryFile } from './fileNames';
import { CutFileError, fileGone, OtherSinkError } from './fileProblems';
import type { FileSinkOptions } from './FileSinkOptions';
import { decodeManifest, encodeManifest, type GrowingFile, LARGEST_MANIFEST, type Manifest } from './Manifest';

/** The most files of one period. */
const MOST_FILES = 10_000;

/**
 * A file that grows, and a manifest beside it that says how far it is right: whatever a crash leaves behind that is cut off before the
 * next bytes are written. A file is announced in the manifest before it is made, so one that is there and was not announced is
 * somebody else's, and stays as it is.
 *
 * Every method may reject with an error of the system; then `forget` is to be called, and everything that was not certain is
 * looked up, or written, anew: after a failed fsync nothing that was in memory may be relied on.
 */
export class CommittedFiles {
  readonly #options: FileSinkOptions;
  readonly #files: OutputFiles;
  readonly #tell: (problem: SinkProblem) => void;
  /** What is in the manifest's file for certain, and as bytes. */
  #known: { readonly manifest: Manifest; readonly bytes: Buffer } | undefined;

  constructor(options: FileSinkOptions, files: OutputFiles, tell: (problem: SinkProblem) => void) {
    this.#options = options;
    this.#files = files;
    this.#tell = tell;
  }

  forget(): void {
    this.#known = undefined;
  }

  /**
   * What was committed last.
   * @throws ManifestError, OtherSinkError
   */
  async read(): Promise<Manifest> {
    if (this.#known === undefined) await this.#files.prepare();
    const bytes = await this.#files.read(manifestFile(this.#options), LARGEST_MANIFEST);
    if (bytes === undefined) return { sink: this.#options.sink, batch: null, parts: {}, pieces: 0, file: null, columns: null };
    if (this.#known?.bytes.equals(bytes) === true) return this.#known.manifest;
    const manifest = decodeManifest(bytes);
    if (manifest.sink !== this.#options.sink) throw new OtherSinkError(manifestFile(this.#options), manifest.sink);
    // Who wrote it may have been killed before it was certain to survive a power cut.
    await this.commit(manifest);
    return manifest;
  }

  /** Replaces the manifest: all that was written before counts from now on. */
  async commit(manifest: Manifest): Promise<void> {
    const bytes = encodeManifest(manifest);
    this.#known = undefined;
    const name = manifestFile(this.#options);
    await this.replace(name, `${name}.tmp`, [bytes]);
    this.#known = { manifest, bytes };
  }

  /** Makes a file of its own, whole or not at all; one of that name is replaced. */
  async replace(name: string, temporary: string, content: readonly Uint8Array[]): Promise<void> {
    const file = await this.#files.open(temporary);
    try {
      await file.truncate(0);
      let position = 0;
      for (const bytes of content) {
        await file.write(bytes, position);
        position += bytes.length;
      }
      await file.fsync();
    } finally {
      await file.close();
    }
    await this.#files.rename(temporary, name);
    await this.#files.fsyncFolder();
  }

  /** As `replace`, under the name that all such files have until they are whole. */
  make(name: string, content: readonly Uint8Array[]): Promise<void> {
    return this.replace(name, temporaryFile(this.#options), content);
  }

  /**
   * The file of a period, announced with its columns: records with other columns go into another, whose first line names them.
   * @param columns of CSV, or null
   */
  async file(manifest: Manifest, period: string, columns: readonly string[] | null): Promise<Manifest & { readonly file: GrowingFile }> {
    const { file } = manifest;
    if (file !== null && file.period === period && this.#fits(file, columns, manifest)) {
      if (file.length === 0 || (await this.#files.size(file.name)) !== undefined) return { ...manifest, columns, file };
      this.#tell(fileGone(file.name, file.length, this.#files.location));
    }
    const name = await this.freeName((number) => growingFile(this.#options, period, number));
    const announced = { ...manifest, columns, file: { name, period, format: this.#options.format, length: 0 } };
    await this.commit(announced);
    return announced;
  }

  /** Whether records may go into a file; a list of files takes all. */
  #fits(file: GrowingFile, columns: readonly string[] | null, manifest: Manifest): boolean {
    if (this.#options.roll === 'batch') return true;
    return file.format === this.#options.format && JSON.stringify(columns) === JSON.stringify(manifest.columns);
  }

  /** The first of these names that no file with something in it has. */
  async freeName(nameOf: (number: number) => string): Promise<string> {
    for (let number = 1; number <= MOST_FILES; number++) {
      const size = await this.#files.size(nameOf(number));
      if (size === undefined || size === 0) return nameOf(number);
    }
    throw Object.assign(new Error(`EEXIST: all names up to ${nameOf(MOST_FILES)} are taken`), { code: 'EEXIST' });
  }

  /**
   * Writes behind what was committed of a file.
   * @returns the length to be committed
   * @throws CutFileError
   */
  async append(file: GrowingFile, content: readonly Uint8Array[]): Promise<number> {
    const opened = await this.#files.open(file.name);
    let position = file.length;
    try {
      const size = await opened.size();
      if (size < file.length) throw new CutFileError(file.name, file.length, size);
      if (size > file.length) await opened.truncate(file.length);
      for (const bytes of content) {
        await opened.write(bytes, position);
        position += bytes.length;
      }
      await opened.fsync();
    } finally {
      await opened.close();
    }
    // Its name must not be gone when the manifest speaks of what is in it, whoever made it.
    if (file.length === 0) await this.#files.fsyncFolder();
    return position;
  }
}
