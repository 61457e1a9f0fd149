/** What a line holds. */
export type FileFormat = 'json' | 'text' | 'csv';

/** How much goes into one file. */
export type Roll = 'batch' | 'hour' | 'day';

/** What a file sink writes, and under which names. The folder is that of its `OutputFiles`. */
export interface FileSinkOptions {
  /** Who writes, so that another sink does not write into the same files. */
  readonly sink: string;
  /** What the names of all files begin with. */
  readonly name: string;
  readonly format: FileFormat;
  readonly roll: Roll;
  /** For `csv`; none for those of the first record that is written. */
  readonly columns: readonly string[];
}
