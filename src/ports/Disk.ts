/** What is found in a folder of a disk. */
export interface DiskEntry {
  /** Without its folder. */
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'other';
}

/** A file that was made by `Disk.create` and is open for writing at its end; nothing that was written can be changed. */
export interface AppendFile {
  /**
   * Writes all of these bytes at the end. They survive the end of the process, and a power cut only after `fsync`.
   * Where it rejects, any part of the bytes may have been written: such a file is given up, never written to again.
   */
  append(bytes: Uint8Array): Promise<void>;
  /**
   * Resolves when what was appended survives a power cut. A failure is final: systems forget which pages they could not
   * write, so that trying again would report success for bytes that are gone (Rebello et al., USENIX ATC 2020).
   */
  fsync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The door to files that must not be lost: what survives a power cut is said for every step. `FileSystem` is another door, for
 * records that are read and written as whole files; it promises nothing about power cuts, and its simulation need not either.
 * Two small interfaces keep each of their simulations honest.
 *
 * All paths are relative to one folder, `location`; names are separated by `/`, and no path leads out of that folder. The
 * folder and all in it belong to its owner alone (modes 0700 and 0600, where the system knows such). Every method rejects with
 * the error of the system underneath, whose `code` tells the cause: `ENOENT`, `EEXIST`, `ENOSPC`, `EDQUOT`, `EIO`, ...
 */
export interface Disk {
  /** Where paths begin, for messages. */
  readonly location: string;
  /** Makes a folder and those above it, which then survive a power cut; one that is there is no error. `''` is the location. */
  makeFolder(folder: string): Promise<void>;
  /** What a folder holds, in the order of the names. */
  list(folder: string): Promise<readonly DiskEntry[]>;
  /** The size of a file in bytes; undefined where there is no such file. */
  size(path: string): Promise<number | undefined>;
  /** At most `length` bytes from `offset` on; fewer only where the file ends. Never follows a link. */
  read(path: string, offset: number, length: number): Promise<Uint8Array>;
  /** Makes a file that was not there (`EEXIST` otherwise). The file survives a power cut only after `fsyncFolder`. */
  create(path: string): Promise<AppendFile>;
  /** Resolves when the names in a folder (files made, renamed, removed) are those that survive a power cut. */
  fsyncFolder(folder: string): Promise<void>;
  /** Gives a file another name, in one step, replacing a file of that name. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; nothing there is no error. */
  remove(path: string): Promise<void>;
  /** Removes a folder that has nothing in it (`ENOTEMPTY` otherwise); nothing there is no error. */
  removeFolder(folder: string): Promise<void>;
}
