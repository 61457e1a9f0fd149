/** A connection to another program. */
export interface Connection {
  /** Resolves when the connection stands; rejects, with the error of the system underneath, when it cannot be made. */
  readonly opened: Promise<void>;
  /**
   * The bytes that arrive, in pieces of any size. Ends when the other side has sent all; throws when the connection breaks or
   * is closed here. Nothing is read ahead of whoever takes the pieces. To be read once, after `opened`.
   */
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Ends the connection, or the attempt to make it, at once. */
  close(): void;
}

/** The only door to other machines. */
export interface Network {
  /** Begins to connect over TCP. */
  connect(host: string, port: number): Connection;
}
