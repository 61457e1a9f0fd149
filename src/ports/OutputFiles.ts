/** A file that is open for writing. */
export interface OutputFile {
  /** bytes */
  size(): Promise<number>;
  /** Cuts the file off, so that it has this many bytes. */
  truncate(size: number): Promise<void>;
  /** Writes all of these bytes from a place in the file on. Where it rejects, any part of them may have been written. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /**
   * Resolves when content and size survive a power cut. After a failure only what is written anew may be expected to last: systems
   * forget which pages they could not write.
   */
  fsync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The door to a folder of files that others read, and that are to survive a power cut. Unlike those behind `Disk` they grow, and are
 * cut back to where they were certain to be right.
 *
 * Files are given by their names in the folder; no name leads out of it, and links are not followed. Files and folders that are made
 * belong to their owner alone (modes 0600 and 0700, where the system knows such). Every method rejects with the error of the system
 * underneath, whose `code` tells the cause: `ENOSPC`, `EACCES`, `EROFS`, ...
 */
export interface OutputFiles {
  /** The folder, for messages. */
  readonly location: string;
  /** Makes the folder and those above it, which then survive a power cut; one that is there is no error. To be called before all else. */
  prepare(): Promise<void>;
  /** The size of a file in bytes; undefined where there is none of that name. Rejects with `EINVAL` for what is no plain file. */
  size(name: string): Promise<number | undefined>;
  /** The content of a file of at most `limit` bytes; undefined where there is none. A larger one is `EFBIG`. */
  read(name: string, limit: number): Promise<Uint8Array | undefined>;
  /** Opens a file, or makes one; that one survives a power cut only after `fsyncFolder`. */
  open(name: string): Promise<OutputFile>;
  /** Gives a file another name, in one step, replacing a file of that name. */
  rename(from: string, to: string): Promise<void>;
  /** Resolves when the names in the folder are those that survive a power cut. */
  fsyncFolder(): Promise<void>;
}
