import type { Reading } from './inputs';

/** Digits of a time in ms since the epoch. */
const TIME_DIGITS = 13;

/** Packet identifiers go from 1 to this one, and begin again. */
const LARGEST_IDENTIFIER = 0xffff;

interface Template {
  readonly bytes: Buffer;
  /** Where the time's digits begin. */
  readonly time: number;
  /** Where the packet identifier is; -1: it has none. */
  readonly identifier: number;
}

/** MQTT 3.1.1 PUBLISH packets made ahead, of which only time and packet identifier are filled in. */
export class PublishPackets {
  readonly #templates: readonly Template[];

  constructor(topic: string, qos: 0 | 1, all: readonly Reading[]) {
    this.#templates = all.map((reading) => template(topic, qos, reading));
  }

  /**
   * The packets of the messages `first` to `first + count - 1`, the readings in turn.
   * @param time when they are published: ms since the epoch; replaces that of the readings
   */
  take(first: number, count: number, time: number): Buffer {
    const parts = Array.from({ length: count }, (_, index) => this.#at(first + index));
    const all = Buffer.allocUnsafe(parts.reduce((sum, { bytes }) => sum + bytes.length, 0));
    const digits = Buffer.from(String(time), 'latin1');
    let at = 0;
    parts.forEach((part, index) => {
      part.bytes.copy(all, at);
      digits.copy(all, at + part.time);
      if (part.identifier >= 0) all.writeUInt16BE(((first + index) % LARGEST_IDENTIFIER) + 1, at + part.identifier);
      at += part.bytes.length;
    });
    return all;
  }

  #at(index: number): Template {
    const found = this.#templates[index % this.#templates.length];
    if (found === undefined) throw new Error('There are no readings to publish.');
    return found;
  }
}

function template(topic: string, qos: 0 | 1, reading: Reading): Template {
  const name = Buffer.from(`${topic}/${reading.sensor}`);
  const text = JSON.stringify(reading);
  const payload = Buffer.from(text);
  const identifier = qos === 0 ? 0 : 2;
  const remaining = 2 + name.length + identifier + payload.length;
  const head = Buffer.from([0x30 | (qos << 1), ...remainingLength(remaining), name.length >> 8, name.length & 0xff]);
  const begin = head.length + name.length;
  const time = text.indexOf(String(reading.time));
  if (String(reading.time).length !== TIME_DIGITS || Buffer.byteLength(text.slice(0, time)) !== time) {
    throw new Error(`The time of a reading must have ${TIME_DIGITS} digits, behind ASCII characters only: ${text}`);
  }
  return {
    bytes: Buffer.concat([head, name, Buffer.alloc(identifier), payload]),
    time: begin + identifier + time,
    identifier: qos === 0 ? -1 : begin,
  };
}

/** MQTT's variable length: seven bits a byte, the lowest first. */
function remainingLength(length: number): number[] {
  const bytes: number[] = [];
  let rest = length;
  do {
    const more = rest >= 0x80;
    bytes.push((rest & 0x7f) | (more ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return bytes;
}
