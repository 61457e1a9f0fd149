import mqtt, { type IPublishPacket } from 'mqtt';

type Base = InstanceType<typeof mqtt.Store>;
type StoredPacket = Parameters<Base['put']>[0];
type Found = Parameters<Base['get']>[1];

/**
 * Where mqtt.js keeps messages of QoS 2 between PUBLISH and PUBREL: not in this process's memory, as it would by itself, so that
 * a message is stored before PUBREC makes its sender forget it. What comes at PUBREL is a packet with the id alone.
 */
export class PacketStore extends mqtt.Store {
  readonly #take: (packet: IPublishPacket, done: () => void) => void;

  /** @param take stores a message; PUBREC is sent when `done` is called, and never when it is not */
  constructor(take: (packet: IPublishPacket, done: () => void) => void) {
    super();
    this.#take = take;
  }

  override put(packet: StoredPacket, done: Parameters<Base['put']>[1]): this {
    if (packet.cmd === 'publish') this.#take(packet, done);
    return this;
  }

  /** Found whether it is known or not: an unknown id is released and answered as well (MQTT 5, 4.3.3). */
  override get({ messageId = 0 }: Pick<StoredPacket, 'messageId'>, found: Found): this {
    found(undefined, { cmd: 'publish', qos: 2, messageId, topic: '', payload: '', dup: false, retain: false });
    return this;
  }

  override del(packet: Pick<StoredPacket, 'messageId'>, done: Parameters<Base['del']>[1]): this {
    done(undefined, packet as StoredPacket);
    return this;
  }
}
