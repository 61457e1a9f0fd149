/** Where lines come from over TCP, and how many may. */
export interface TcpOptions {
  /** `connect`: this side calls a server, again whenever the connection ends. `listen`: others call here, several at once. */
  readonly role: 'connect' | 'listen';
  /** The server; for `listen`, the own address to be called at, all of them when empty. */
  readonly host: string;
  /** For `listen`, 0 lets the system choose. */
  readonly port: number;
  /** bytes in a line without its end; a longer one ends its connection */
  readonly maxLineLength?: number;
  /** how many may be connected at once (`listen`); others are turned away */
  readonly maxConnections?: number;
  /** bytes of lines that have not ended, over all connections; a connection that goes beyond is ended */
  readonly maxUnended?: number;
  /** ms between the first two attempts; it doubles up to half a minute */
  readonly retryDelay?: number;
  /** ms that an attempt to connect may take */
  readonly connectTimeout?: number;
}

export const TCP_DEFAULTS = {
  maxLineLength: 2 ** 20,
  maxConnections: 1000,
  maxUnended: 64 * 2 ** 20,
  retryDelay: 1000,
  connectTimeout: 10_000,
} as const;

/** ms; attempts do not become rarer than this. */
export const LONGEST_RETRY_DELAY = 30_000;
