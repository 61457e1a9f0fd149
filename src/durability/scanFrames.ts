import type { Disk } from '../ports/Disk';
import {
  FRAME_HEAD, FRAME_OVERHEAD, isWholeFrame, MAXIMUM_PAYLOAD, nextBeginMark, payloadOf, readFrameHead, type FrameContent,
} from './frame';
import { hasLostSector, SECTOR } from './hasLostSector';

/** Bytes that are read at a time. */
const CHUNK = 1024 * 1024;

/** Why no frame begins where one could. */
export interface FrameProblem {
  /** bytes from the beginning of the file */
  readonly offset: number;
  /** A clause for messages. */
  readonly what: string;
  /** Whether a power cut in the middle of a write leaves just this; damage does not. */
  readonly looksTorn: boolean;
}

/** The part of a file that is to be read. */
export interface FrameRange {
  readonly path: string;
  /** of the segment */
  readonly seed: number;
  /** Where the first frame begins. */
  readonly begin: number;
  /** Where the last one ends at the latest. */
  readonly end: number;
  /** After so many frames the range ends as well. */
  readonly frames?: number;
}

/**
 * Reads frame after frame, a chunk at a time, until the range ends or no frame begins.
 * @param visit gets each frame, where it begins, and how much of the file it knew to be durable; its payload may be a view of
 *   memory that is used again afterwards
 * @returns where the last good frame ends, and why none follows there, unless the range ends
 */
export async function scanFrames(
  disk: Disk, range: FrameRange, visit: (frame: FrameContent, offset: number, durable: number) => void,
): Promise<{ readonly end: number; readonly problem?: FrameProblem }> {
  const { path, seed, end } = range;
  let base = range.begin;
  let bytes: Buffer = Buffer.alloc(0);
  let offset = range.begin;
  let left = range.frames ?? Infinity;
  /** Makes sure that so many bytes from `offset` on are in memory, or all there are. */
  const load = async (count: number): Promise<void> => {
    const wanted = Math.min(count, end - offset);
    if (offset - base + wanted <= bytes.length) return;
    bytes = asBuffer(await disk.read(path, offset, Math.min(Math.max(CHUNK, wanted), end - offset)));
    base = offset;
  };
  while (offset < end && left > 0) {
    const rest = end - offset;
    await load(Math.min(CHUNK, rest));
    // All frames that are in memory as a whole are visited without waiting.
    let needed = 0;
    while (offset < end && needed === 0 && left > 0) {
      const at = offset - base;
      const available = bytes.length - at;
      const problem = (what: string, looksTorn: boolean): FrameProblem => ({ offset, what, looksTorn });
      if (end - offset < FRAME_OVERHEAD) {
        return { end: offset, problem: problem(`${end - offset} bytes are too few for a frame`, true) };
      }
      if (available < FRAME_OVERHEAD) {
        needed = FRAME_OVERHEAD;
        break;
      }
      const head = readFrameHead(bytes, at, seed, offset);
      if (head === undefined) {
        await load(FRAME_HEAD + 2 * SECTOR);
        return { end: offset, problem: problem('no frame begins here', hasLostSector(bytes, base, offset, offset + FRAME_HEAD, end)) };
      }
      const size = head.length + FRAME_OVERHEAD;
      if (head.length > MAXIMUM_PAYLOAD) {
        return { end: offset, problem: problem(`a frame of ${head.length} bytes is announced, and none is that large`, false) };
      }
      if (offset + size > end) {
        return { end: offset, problem: problem(`a frame of ${size} bytes begins, and only ${end - offset} follow`, true) };
      }
      if (available < size) {
        needed = size;
      } else if (isWholeFrame(bytes, at, head, seed, offset)) {
        const payload = bytes.subarray(at + FRAME_HEAD, at + FRAME_HEAD + head.length);
        visit(payloadOf({ type: head.type, payload }), offset, head.durable);
        offset += size;
        left--;
      } else {
        await load(size + SECTOR);
        const looksTorn = hasLostSector(bytes, base, offset, offset + size, end);
        return { end: offset, problem: problem('the checksum of a frame does not match', looksTorn) };
      }
    }
    if (needed > 0) {
      const before = bytes.length - (offset - base);
      await load(needed);
      if (bytes.length - (offset - base) < Math.min(needed, end - offset)) {
        const what = `only ${before} bytes could be read, and ${Math.min(needed, end - offset)} should be there`;
        return { end: offset, problem: { offset, what, looksTorn: false } };
      }
    }
  }
  return { end: offset };
}

/**
 * Whether a frame further on in the file says that the byte at `offset` was known to survive a power cut. If so, something that
 * counted as safe is gone: no torn write explains it.
 */
export async function isProvenDurable(disk: Disk, { path, seed, begin, end }: FrameRange): Promise<boolean> {
  for (let base = begin; base < end; base += CHUNK) {
    const bytes = asBuffer(await disk.read(path, base, Math.min(CHUNK + FRAME_HEAD, end - base)));
    for (let at = nextBeginMark(bytes, 0); at !== -1 && at + FRAME_HEAD <= bytes.length; at = nextBeginMark(bytes, at + 1)) {
      const head = readFrameHead(bytes, at, seed, base + at);
      if (head !== undefined && head.durable > begin) return true;
    }
  }
  return false;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
