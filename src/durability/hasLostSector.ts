/** The smallest piece that a disk writes whole, bytes. */
export const SECTOR = 512;

/**
 * Whether part of what was written at the end of a file never came to the disk: a power cut leaves sectors that have nothing but zeros
 * from where the writing began, or from their own beginning.
 * @param base where in the file the bytes begin
 * @param begin where in the file the writing began
 * @param end where it ended, at the latest
 * @param fileEnd where the file ends, or the bytes
 */
export function hasLostSector(bytes: Uint8Array, base: number, begin: number, end: number, fileEnd: number): boolean {
  for (let sector = begin - (begin % SECTOR); sector < end; sector += SECTOR) {
    const part = bytes.subarray(Math.max(begin, sector) - base, Math.min(sector + SECTOR, fileEnd) - base);
    if (part.length > 0 && part.every((byte) => byte === 0)) return true;
  }
  return false;
}
