const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The longest line that becomes a record, in bytes. */
export const LONGEST_LINE = 1024 * 1024;

/**
 * Cuts pieces of a file, as they are read, into lines: `\n` or `\r\n` ends a line, the last one needs no end. Lines without
 * content and a byte order mark at the beginning are left out, and lines of more than 1 MiB, which are counted. It never holds
 * more than one line.
 */
export class LineCutter {
  /** Lines that were too long. */
  tooLong = 0;
  /** Bytes that were taken in and are part of no line given yet. */
  #rest: Buffer[] = [];
  #restLength = 0;
  #skipping = false;
  #beginning: boolean;

  /** @param beginning whether the first piece is the beginning of a file */
  constructor(beginning = true) {
    this.#beginning = beginning;
  }

  /** Bytes taken in that belong to a line whose end has not come. */
  get pending(): number {
    return this.#restLength;
  }

  /** The lines that end in this piece. They share its memory. */
  take(piece: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let from = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, from)) {
      this.#end(piece.subarray(from, end), lines);
      from = end + 1;
    }
    this.#keep(piece.subarray(from));
    return lines;
  }

  /** The last line, where the file does not end in a line end. */
  end(): Buffer[] {
    const lines: Buffer[] = [];
    if (this.#restLength > 0) this.#end(Buffer.alloc(0), lines);
    return lines;
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return;
    this.#restLength += part.length;
    // Two more for a line end that may come in two pieces.
    if (this.#restLength > LONGEST_LINE + 2) {
      this.#skipping = true;
      this.#rest = [];
    }
    if (!this.#skipping) this.#rest.push(part);
  }

  #end(part: Buffer, lines: Buffer[]): void {
    const whole = this.#rest.length === 0 ? part : Buffer.concat([...this.#rest, part]);
    const skipped = this.#skipping;
    this.#rest = [];
    this.#restLength = 0;
    this.#skipping = false;
    const line = this.#withoutEnds(whole);
    if (skipped || line.length > LONGEST_LINE) this.tooLong++;
    else if (line.length > 0) lines.push(line);
  }

  #withoutEnds(line: Buffer): Buffer {
    const marked = this.#beginning && line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf;
    this.#beginning = false;
    const end = line.at(-1) === CARRIAGE_RETURN ? line.length - 1 : line.length;
    return line.subarray(marked ? 3 : 0, end);
  }
}
