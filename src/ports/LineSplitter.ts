const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** A line that is longer than whoever reads may hold. */
export class LineTooLongError extends Error {
  override name = 'LineTooLongError';
  /** bytes that had come of it */
  readonly size: number;

  /** @param limit bytes */
  constructor(size: number, limit: number) {
    super(`A line of at least ${String(size)} bytes came, and at most ${String(limit)} are allowed.`);
    this.size = size;
  }
}

/**
 * Cuts bytes that arrive in pieces of any size into lines: each ends with a line feed, and a carriage return in front of it
 * belongs to the end. It looks at bytes, so a character that is split between two pieces stays whole. Holds no more than the
 * limit and one piece.
 */
export class LineSplitter {
  readonly #limit: number;
  /** The beginning of the line that has not ended; only the first `#size` bytes count. */
  #held = new Uint8Array(0);
  #size = 0;

  /** @param limit the most bytes in a line, without its end */
  constructor(limit = Infinity) {
    this.#limit = limit;
  }

  /** Bytes of the line that has not ended. */
  get held(): number {
    return this.#size;
  }

  /**
   * Hands out the lines that end in this piece, without their ends. A line may be a view into the piece.
   * @throws LineTooLongError after the lines in front of it were handed out; what was held is dropped
   */
  push(piece: Uint8Array, emit: (line: Uint8Array) => void): void {
    let begin = 0;
    for (let end = piece.indexOf(LINE_FEED); end !== -1; end = piece.indexOf(LINE_FEED, begin)) {
      const rest = piece.subarray(begin, end);
      begin = end + 1;
      emit(this.#finished(rest));
    }
    this.#hold(piece.subarray(begin));
  }

  /** The line that nothing ended, when no more will come; undefined where there is none. */
  end(): Uint8Array | undefined {
    if (this.#size === 0) return undefined;
    return this.#finished(new Uint8Array(0));
  }

  #finished(rest: Uint8Array): Uint8Array {
    let line = rest;
    if (this.#size > 0) {
      line = new Uint8Array(this.#size + rest.length);
      line.set(this.#held.subarray(0, this.#size));
      line.set(rest, this.#size);
      this.#drop();
    }
    if (line.at(-1) === CARRIAGE_RETURN) line = line.subarray(0, -1);
    if (line.length > this.#limit) throw new LineTooLongError(line.length, this.#limit);
    return line;
  }

  #hold(rest: Uint8Array): void {
    if (rest.length === 0) return;
    const size = this.#size + rest.length;
    // The last byte may turn out to belong to the end.
    if (size > this.#limit + 1) {
      this.#drop();
      throw new LineTooLongError(size, this.#limit);
    }
    if (size > this.#held.length) {
      // Doubled, so that a line that comes byte by byte is not copied for each of them.
      const larger = new Uint8Array(Math.max(size, Math.min(2 * this.#held.length, this.#limit + 1)));
      larger.set(this.#held.subarray(0, this.#size));
      this.#held = larger;
    }
    this.#held.set(rest, this.#size);
    this.#size = size;
  }

  #drop(): void {
    this.#held = new Uint8Array(0);
    this.#size = 0;
  }
}
