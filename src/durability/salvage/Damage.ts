/** A place in the log where nothing can be read. */
export interface Damage {
  /** Relative to the disk. */
  readonly file: string;
  /** Where it begins, bytes. */
  readonly offset: number;
  /** How far it goes; 0 where something is missing there, such as a whole file. */
  readonly bytes: number;
}

/** Records of a source, by their numbers: from `begin` up to and without `end`. */
export interface RecordSpan {
  readonly source: string;
  readonly begin: number;
  readonly end: number;
}

/**
 * What a log that has been salvaged has not any more. Of a source that nothing else in the log names, nothing can be told.
 * Plain data: it is kept in the log as a note.
 */
export interface Loss {
  readonly damage: readonly Damage[];
  /** Records that cannot be read. */
  readonly unreadable: readonly RecordSpan[];
  /**
   * Records that can be read and were given up all the same: which batch had them cannot be read, and that batch may have given
   * them to its sinks already.
   */
  readonly unassigned: readonly RecordSpan[];
  /** For sources of which newer records may be missing, without a trace of how many: the number of the first that may be. */
  readonly unknownFrom: ReadonlyMap<string, number>;
  /** The times of batches that are known to have been written down, and of which it cannot be read what they consisted of. */
  readonly batches: readonly number[];
  /** Packet ids of which it cannot be read whether they were released. They count as open, so that nothing comes twice. */
  readonly packetsInDoubt: number;
}

/** How many records there are in spans. */
export function countOf(spans: readonly RecordSpan[]): number {
  return spans.reduce((sum, { begin, end }) => sum + end - begin, 0);
}
