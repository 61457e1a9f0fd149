import type { FileSystem } from '../../ports/FileSystem';
import { IllegalStateError } from '../errors';
import { objectLine } from './objectLine';
import { RDD } from './RDD';
import { recordText } from './recordText';

declare module './RDD' {
  interface RDD<T> {
    /**
     * Writes a folder of text files: part-00000 and so on, one for each partition, with one line a record (see `recordText`),
     * and at last an empty file _SUCCESS. What an earlier run left in these places is replaced.
     */
    saveAsTextFile(folder: string): Promise<void>;
    /** The same with records that can be read back as they were: lines of JSON, and more than JSON can say (see `objectLine`). */
    saveAsObjectFile(folder: string): Promise<void>;
  }
}

RDD.prototype.saveAsTextFile = async function <T>(this: RDD<T>, folder: string): Promise<void> {
  await saveParts(this, filesOf(this, 'saveAsTextFile'), folder, recordText);
};

RDD.prototype.saveAsObjectFile = async function <T>(this: RDD<T>, folder: string): Promise<void> {
  await saveParts(this, filesOf(this, 'saveAsObjectFile'), folder, objectLine);
};

/** Says that a folder is whole. */
const SUCCESS = '_SUCCESS';

function filesOf(rdd: RDD<unknown>, operation: string): FileSystem {
  const { fileSystem } = rdd.environment;
  if (fileSystem !== undefined) return fileSystem;
  throw new IllegalStateError(`${operation}: this RDD was made without files to write; give its program a fileSystem.`);
}

/** Writes an RDD into a folder, one file a partition and one line a record; what says that it is whole comes last. */
export async function saveParts<T>(
  rdd: RDD<T>,
  fileSystem: FileSystem,
  folder: string,
  lineOf: (record: T) => string,
): Promise<void> {
  await fileSystem.makeFolder(folder);
  await fileSystem.remove(`${folder}/${SUCCESS}`);
  const written = new Set<string>();
  await rdd.foreachPartition(async (records) => {
    const name = `part-${String(written.size).padStart(5, '0')}`;
    written.add(name);
    await fileSystem.write(`${folder}/${name}`, Array.from(records, (record) => `${lineOf(record)}\n`).join(''));
  });
  for (const { name } of await fileSystem.list(folder)) {
    if (/^part-\d+$/u.test(name) && !written.has(name)) await fileSystem.remove(`${folder}/${name}`);
  }
  await fileSystem.write(`${folder}/${SUCCESS}`, '');
}
