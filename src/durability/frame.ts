import { checksum } from './checksum';
import { SECTOR } from './hasLostSector';

/**
 * A frame is one entry of a log file:
 *
 *     mark 0xD5 | type 1 | length 4 | durable 4 | checksum of the payload 4 | checksum of what is in front of it 4 | payload | mark 0xB5
 *
 * Numbers are little-endian, checksums CRC-32. Both checksums begin with the frame's place (log, segment, offset), so that a frame
 * that turns up elsewhere does not pass. The head has a checksum of its own, so that a flipped length cannot look like a file that
 * ends too early. `durable` is how much of the file was known to survive a power cut when the frame was written: it proves, of
 * every byte in front of it, that the loss of it is damage, not a write that a power cut tore.
 *
 * What a power cut leaves of a file that grew is whole sectors, present or all zeros, up to some length (etcd's rule, 512 bytes).
 * So that nothing that was written whole can look like that, a frame begins and ends with a byte that has many ones,
 * and a payload with 512 zeros in a row is kept as base64 text.
 */
export const FRAME_HEAD = 18;

/** Bytes that a frame takes beside its payload. */
export const FRAME_OVERHEAD = FRAME_HEAD + 1;

/** The largest payload in bytes, base64 included. What reads a frame has this much of memory for it. */
export const MAXIMUM_PAYLOAD = 64 * 1024 * 1024;

/** Types of frames are below this; above, the payload is base64 text. */
const BASE64 = 0x80;

const BEGIN_MARK = 0xd5;
const END_MARK = 0xb5;
const ZEROS = Buffer.alloc(SECTOR);

/** What a frame's place is reckoned from. Depends on nothing that is in the file. */
export function segmentSeed(graph: string, segment: number): number {
  return checksum(`${segment}/${graph}`);
}

/** What is to be written, ready: how long the frame becomes is known without writing it. */
export interface FrameContent {
  /** 0 to 127 */
  readonly type: number;
  readonly payload: Uint8Array;
}

/** A payload in the form in which it is stored. */
export function frameContent(type: number, payload: Uint8Array): FrameContent {
  const view = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  if (view.length < SECTOR || !view.includes(ZEROS)) return { type, payload };
  return { type: type | BASE64, payload: Buffer.from(view.toString('base64'), 'latin1') };
}

/** The type that was given to `frameContent`. */
export function storedType(type: number): number {
  return type < BASE64 ? type : type - BASE64;
}

/** The payload as it was given to `frameContent`; a view of it where it was stored as it is. */
export function payloadOf({ type, payload }: FrameContent): FrameContent {
  if (type < BASE64) return { type, payload };
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('latin1');
  return { type: type - BASE64, payload: Buffer.from(text, 'base64') };
}

/**
 * Writes a frame into bytes that are to be appended to a segment.
 * @param at where in these bytes
 * @param seed of the segment
 * @param offset where the frame begins in its file
 * @param durable bytes of the file that are known to survive a power cut
 * @returns where in the bytes the frame ends
 */
export function writeFrame(
  target: Buffer, at: number, { type, payload }: FrameContent, seed: number, offset: number, durable: number,
): number {
  const place = placeOf(seed, offset);
  target[at] = BEGIN_MARK;
  target[at + 1] = type;
  target.writeUInt32LE(payload.length, at + 2);
  target.writeUInt32LE(durable, at + 6);
  target.writeUInt32LE(checksum(payload, place), at + 10);
  target.writeUInt32LE(checksum(target.subarray(at, at + 14), place), at + 14);
  target.set(payload, at + FRAME_HEAD);
  const end = at + FRAME_HEAD + payload.length;
  target[end] = END_MARK;
  return end + 1;
}

/** What the head of a frame says, once its checksum was right. */
export interface FrameHead {
  readonly type: number;
  /** bytes of the payload */
  readonly length: number;
  readonly durable: number;
  readonly checksum: number;
}

/**
 * Reads the head of a frame.
 * @param at where in the bytes it begins; at least `FRAME_HEAD` bytes follow
 * @returns undefined where there is none
 */
export function readFrameHead(bytes: Buffer, at: number, seed: number, offset: number): FrameHead | undefined {
  if (bytes[at] !== BEGIN_MARK) return undefined;
  if (checksum(bytes.subarray(at, at + 14), placeOf(seed, offset)) !== bytes.readUInt32LE(at + 14)) return undefined;
  return {
    type: bytes[at + 1] ?? 0,
    length: bytes.readUInt32LE(at + 2),
    durable: bytes.readUInt32LE(at + 6),
    checksum: bytes.readUInt32LE(at + 10),
  };
}

/**
 * Whether the rest of a frame fits its head.
 * @param at where in the bytes the frame begins; it is there to its end
 */
export function isWholeFrame(bytes: Buffer, at: number, head: FrameHead, seed: number, offset: number): boolean {
  const begin = at + FRAME_HEAD;
  const end = begin + head.length;
  return bytes[end] === END_MARK && checksum(bytes.subarray(begin, end), placeOf(seed, offset)) === head.checksum;
}

/** Where in these bytes the next frame may begin, from `at` on; -1 where none can. */
export function nextBeginMark(bytes: Buffer, at: number): number {
  return bytes.indexOf(BEGIN_MARK, at);
}

function placeOf(seed: number, offset: number): number {
  PLACE.writeUInt32LE(offset);
  return checksum(PLACE, seed);
}

const PLACE = Buffer.alloc(4);
