import { checkFunction } from '../checkFunction';
import { DEFAULT_LINE_LENGTH, linesOf, oneByOne, SocketReceiver } from '../receiver/SocketReceiver';
import { StreamingContext } from '../StreamingContext';
import type { DStream } from './DStream';

declare module '../StreamingContext' {
  interface StreamingContext {
    /**
     * Lines of UTF-8 text that a server sends. When the connection ends, it is made again after 2,000 ms.
     * @param options.maxLineLength bytes; a longer line is an error, and the connection is made again; 1 MiB when left out
     * @throws IllegalArgumentError when there cannot be such an address, or a line of that length
     * @throws IllegalStateError where the context was given no network
     */
    socketTextStream(host: string, port: number, options?: { readonly maxLineLength?: number }): DStream<string>;
    /**
     * The records that a function makes, one by one, of the bytes that a server sends; it is called for each connection anew.
     * Nothing is received ahead of what it takes.
     * @throws IllegalArgumentError for what is no function, and when there cannot be such an address
     * @throws IllegalStateError where the context was given no network
     */
    socketStream<T>(host: string, port: number, converter: (pieces: AsyncIterable<Uint8Array>) => AsyncIterable<T>): DStream<T>;
  }
}

StreamingContext.prototype.socketTextStream = function (
  this: StreamingContext,
  host: string,
  port: number,
  options: { readonly maxLineLength?: number } = {},
): DStream<string> {
  const convert = linesOf(options.maxLineLength ?? DEFAULT_LINE_LENGTH);
  return this.receiverStream(new SocketReceiver(this.network, host, port, convert));
};

StreamingContext.prototype.socketStream = function <T>(
  this: StreamingContext,
  host: string,
  port: number,
  converter: (pieces: AsyncIterable<Uint8Array>) => AsyncIterable<T>,
): DStream<T> {
  const shape = '(pieces) => records, both to be awaited one by one; for lines of text use socketTextStream';
  checkFunction('socketStream', shape, converter);
  return this.receiverStream(new SocketReceiver(this.network, host, port, oneByOne(converter)));
};
