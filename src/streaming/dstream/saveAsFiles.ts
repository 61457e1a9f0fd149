import type { FileSystem } from '../../ports/FileSystem';
import { objectLine } from '../rdd/objectLine';
import type { RDD } from '../rdd/RDD';
import { recordText } from '../rdd/recordText';
import { saveParts } from '../rdd/saveAsFile';
import { DStream } from './DStream';
import { ForEachDStream } from './ForEachDStream';

declare module './DStream' {
  interface DStream<T> {
    /**
     * An output operation: writes each batch to a folder of text files, "<prefix>-<batch time in ms>[.<suffix>]" (see
     * `RDD.saveAsTextFile`). A batch that runs again replaces what it wrote before.
     * @throws IllegalStateError where the context was given no files
     */
    saveAsTextFiles(prefix: string, suffix?: string): void;
    /** The same with records that can be read back as they were (see `RDD.saveAsObjectFile`). */
    saveAsObjectFiles(prefix: string, suffix?: string): void;
  }
}

DStream.prototype.saveAsTextFiles = function <T>(this: DStream<T>, prefix: string, suffix?: string): void {
  saveAs(this, 'saveAsTextFiles', prefix, suffix, (rdd, files, folder) => saveParts(rdd, files, folder, recordText));
};

DStream.prototype.saveAsObjectFiles = function <T>(this: DStream<T>, prefix: string, suffix?: string): void {
  saveAs(this, 'saveAsObjectFiles', prefix, suffix, (rdd, files, folder) => saveParts(rdd, files, folder, objectLine));
};

function saveAs<T>(
  stream: DStream<T>,
  operation: string,
  prefix: string,
  suffix: string | undefined,
  save: (rdd: RDD<T>, fileSystem: FileSystem, folder: string) => Promise<void>,
): void {
  const ending = suffix === undefined || suffix === '' ? '' : `.${suffix}`;
  const { context } = stream;
  // Asked for now, so that a context without files fails here rather than in its first batch.
  const { fileSystem } = context;
  context.registerOutput(
    new ForEachDStream(stream, operation, (rdd, time) => save(rdd, fileSystem, `${prefix}-${String(time)}${ending}`)),
  );
}
