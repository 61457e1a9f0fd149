import mqttPacket, { type Packet } from 'mqtt-packet';

/** The bytes of a packet, made by mqtt-packet. */
export function bytesOf(packet: Packet, protocolVersion: 3 | 4 | 5 = 4): Buffer {
  return mqttPacket.generate(packet, { protocolVersion });
}

export interface Publish {
  readonly topic: string;
  readonly payload?: string | Buffer;
  readonly qos?: 0 | 1 | 2;
  readonly retain?: boolean;
  readonly dup?: boolean;
  readonly messageId?: number;
  readonly properties?: { readonly topicAlias?: number; readonly messageExpiryInterval?: number };
}

/** The bytes of a PUBLISH packet. */
export function publishBytes(publish: Publish, protocolVersion: 3 | 4 | 5 = 4): Buffer {
  const { payload = '', qos = 0, retain = false, dup = false, ...rest } = publish;
  return bytesOf({ cmd: 'publish', payload, qos, retain, dup, ...rest }, protocolVersion);
}

/** A PUBLISH packet written byte by byte: for what mqtt-packet refuses to write. Lengths below 128 only. */
export function rawPublish(first: number, topic: Buffer, rest: readonly number[]): Buffer {
  return Buffer.from([first, 2 + topic.length + rest.length, topic.length >> 8, topic.length & 0xff, ...topic, ...rest]);
}

/** The chunks between the given places, in order; places outside are ignored. */
export function split(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...new Set(places.filter((place) => place > 0 && place < bytes.length))].sort((a, b) => a - b);
  return [0, ...sorted].map((start, index) => Buffer.from(bytes.subarray(start, sorted[index] ?? bytes.length)));
}
