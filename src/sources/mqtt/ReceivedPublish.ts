import type { PayloadPlace } from '../Source';
import type { PublishMessage } from './PublishDecoder';

const RETAIN = 0x01;
const DUP = 0x08;

/**
 * A PUBLISH packet that lies in a block of bytes together with others. It says where its payload is: a view of its own for each of
 * 20,000 messages a second would take more memory than the messages themselves, until the batch that decodes them.
 */
export class ReceivedPublish implements PublishMessage, PayloadPlace {
  readonly topic: string;
  readonly block: Buffer;
  readonly start: number;
  readonly end: number;
  readonly packetId: number;
  readonly #first: number;

  /** @param first the first byte of the packet: its type, and what is said of it in single bits (MQTT 5, 3.3.1) */
  constructor(topic: string, block: Buffer, start: number, end: number, packetId: number, first: number) {
    this.topic = topic;
    this.block = block;
    this.start = start;
    this.end = end;
    this.packetId = packetId;
    this.#first = first;
  }

  /** Itself, so that there is no further object for each message. */
  get place(): PayloadPlace {
    return this;
  }

  get payload(): Buffer {
    return this.block.subarray(this.start, this.end);
  }

  get qos(): 0 | 1 | 2 {
    // The decoder refuses 3.
    return ((this.#first >> 1) & 3) as 0 | 1 | 2;
  }

  get retain(): boolean {
    return (this.#first & RETAIN) !== 0;
  }

  get dup(): boolean {
    return (this.#first & DUP) !== 0;
  }
}
