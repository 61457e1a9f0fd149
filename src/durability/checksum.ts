import { crc32 } from 'node:zlib';

/**
 * CRC-32 of bytes or of a text in UTF-8.
 * @param seed the checksum of what is in front of them
 */
export function checksum(content: Uint8Array | string, seed = 0): number {
  // zlib forgets the seed where there are no bytes at all.
  return content.length === 0 ? seed : crc32(content, seed);
}
