import { isUtf8 } from 'node:buffer';
import { MalformedPacketError } from './MalformedPacketError';

interface CachedTopic {
  readonly bytes: Uint8Array;
  readonly topic: string;
}

/** A power of two. Topics that meet in one slot push each other out, so hostile topics cannot make the cache grow. */
const SLOTS = 1024;

/** Bytes. Longer topics are rare and are decoded each time; 1,024 slots then hold 128 KiB of bytes at most. */
const LONGEST_CACHED_TOPIC = 128;

const NUMBER_SIGN = 0x23;
const PLUS_SIGN = 0x2b;

/**
 * Turns the bytes of topics into strings. Sensors repeat their topics for ever, so the same bytes give the very same
 * string, checked once: that is faster than decoding, and whoever uses topics as keys need not hash them again.
 */
export class TopicCache {
  readonly #slots: (CachedTopic | undefined)[] = new Array<CachedTopic | undefined>(SLOTS).fill(undefined);

  /**
   * The topic in `bytes[start, end)`, which must not be empty.
   * @throws MalformedPacketError when it is not UTF-8 or contains U+0000 or a wildcard (MQTT 5, 1.5.4 and 3.3.2.1)
   */
  topic(bytes: Buffer, start: number, end: number): string {
    if (end - start > LONGEST_CACHED_TOPIC) return decode(bytes, start, end);
    let hash = 0;
    for (let index = start; index < end; index++) hash = (Math.imul(hash, 31) + (bytes[index] ?? 0)) | 0;
    // The low bits of the sum follow the last characters only; mix the high ones in.
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const cached = this.#slots[slot];
    if (cached !== undefined && isSame(cached.bytes, bytes, start, end)) return cached.topic;
    const topic = decode(bytes, start, end);
    this.#slots[slot] = { bytes: Uint8Array.prototype.slice.call(bytes, start, end), topic };
    return topic;
  }
}

function isSame(cached: Uint8Array, bytes: Buffer, start: number, end: number): boolean {
  if (cached.length !== end - start) return false;
  for (let index = 0; index < cached.length; index++) {
    if (cached[index] !== bytes[start + index]) return false;
  }
  return true;
}

function decode(bytes: Buffer, start: number, end: number): string {
  for (let index = start; index < end; index++) {
    const byte = bytes[index];
    if (byte === 0) throw unusable('contains U+0000', start, index);
    if (byte === NUMBER_SIGN || byte === PLUS_SIGN) throw unusable('contains a wildcard', start, index);
  }
  const topic = bytes.subarray(start, end);
  if (!isUtf8(topic)) throw new MalformedPacketError('topic', `The topic of ${String(end - start)} bytes is not UTF-8.`);
  return topic.toString('utf8');
}

function unusable(what: string, start: number, index: number): MalformedPacketError {
  return new MalformedPacketError('topic', `The topic ${what} at byte ${String(index - start)}.`);
}
