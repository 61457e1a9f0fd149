import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Up is from the client to the server, down is back. */
export type Direction = 'up' | 'down';

/** How bytes get through, until it is changed. */
export interface NetworkConditions {
  /** ms that every piece waits before it goes on, in each direction. */
  readonly delay?: number;
  /** Bytes a second in each direction; pieces get so small that they leave one by one. */
  readonly bandwidth?: number;
  /** Told of every piece when it is passed on, with the number of its connection, from 1. */
  readonly passed?: (direction: Direction, bytes: Buffer, connection: number) => void;
}

/** ms between two pieces where the bandwidth is limited. */
const PIECE_PERIOD = 5;

/** A network as bad as a test says, between a client and a server on 127.0.0.1. */
export class TcpProxy {
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #conditions: NetworkConditions;
  #server: Server | undefined;
  #port = 0;
  #connections = 0;
  /** Bytes down until all connections are cut. */
  #allowance = Infinity;
  /** Unresolved while nothing gets through. */
  #open: Promise<void> = Promise.resolve();
  #release: () => void = () => undefined;

  private constructor(target: number, conditions: NetworkConditions) {
    this.#target = target;
    this.#conditions = conditions;
  }

  /** @param target port of the server, which need not be there yet */
  static async start(target: number, conditions: NetworkConditions = {}): Promise<TcpProxy> {
    const proxy = new TcpProxy(target, conditions);
    await proxy.accept();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${String(this.#port)}`;
  }

  /** How many connections there have been. */
  get connections(): number {
    return this.#connections;
  }

  /** Changes how later bytes get through. */
  set conditions(conditions: NetworkConditions) {
    this.#conditions = conditions;
  }

  /** Nothing gets through any more, not even the end of a connection; new connections are made, and silent. */
  stall(): void {
    this.flow();
    this.#open = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  /** Ends a stall: what was held back goes on. */
  flow(): void {
    this.#release();
    this.#release = () => undefined;
  }

  /** Cuts every connection once so many more bytes have gone down, in the middle of a packet if it falls out so. */
  cutAfter(bytes: number): void {
    this.#allowance = bytes;
  }

  /** Cuts every connection at once. */
  cut(): void {
    this.#allowance = Infinity;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Cuts every connection and refuses new ones, as a machine does on which nobody listens. */
  async refuse(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = server === undefined ? undefined : new Promise((resolve) => server.close(resolve));
    this.cut();
    await closed;
  }

  /** Accepts connections again, at the same address. */
  async accept(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      this.#join(client);
    });
    this.#server = server;
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    await this.refuse();
    this.flow();
  }

  #join(client: Socket): void {
    const connection = ++this.#connections;
    const server = connect({ host: '127.0.0.1', port: this.#target, allowHalfOpen: true, noDelay: true });
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    }
    void this.#pump('up', client, server, connection);
    void this.#pump('down', server, client, connection);
  }

  /** Carries bytes one way until the connection ends, and the end after them. Never rejects. */
  async #pump(direction: Direction, from: Socket, to: Socket, connection: number): Promise<void> {
    try {
      for await (const bytes of from as AsyncIterable<Buffer>) {
        if (this.#conditions.delay !== undefined) await pause(this.#conditions.delay);
        for (let start = 0; start < bytes.length; ) {
          await this.#open;
          const { bandwidth } = this.#conditions;
          const size = bandwidth === undefined ? bytes.length : Math.max(1, Math.round((bandwidth * PIECE_PERIOD) / 1000));
          const piece = bytes.subarray(start, start + size);
          await this.#pass(direction, piece, to, connection);
          start += piece.length;
          if (bandwidth !== undefined) await pause((piece.length * 1000) / bandwidth);
        }
      }
      await this.#open;
      to.end();
    } catch {
      // A connection that breaks at one end is broken at the other, as soon as that can be known there.
      await this.#open;
      to.destroy();
    }
  }

  async #pass(direction: Direction, piece: Buffer, to: Socket, connection: number): Promise<void> {
    if (to.destroyed) throw new Error('The other end is gone.');
    const isDown = direction === 'down';
    const passing = isDown && piece.length > this.#allowance ? piece.subarray(0, this.#allowance) : piece;
    if (isDown) this.#allowance -= passing.length;
    this.#conditions.passed?.(direction, passing, connection);
    await new Promise<void>((resolve) => {
      to.write(passing, () => {
        resolve();
      });
    });
    if (isDown && this.#allowance <= 0) this.cut();
  }
}
