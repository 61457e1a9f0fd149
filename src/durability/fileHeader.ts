import { checksum } from './checksum';
import { decode, encode } from './encoding';
import { hasLostSector } from './hasLostSector';

/**
 * How every file here begins:
 *
 *     magic 8 | format 4 | length of the body 4 | CRC-32 of these 4 | body, encoded | CRC-32 of all that 4 | mark 0xB5
 *
 * The first checksum is there so that a flipped length cannot look like a file that ends too early. This stays the same in every
 * format, so that any version can tell that a file is too new for it.
 */
export interface FileKind {
  /** 8 characters */
  readonly magic: string;
  /** What this version writes; it reads no newer one. */
  readonly format: number;
}

/**
 * A body and the size of the header in bytes; a newer format's number; or why there is no header, as a clause, and whether a power
 * cut in the middle of writing it leaves just this.
 */
export type FoundHeader =
  | { readonly body: unknown; readonly size: number }
  | { readonly newerFormat: number }
  | { readonly problem: string; readonly looksTorn: boolean };

const PREFIX = 16;
const BODY = 20;
const END_MARK = 0xb5;

export function writeFileHeader({ magic, format }: FileKind, body: unknown): Buffer {
  const encoded = encode(body);
  const bytes = Buffer.alloc(BODY + encoded.length + 5);
  bytes.write(magic, 'latin1');
  bytes.writeUInt32LE(format, 8);
  bytes.writeUInt32LE(encoded.length, 12);
  bytes.writeUInt32LE(checksum(bytes.subarray(0, PREFIX)), PREFIX);
  bytes.set(encoded, BODY);
  bytes.writeUInt32LE(checksum(bytes.subarray(0, BODY + encoded.length)), BODY + encoded.length);
  bytes[bytes.length - 1] = END_MARK;
  return bytes;
}

/** Where a header ends, as its beginning says, be that damaged or not; undefined where there are too few bytes. */
export function headerEnd(bytes: Buffer): number | undefined {
  return bytes.length < PREFIX ? undefined : BODY + bytes.readUInt32LE(12) + 5;
}

/** @param bytes the beginning of a file: as much of it as a header may take, or all there is */
export function readFileHeader({ magic, format }: FileKind, bytes: Uint8Array): FoundHeader {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < BODY) return { problem: `${buffer.length} bytes are too few for a header`, looksTorn: true };
  const isLost = (end: number): boolean => hasLostSector(buffer, 0, 0, end, buffer.length);
  if (buffer.toString('latin1', 0, magic.length) !== magic) {
    return { problem: `it does not begin with ${magic}`, looksTorn: isLost(BODY) };
  }
  if (buffer.readUInt32LE(PREFIX) !== checksum(buffer.subarray(0, PREFIX))) {
    return { problem: 'the checksum of its beginning does not match', looksTorn: isLost(BODY) };
  }
  const end = BODY + buffer.readUInt32LE(12);
  if (end + 5 > buffer.length) {
    return { problem: `its header announces ${end + 5} bytes, and ${buffer.length} are there`, looksTorn: true };
  }
  if (buffer.readUInt32LE(end) !== checksum(buffer.subarray(0, end)) || buffer[end + 4] !== END_MARK) {
    return { problem: 'the checksum of its header does not match', looksTorn: isLost(end + 5) };
  }
  const found = buffer.readUInt32LE(8);
  if (found > format) return { newerFormat: found };
  return { body: decode(buffer.subarray(BODY, end)), size: end + 5 };
}
