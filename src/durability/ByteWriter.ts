const INITIAL_SIZE = 256;

/** Collects bytes; all numbers are little-endian. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(INITIAL_SIZE);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** What was written, in memory of its own. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#size);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#size++] = value;
  }

  /** A whole number from 0 to 2^53 - 1, seven bits a byte, the lowest first. */
  count(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#size++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#size++] = rest;
  }

  unsigned32(value: number): void {
    this.#reserve(4);
    this.#size = this.#bytes.writeUInt32LE(value, this.#size);
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#size = this.#bytes.writeDoubleLE(value, this.#size);
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#size);
    this.#size += value.length;
  }

  /** The length in bytes, then the text. */
  text(value: string, coding: 'utf8' | 'utf16le'): void {
    const length = Buffer.byteLength(value, coding);
    this.count(length);
    this.#reserve(length);
    this.#size += this.#bytes.write(value, this.#size, length, coding);
  }

  #reserve(count: number): void {
    const needed = this.#size + count;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = larger;
  }
}
