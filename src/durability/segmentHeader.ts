import { readFileHeader, writeFileHeader, type FileKind } from './fileHeader';

/** The format of the log as a whole. */
export const LOG_FORMAT = 1;

const SEGMENT: FileKind = { magic: 'DSTREAML', format: LOG_FORMAT };

/** The largest header in bytes: more is not read. */
export const MAXIMUM_HEADER = 4096;

/** Where the segment in front ended, when the next one was begun. What it has beyond that counts for nothing. */
export interface SegmentEnd {
  readonly segment: number;
  /** bytes */
  readonly end: number;
  /** The number of its last frame; where it has none, of the last one in front of it. */
  readonly lastFrame: number;
}

export interface SegmentHeader {
  readonly graph: string;
  /** from 1 */
  readonly segment: number;
  /** Of the owner that wrote it; grows with every owner. */
  readonly epoch: number;
  /** The number of its first frame; frames are numbered from 1 through all segments. */
  readonly firstFrame: number;
  /** null: it is the first there ever was. */
  readonly previous: SegmentEnd | null;
  /**
   * How many frames were written together with the header: those at the end of the log of which nobody knows for certain whether
   * they survive a power cut. Where one of them is missing, the segment was never begun, and they are where they were.
   */
  readonly carried: number;
}

export function writeSegmentHeader({ graph, segment, epoch, firstFrame, previous, carried }: SegmentHeader): Buffer {
  return writeFileHeader(SEGMENT, { graph, segment, epoch, firstFrame, previous, carried });
}

/** As `FoundHeader`. */
export type ReadHeader =
  | { readonly header: SegmentHeader; readonly size: number }
  | { readonly newerFormat: number }
  | { readonly problem: string; readonly looksTorn: boolean };

/** @param bytes the beginning of a file, `MAXIMUM_HEADER` bytes of it or all there are */
export function readSegmentHeader(bytes: Uint8Array): ReadHeader {
  const found = readFileHeader(SEGMENT, bytes);
  return 'body' in found ? { header: found.body as SegmentHeader, size: found.size } : found;
}
