import type { Socket } from 'node:net';
import { LineSplitter } from '../../ports/LineSplitter';
import type { SourceMessage } from '../Source';

/** Whoever runs a connection could not take its messages. */
export class NotTakenError extends Error {
  override name = 'NotTakenError';
}

export interface LineConnectionEvents {
  store(messages: readonly SourceMessage[]): Promise<void> | undefined;
  /** The bytes of the line that has not ended have become more, or fewer, by `change`. */
  held(change: number): void;
  /** Told once, when all has been handed over. Without an error the other side had sent all it wanted to. */
  ended(error: Error | undefined): void;
}

/**
 * Makes messages of the lines that a socket brings, the lines of a piece at once. While messages are being stored nothing more
 * is read, so that what is in memory stays below a piece and the longest line, and the other side has to wait.
 */
export class LineConnection {
  readonly #socket: Socket;
  readonly #topic: string;
  readonly #splitter: LineSplitter;
  readonly #events: LineConnectionEvents;
  #held = 0;
  #error: Error | undefined;
  #closed = false;

  /** @param limit the most bytes in a line */
  constructor(socket: Socket, topic: string, limit: number, events: LineConnectionEvents) {
    this.#socket = socket;
    this.#topic = topic;
    this.#splitter = new LineSplitter(limit);
    this.#events = events;
    socket.on('data', (piece: Buffer) => {
      this.#take(piece);
    });
    socket.on('end', () => {
      this.#takeLast();
    });
    socket.on('error', (error) => {
      this.#error ??= error;
    });
    socket.on('close', () => {
      this.#socketClosed();
    });
  }

  /** Bytes of the line that has not ended. */
  get held(): number {
    return this.#held;
  }

  /** Ends the connection at once, for this reason. */
  fail(error: Error): void {
    this.#error ??= error;
    this.#socket.destroy();
  }

  /** Ends the connection at once; nothing is stored any more, and nothing told. */
  close(): void {
    this.#closed = true;
    this.#socket.destroy();
  }

  #take(piece: Buffer): void {
    const messages: SourceMessage[] = [];
    try {
      this.#splitter.push(piece, (line) => messages.push(this.#message(line)));
    } catch (thrown) {
      this.fail(thrown as Error);
    }
    // The lines in front of one that is too long are there all the same.
    this.#store(messages);
    this.#countHeld();
  }

  /** A line counts although the end of the connection is all that ends it. */
  #takeLast(): void {
    try {
      const last = this.#splitter.end();
      if (last !== undefined) this.#store([this.#message(last)]);
    } catch (thrown) {
      this.fail(thrown as Error);
    }
  }

  #message(line: Uint8Array): SourceMessage {
    return { payload: Buffer.from(line.buffer, line.byteOffset, line.byteLength), topic: this.#topic };
  }

  #countHeld(): void {
    const change = this.#splitter.held - this.#held;
    this.#held += change;
    if (change !== 0) this.#events.held(change);
  }

  #store(messages: readonly SourceMessage[]): void {
    if (messages.length === 0 || this.#closed) return;
    const refused = (thrown: unknown): void => {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      this.fail(new NotTakenError(`${String(messages.length)} lines could not be taken: ${why}`));
    };
    let stored: Promise<void> | undefined;
    try {
      stored = this.#events.store(messages);
    } catch (thrown) {
      refused(thrown);
    }
    if (stored === undefined) return;
    this.#socket.pause();
    stored.then(() => this.#socket.resume(), refused);
  }

  #socketClosed(): void {
    if (this.#held > 0) this.#events.held(-this.#held);
    this.#held = 0;
    if (this.#closed) return;
    this.#closed = true;
    this.#events.ended(this.#error);
  }
}
