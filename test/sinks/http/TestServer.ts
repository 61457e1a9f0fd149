import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export interface Received {
  readonly headers: http.IncomingHttpHeaders;
  readonly url: string;
  readonly method: string;
  readonly body: string;
}

/** What the server does with one request; the default is 200. */
export type Answering = (request: Received, response: http.ServerResponse, socket: Socket) => void;

/** An HTTP server on 127.0.0.1 that does as it is told. */
export class TestServer {
  readonly received: Received[] = [];
  readonly #server: http.Server;
  readonly #sockets = new Set<Socket>();
  answer: Answering = (_, response) => {
    response.end('ok');
  };

  private constructor(tls: https.ServerOptions | undefined) {
    const listener: http.RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { headers, url = '', method = '' } = request;
        const received = { headers, url, method, body: Buffer.concat(chunks).toString('latin1') };
        this.received.push(received);
        this.answer(received, response, request.socket);
      });
    };
    this.#server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(port = 0, tls?: https.ServerOptions): Promise<TestServer> {
    const server = new TestServer(tls);
    await new Promise<void>((resolve) => server.#server.listen(port, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get bodies(): string[] {
    return this.received.map(({ body }) => body);
  }

  get connections(): number {
    return this.#sockets.size;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
