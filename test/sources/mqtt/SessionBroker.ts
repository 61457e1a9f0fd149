import type { Packet } from 'mqtt-packet';
import { bytesOf, publishBytes } from './packets';
import { type Peer, RawBroker } from './RawBroker';

/**
 * Where a connection can break between the packets of a message of QoS 2. `lost`: the packet was sent and never arrives;
 * `heard`: it arrives, and nothing after it.
 */
export const PLACES = [
  'PUBLISH heard', 'PUBREC lost', 'PUBREC heard', 'PUBREL heard', 'PUBCOMP lost', 'PUBCOMP heard',
] as const;
export type Place = (typeof PLACES)[number];

interface Message {
  readonly payload: string;
  readonly qos: 1 | 2;
  readonly packetId: number;
  sent: boolean;
  received: boolean;
}

/** A broker with the session that the standard asks for (MQTT 5, 4.3 and 4.4), which breaks connections where a test says. */
export class SessionBroker {
  /** Asked at every place of every message: whether the connection breaks there. */
  breaks: (place: Place, payload: string) => boolean = () => false;
  /** Called when it did. */
  broken: (place: Place) => void = () => undefined;
  /** Payloads that were sent again. */
  readonly resent: string[] = [];
  /** PUBREC and PUBCOMP that came in another order than their PUBLISH and PUBREL. */
  disorders = 0;
  readonly #raw: RawBroker;
  readonly #version: 4 | 5;
  readonly #window: number;
  #queue: { readonly payload: string; readonly qos: 1 | 2 }[] = [];
  #inflight = new Map<number, Message>();
  /** Ids whose PUBREC, and ids whose PUBCOMP is to come on this connection, in order. */
  #awaited: { pubrec: number[]; pubcomp: number[] } = { pubrec: [], pubcomp: [] };
  #peer: Peer | undefined;
  #hasSession = false;
  #isSubscribed = false;
  #lastId = 0;

  constructor(version: 4 | 5, window = 20) {
    this.#version = version;
    this.#window = window;
    this.#raw = new RawBroker((packet, peer) => {
      this.#hear(packet, peer);
    }, version);
  }

  listen(): Promise<string> {
    return this.#raw.listen();
  }

  close(): Promise<void> {
    return this.#raw.close();
  }

  get outstanding(): number {
    return this.#queue.length + this.#inflight.size;
  }

  publish(payload: string, qos: 1 | 2): void {
    this.#queue.push({ payload, qos });
    this.#sendMore();
  }

  cut(): void {
    this.#peer?.socket.destroy();
    this.#peer = undefined;
  }

  /** Forgets the session, as a broker does that restarts without a disk. What it had not sent is published again. */
  forget(): void {
    this.cut();
    const open = [...this.#inflight.values()].filter(({ sent }) => !sent);
    this.#inflight = new Map();
    this.#queue = [...open, ...this.#queue];
    this.#lastId = 0;
    this.#hasSession = false;
    this.#isSubscribed = false;
  }

  #hear(packet: Packet, peer: Peer): void {
    if (packet.cmd === 'connect') {
      this.#peer = peer;
      this.#awaited = { pubrec: [], pubcomp: [] };
      const sessionPresent = this.#hasSession;
      this.#hasSession = true;
      // What is under way may come in one chunk with CONNACK.
      peer.socket.cork();
      peer.socket.write(bytesOf({ cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent }, this.#version));
      for (const message of this.#inflight.values()) this.#send(message);
      peer.socket.uncork();
    }
    if (peer !== this.#peer) return;
    if (packet.cmd === 'subscribe') {
      peer.socket.write(bytesOf({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [2] }, this.#version));
      this.#isSubscribed = true;
      this.#sendMore();
    }
    if (packet.cmd === 'disconnect') peer.socket.end();
    if (packet.cmd !== 'puback' && packet.cmd !== 'pubrec' && packet.cmd !== 'pubcomp') return;
    const packetId = packet.messageId ?? 0;
    const message = this.#inflight.get(packetId);
    if (packet.cmd !== 'puback' && this.#awaited[packet.cmd].shift() !== packetId) this.disorders++;
    if (message === undefined) return;
    if (packet.cmd === 'pubrec') {
      if (this.#breakAt('PUBREC lost', message)) return;
      message.received = true;
      if (this.#breakAt('PUBREC heard', message)) return;
      this.#send(message);
      return;
    }
    if (packet.cmd === 'pubcomp' && this.#breakAt('PUBCOMP lost', message)) return;
    this.#inflight.delete(packetId);
    if (packet.cmd === 'pubcomp' && this.#breakAt('PUBCOMP heard', message)) return;
    this.#sendMore();
  }

  #sendMore(): void {
    while (this.#peer !== undefined && this.#isSubscribed && this.#queue.length > 0 && this.#inflight.size < this.#window) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      // Few ids, so that they come again soon.
      do this.#lastId = (this.#lastId % (this.#window + 2)) + 1;
      while (this.#inflight.has(this.#lastId));
      const message = { ...next, packetId: this.#lastId, sent: false, received: false };
      this.#inflight.set(message.packetId, message);
      this.#send(message);
    }
  }

  #send(message: Message): void {
    const peer = this.#peer;
    if (peer === undefined) return;
    const { payload, qos, packetId: messageId, sent, received } = message;
    if (received) {
      this.#awaited.pubcomp.push(messageId);
      peer.socket.write(bytesOf({ cmd: 'pubrel', messageId }, this.#version), () => {
        this.#breakAt('PUBREL heard', message, peer);
      });
      return;
    }
    if (sent) this.resent.push(payload);
    message.sent = true;
    if (qos === 2) this.#awaited.pubrec.push(messageId);
    peer.socket.write(publishBytes({ topic: 'site/a', payload, qos, messageId, dup: sent }, this.#version), () => {
      this.#breakAt('PUBLISH heard', message, peer);
    });
  }

  /** @returns whether the connection broke */
  #breakAt(place: Place, { payload }: Message, peer = this.#peer): boolean {
    if (peer === undefined || peer !== this.#peer || !this.breaks(place, payload)) return false;
    this.#peer = undefined;
    // What was written before still arrives.
    if (place.endsWith('heard') && place.startsWith('PUB')) peer.socket.destroySoon();
    else peer.socket.destroy();
    this.broken(place);
    return true;
  }
}
