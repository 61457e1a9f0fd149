import type { Connection, Network } from '../../ports/Network';
import { addressText, networkCause } from '../../ports/networkCause';
import { LineSplitter, LineTooLongError } from '../../ports/LineSplitter';
import { asError, IllegalArgumentError, StreamingError } from '../errors';
import { Receiver } from './Receiver';

/** The most bytes in a line when nothing else is said: 1 MiB. */
export const DEFAULT_LINE_LENGTH = 2 ** 20;

/** Makes records, in groups, of the bytes that a connection brings. */
export type SocketConverter<T> = (pieces: AsyncIterable<Uint8Array>) => AsyncIterable<readonly T[]>;

/** Connects to a server and receives what it sends. Whenever the connection ends, it is made again after a while. */
export class SocketReceiver<T> extends Receiver<T> {
  readonly #network: Network;
  readonly #host: string;
  readonly #port: number;
  readonly #convert: SocketConverter<T>;
  #connection: Connection | undefined;

  /** @throws IllegalArgumentError when there cannot be such an address */
  constructor(network: Network, host: string, port: number, convert: SocketConverter<T>) {
    super();
    if (typeof (host as unknown) !== 'string' || host === '') {
      throw new IllegalArgumentError(`A socket needs a host to connect to, 'localhost' for example, and got ${JSON.stringify(host)}.`);
    }
    if (!Number.isSafeInteger(port) || port < 1 || port > 65_535) {
      throw new IllegalArgumentError(`The port of ${host} is ${String(port)}; it must be a whole number from 1 to 65535.`);
    }
    this.#network = network;
    this.#host = host;
    this.#port = port;
    this.#convert = convert;
  }

  override get description(): string {
    return `socket ${this.#address}`;
  }

  onStart(): void {
    const connection = this.#network.connect(this.#host, this.#port);
    this.#connection = connection;
    void this.#receive(connection);
  }

  onStop(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  async #receive(connection: Connection): Promise<void> {
    const failure = await this.#failureOf(connection);
    // Closed on purpose, or another connection has been made since.
    if (connection !== this.#connection) return;
    this.restart(failure.message, failure.cause);
  }

  /** Receives until the connection ends, and says why it did. */
  async #failureOf(connection: Connection): Promise<{ message: string; cause?: Error }> {
    try {
      await connection.opened;
    } catch (thrown) {
      return {
        message: `No connection to ${this.#address}; start the program that listens there, or correct host and port`,
        cause: new StreamingError(networkCause(asError(thrown)), { cause: thrown }),
      };
    }
    try {
      for await (const records of this.#convert(connection.pieces)) {
        if (connection !== this.#connection) break;
        this.storeAll(records);
      }
    } catch (thrown) {
      const error = asError(thrown);
      const message = `Receiving from ${this.#address} failed; the connection is made again`;
      if (error instanceof LineTooLongError) return { message: `${message}, from the next line it sends`, cause: error };
      return { message, cause: new StreamingError(networkCause(error), { cause: error }) };
    }
    return { message: `${this.#address} has ended the connection after all it had to send; it is made again` };
  }

  get #address(): string {
    return addressText(this.#host, this.#port);
  }
}

/**
 * Lines of UTF-8. The last one counts although nothing ended it.
 * @param limit the most bytes in a line
 * @throws IllegalArgumentError unless the limit is a whole number above 0
 */
export function linesOf(limit: number): SocketConverter<string> {
  if (!Number.isSafeInteger(limit) || limit <= 0) {
    throw new IllegalArgumentError(`maxLineLength is ${String(limit)}; it must be a whole number of bytes above 0.`);
  }
  return async function* lines(pieces) {
    const splitter = new LineSplitter(limit);
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    let group: string[] = [];
    for await (const piece of pieces) {
      let failure: Error | undefined;
      try {
        splitter.push(piece, (line) => group.push(decoder.decode(line)));
      } catch (thrown) {
        failure = asError(thrown);
      }
      // The lines in front of one that is too long are there all the same.
      if (group.length > 0) yield group;
      group = [];
      if (failure !== undefined) throw failure;
    }
    const last = splitter.end();
    if (last !== undefined) yield [decoder.decode(last)];
  };
}

/** A user's converter, which gives its records one by one. */
export function oneByOne<T>(convert: (pieces: AsyncIterable<Uint8Array>) => AsyncIterable<T>): SocketConverter<T> {
  return async function* records(pieces) {
    for await (const record of convert(pieces)) yield [record];
  };
}
