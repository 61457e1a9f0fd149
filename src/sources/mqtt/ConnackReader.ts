const CONNACK = 2;

/** What a broker says at the beginning of a connection. */
export interface Connack {
  readonly isAccepted: boolean;
  /** In MQTT 3.1 the byte that this comes from is reserved. */
  readonly sessionPresent: boolean;
}

/**
 * Finds in the bytes of a connection the packet that each begins with, however they are cut. (MQTT 5, 3.2: type, remaining length,
 * session present, reason code.)
 */
export class ConnackReader {
  readonly #head: number[] = [];

  /** Takes the next bytes. @returns what they say as soon as that is known; undefined until then */
  read(bytes: Buffer): Connack | undefined {
    const head = this.#head;
    for (const byte of bytes) {
      head.push(byte);
      let flags = 2;
      while (flags < 5 && (head[flags - 1] ?? 0x80) >= 0x80) flags++;
      const reasonCode = head[flags + 1];
      if (reasonCode === undefined) continue;
      return { isAccepted: (head[0] ?? 0) >> 4 === CONNACK && reasonCode === 0, sessionPresent: ((head[flags] ?? 0) & 1) === 1 };
    }
    return undefined;
  }
}
