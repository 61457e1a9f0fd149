import { DecodingError } from './errors';

/** Reads what a `ByteWriter` wrote. Trusts nothing: a length is compared with what is there before anything is made for it. */
export class ByteReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  byte(): number {
    return this.#bytes[this.#advance(1)] ?? 0;
  }

  count(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw this.error('a number is too large');
      if (byte < 0x80) return value;
    }
  }

  /** A number of things of which each takes at least so many bytes. */
  countOf(smallest: number): number {
    const count = this.count();
    if (count * smallest > this.remaining) {
      throw this.error(`${count} things are announced, and only ${this.remaining} bytes follow`);
    }
    return count;
  }

  unsigned32(): number {
    return this.#bytes.readUInt32LE(this.#advance(4));
  }

  float64(): number {
    return this.#bytes.readDoubleLE(this.#advance(8));
  }

  /** A view, not a copy. */
  bytes(length: number): Buffer {
    const begin = this.#advance(length);
    return this.#bytes.subarray(begin, begin + length);
  }

  text(coding: 'utf8' | 'utf16le'): string {
    const length = this.count();
    const begin = this.#advance(length);
    return this.#bytes.toString(coding, begin, begin + length);
  }

  error(what: string): DecodingError {
    return new DecodingError(`At byte ${this.#offset} of ${this.#bytes.length}, ${what}: this is not what was written.`);
  }

  #advance(count: number): number {
    if (count > this.remaining) throw this.error(`${count} bytes are announced, and only ${this.remaining} follow`);
    const begin = this.#offset;
    this.#offset += count;
    return begin;
  }
}
