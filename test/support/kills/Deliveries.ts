import { TcpProxy } from '../TcpProxy';
import { readingIn, parsed } from './reading';

const PUBLISH = 3;
const DUP = 0x08;

/**
 * Stands between the broker and a client, and notes what the broker delivers again (PUBLISH with the DUP flag). At QoS 1 a receiver
 * may keep these twice, and nothing else. How many there are is the broker's affair: mosquitto 2.0.11 sends its whole queue after a
 * reconnect with unacknowledged messages, whatever `max_inflight_messages` says.
 */
export class Deliveries {
  readonly #again = new Map<string, number>();
  readonly #rests = new Map<number, Buffer>();
  #proxy: TcpProxy | undefined;
  #count = 0;

  /** @param port of the broker */
  static async start(port: number): Promise<Deliveries> {
    const deliveries = new Deliveries();
    deliveries.#proxy = await TcpProxy.start(port, {
      passed: (direction, bytes, connection) => {
        if (direction === 'down') deliveries.take(bytes, connection);
      },
    });
    return deliveries;
  }

  get port(): number {
    return this.#proxy?.port ?? 0;
  }

  /** How many times the broker has delivered something again. */
  get count(): number {
    return this.#count;
  }

  /** How many times the broker has delivered this message again. */
  again(producer: string, sequence: number): number {
    return this.#again.get(`${producer} ${String(sequence)}`) ?? 0;
  }

  async stop(): Promise<void> {
    await this.#proxy?.stop();
  }

  /** Bytes from the broker, of MQTT 3.1.1. A packet that is not complete yet waits for the rest. */
  take(bytes: Buffer, connection: number): void {
    let rest = Buffer.concat([this.#rests.get(connection) ?? Buffer.alloc(0), bytes]);
    for (;;) {
      const size = remainingLength(rest);
      if (size === undefined || rest.length < size.header + size.body) break;
      this.#packet(rest[0] ?? 0, rest.subarray(size.header, size.header + size.body));
      rest = rest.subarray(size.header + size.body);
    }
    this.#rests.set(connection, rest);
  }

  #packet(first: number, body: Buffer): void {
    if (first >> 4 !== PUBLISH || (first & DUP) === 0) return;
    const payload = body.subarray(2 + body.readUInt16BE(0) + 2).toString('utf8');
    const reading = readingIn(parsed(payload));
    if (reading === undefined) return;
    const name = `${reading.producer} ${String(reading.sequence)}`;
    this.#again.set(name, (this.#again.get(name) ?? 0) + 1);
    this.#count++;
  }
}

/** MQTT 3.1.1, 2.2.3: seven bits a byte, the lowest first; undefined where the bytes end before it does. */
function remainingLength(bytes: Buffer): { readonly header: number; readonly body: number } | undefined {
  let body = 0;
  for (let index = 1; index <= 4 && index < bytes.length; index++) {
    const byte = bytes[index] ?? 0;
    body += (byte & 0x7f) * 128 ** (index - 1);
    if (byte < 128) return { header: index + 1, body };
  }
  return undefined;
}
