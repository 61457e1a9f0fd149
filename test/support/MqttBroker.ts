import { Aedes } from 'aedes';
import type { AedesOptions, Client } from 'aedes';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

/** An MQTT broker inside the test's own process, on a free port of 127.0.0.1. */
export class MqttBroker {
  readonly port: number;
  readonly #broker: Aedes;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(broker: Aedes, server: Server, sockets: Set<Socket>, port: number) {
    this.#broker = broker;
    this.#server = server;
    this.#sockets = sockets;
    this.port = port;
  }

  /**
   * @param port default: a free one. Give the old one to bring a broker back at the same address.
   * @param options whom the broker lets in and to what; default: everybody, to everything
   */
  static async start(port = 0, options: AedesOptions = {}): Promise<MqttBroker> {
    const broker = await Aedes.createBroker(options);
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      broker.handle(socket);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    const address = server.address();
    return new MqttBroker(broker, server, sockets, typeof address === 'object' && address !== null ? address.port : port);
  }

  get url(): string {
    return `mqtt://127.0.0.1:${String(this.port)}`;
  }

  /** The ids of the clients that are connected. */
  get clientIds(): readonly string[] {
    return Object.keys((this.#broker as unknown as { clients: Record<string, Client> }).clients);
  }

  /** Resolves when the broker has taken the message over. */
  publish(topic: string, payload: string | Buffer, options: { readonly qos?: 0 | 1 | 2; readonly retain?: boolean } = {}): Promise<void> {
    const { qos = 0, retain = false } = options;
    return new Promise((resolve, reject) => {
      this.#broker.publish({ cmd: 'publish', dup: false, qos, retain, topic, payload }, (error) => {
        if (error) {
          reject(error);
        } else {
          resolve();
        }
      });
    });
  }

  /** Cuts every connection without a word, as a failing network does. */
  cutConnections(): void {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  async stop(): Promise<void> {
    this.cutConnections();
    await new Promise<void>((resolve) => this.#server.close(() => { resolve(); }));
    await new Promise<void>((resolve) => { this.#broker.close(resolve); });
  }
}
