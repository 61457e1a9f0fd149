/** Records of one source, as they came from the log. */
export interface LoggedRecords {
  readonly source: string;
  readonly records: readonly unknown[];
}

/** What a batch consists of; written before it runs, so that it consists of the same when it runs again. */
export interface LoggedBatch {
  /** ms since the epoch */
  readonly time: number;
  /** For each source, the number of the first of its records that is not in this batch any more; records count from 0. */
  readonly upTo: ReadonlyMap<string, number>;
  /** What inputs that can read again are to read, by input: plain data. */
  readonly external: ReadonlyMap<string, unknown>;
  readonly data: unknown;
}

/** What is left of an earlier run. */
export interface EarlierRun {
  /** The newest state, and the last batch that is in it; undefined where there is none. */
  readonly checkpoint:
    | { readonly batch: number; readonly data: unknown; readonly sections: ReadonlyMap<string, Uint8Array> }
    | undefined;
  /** The batches after it, in order. */
  readonly batches: readonly LoggedBatch[];
  /** How many records of each source are there, and how many of them are in no batch. */
  readonly sources: ReadonlyMap<string, { readonly next: number; readonly waiting: number }>;
  /** ms since the epoch; undefined where no batch ever ran */
  readonly lastBatch: number | undefined;
  /** Checkpoints that could not be read, and where they were put. */
  readonly quarantined: readonly string[];
  /** The records of one of the batches, source by source or mixed, those of a source in their order. */
  recordsOf(time: number): Promise<readonly LoggedRecords[]>;
  /** The records that are in no batch, in the order in which they came. */
  readWaiting(visit: (records: LoggedRecords) => void): Promise<void>;
}

/** Where a context keeps what must not be lost. Implemented outside, over files; `encode` and `decode` are for plain data only. */
export interface RecoveryLog {
  /** For messages. */
  readonly location: string;
  readonly earlier: EarlierRun;
  /**
   * Resolves when the records survive.
   * @throws an error at once, and nothing is kept, where a record cannot be encoded
   */
  append(source: string, records: readonly unknown[]): Promise<void>;
  /** Resolves when a batch may run. */
  intend(batch: LoggedBatch): Promise<void>;
  /** Keeps the state after a batch: the next start begins there. */
  checkpoint(batch: number, sections: ReadonlyMap<string, Uint8Array>, data: unknown): Promise<void>;
  /** @throws an error that says where in the value something is that cannot be kept */
  encode(value: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
  close(): Promise<void>;
}
