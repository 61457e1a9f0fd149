import { StreamingContext } from '../StreamingContext';
import type { DStream } from './DStream';
import { FileInputDStream, type FileReader, type FileSelection, readLines, recordsOfLength } from './FileInputDStream';

declare module '../StreamingContext' {
  interface StreamingContext {
    /** The lines of the text files (UTF-8) that appear in a folder; see `fileStream`. */
    textFileStream(folder: string, options?: FileSelection): DStream<string>;
    /**
     * What is in the files that appear in a folder, each read once: in the batch in which it was last changed, so write files
     * elsewhere and move them in when they are complete. The files of a batch are held in memory.
     * @param folder where parts of it hold `*`, `?`, `[..]` or `{..}`, all folders that fit; parts are separated by `/`
     * @param options.read gives the records of a file; its lines when left out
     * @throws IllegalArgumentError when the folder is no text, a function is none, or the duration is not above 0
     * @throws IllegalStateError where the context was given no files
     */
    fileStream(folder: string, options?: FileSelection): DStream<string>;
    fileStream<T>(folder: string, options: FileSelection & { readonly read: FileReader<T> }): DStream<T>;
    /**
     * The files that appear in a folder, cut into records of `recordLength` bytes; see `fileStream`.
     * @throws IllegalArgumentError unless the length is a whole number above 0
     */
    binaryRecordsStream(folder: string, recordLength: number, options?: FileSelection): DStream<Uint8Array>;
  }
}

StreamingContext.prototype.textFileStream = function (
  this: StreamingContext,
  folder: string,
  options: FileSelection = {},
): DStream<string> {
  return new FileInputDStream(this, folder, readLines, options);
};

StreamingContext.prototype.fileStream = function (
  this: StreamingContext,
  folder: string,
  options: FileSelection & { readonly read?: FileReader<unknown> } = {},
): DStream<never> {
  // Of the type that `read` has, and of texts without it.
  return new FileInputDStream(this, folder, options.read ?? readLines, options) as DStream<unknown> as DStream<never>;
};

StreamingContext.prototype.binaryRecordsStream = function (
  this: StreamingContext,
  folder: string,
  recordLength: number,
  options: FileSelection = {},
): DStream<Uint8Array> {
  return new FileInputDStream(this, folder, recordsOfLength(recordLength), options);
};
