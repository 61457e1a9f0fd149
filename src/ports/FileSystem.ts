/** What is found in a folder. */
export interface FileEntry {
  /** Without its folder. */
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'other';
  /** bytes */
  readonly size: number;
  /** When its content was last changed, ms since the epoch. */
  readonly modified: number;
}

/**
 * The only door to files. Every method rejects with the error of the system underneath, whose `code` tells the cause
 * (`ENOENT` where there is no such file or folder).
 */
export interface FileSystem {
  /** What a folder holds, in the order of the names. An entry that vanishes meanwhile, or a link to nothing, is left out. */
  list(folder: string): Promise<readonly FileEntry[]>;
  /** The content of a file, bytes. */
  read(path: string): Promise<Uint8Array>;
  /** Makes a file with this content, or replaces what was there. */
  write(path: string, content: Uint8Array | string): Promise<void>;
  /** Makes a folder and those above it; one that is there already is no error. */
  makeFolder(path: string): Promise<void>;
  /** Gives a file or folder another name, replacing a file of that name. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file, or a folder with all it holds; nothing there is no error. */
  remove(path: string): Promise<void>;
}
