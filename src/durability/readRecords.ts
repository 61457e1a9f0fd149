import { readEntry } from './entries';
import type { FrameSpan } from './Held';
import type { SegmentedLog } from './SegmentedLog';

/** Records of a source as they came from the log. */
export interface StoredRecords {
  readonly source: string;
  /** The number of the first of them. */
  readonly first: number;
  readonly records: readonly unknown[];
}

/** Which records are to be read, and where they are. */
export interface RecordRange {
  /** For each source, the first record and the one after the last. */
  readonly sources: ReadonlyMap<string, { readonly begin: number; readonly end: number }>;
  /** The first and the last frame that have any of them; undefined: there are none. */
  readonly frames: FrameSpan | undefined;
}

/** Reads records from the log; where a batch ends in the middle of a frame, only those that belong to it. */
export async function readRecords(
  log: SegmentedLog, { sources, frames }: RecordRange, visit: (records: StoredRecords) => void,
): Promise<void> {
  if (frames === undefined) return;
  await log.read(frames.first, frames.last, ({ type, payload }) => {
    const entry = readEntry(type, payload);
    if (entry?.kind !== 'records') return;
    const { source, first, records } = entry;
    const range = sources.get(source);
    if (range === undefined) return;
    const begin = Math.max(range.begin, first);
    const end = Math.min(range.end, first + records.length);
    if (begin < end) visit({ source, first: begin, records: records.slice(begin - first, end - first) });
  });
}
