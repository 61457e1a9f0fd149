import net from 'node:net';
import type { AddressInfo } from 'node:net';
import mqttPacket, { type IConnectPacket, type Packet } from 'mqtt-packet';
import { bytesOf } from './packets';
import { until } from './until';

/** One connection of a client to a RawBroker. */
export interface Peer {
  readonly socket: net.Socket;
  /** What the client sent. */
  readonly packets: Packet[];
}

/** Answers a packet of the client, or leaves it. */
export type Answer = (packet: Packet, peer: Peer, count: number) => void;

/** A broker that does what a test says, right or wrong, on a port of 127.0.0.1. */
export class RawBroker {
  readonly peers: Peer[] = [];
  readonly #server: net.Server;

  /**
   * @param answer called for every packet, with the number of connections so far
   * @param protocolVersion that clients will speak
   */
  constructor(answer: Answer, protocolVersion: 3 | 4 | 5 = 4) {
    this.#server = net.createServer({ allowHalfOpen: true }, (socket) => {
      const peer: Peer = { socket, packets: [] };
      this.peers.push(peer);
      const count = this.peers.length;
      const parser = mqttPacket.parser({ protocolVersion });
      parser.on('packet', (packet: Packet) => {
        peer.packets.push(packet);
        answer(packet, peer, count);
      });
      socket.on('data', (bytes) => parser.parse(bytes));
      socket.on('error', () => undefined);
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `mqtt://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  /** The connection number `count`, from 1, once the client has sent a packet of this kind on it. */
  async peer(count: number, kind: Packet['cmd']): Promise<Peer> {
    let peer: Peer | undefined;
    await until(`${kind} on connection ${String(count)}`, () => {
      peer = this.peers[count - 1];
      return peer?.packets.some(({ cmd }) => cmd === kind) ?? false;
    });
    if (peer === undefined) throw new Error('There is no such connection.');
    return peer;
  }

  async close(): Promise<void> {
    for (const { socket } of this.peers) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export interface Manners {
  readonly protocolVersion?: 3 | 4 | 5;
  readonly sessionPresent?: boolean;
  readonly granted?: number;
}

/** Accepts connections and subscriptions and closes at DISCONNECT, as a broker should. */
export function politely({ protocolVersion = 4, sessionPresent = false, granted }: Manners = {}): Answer {
  return (packet, { socket }) => {
    if (packet.cmd === 'connect') {
      socket.write(bytesOf({ cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent }, protocolVersion));
    } else if (packet.cmd === 'subscribe') {
      const qos = granted ?? packet.subscriptions[0]?.qos ?? 0;
      socket.write(bytesOf({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [qos] }, protocolVersion));
    } else if (packet.cmd === 'disconnect') socket.end();
  };
}

/** The CONNECT packet of a connection. */
export function connectOf(peer: Peer): IConnectPacket {
  const packet = peer.packets[0];
  if (packet?.cmd !== 'connect') throw new Error('The first packet is not CONNECT.');
  return packet;
}

/** The ids that were acknowledged on a connection, in order. */
export function acknowledged(peer: Peer): number[] {
  return peer.packets.flatMap((packet) => (packet.cmd === 'puback' ? [packet.messageId ?? 0] : []));
}
