import { isUtf8 } from 'node:buffer';
import { MalformedPacketError } from './MalformedPacketError';

interface CachedTopic {
  readonly hash: number;
  readonly bytes: Uint8Array;
  readonly topic: string;
}

/** 4,096 slots: several times as many as the topics of a busy subscription. */
const SLOT_BITS = 12;
const SLOTS = 2 ** SLOT_BITS;

/** 2^32 divided by the golden ratio: a product with it has in its high bits something of all bits (Knuth, volume 3, 6.4). */
const GOLDEN = 0x9e3779b1;

/**
 * A topic is in one of so many slots from its own on. Where others have all of them it pushes one out, so hostile topics cannot make
 * the cache grow; with a single slot each, a third of 1,000 sensors would push each other out at every message.
 */
const PROBES = 4;

/** Bytes. Longer topics are rare and are decoded each time; 4,096 slots then hold 512 KiB of bytes at most. */
const LONGEST_CACHED_TOPIC = 128;

const NUMBER_SIGN = 0x23;
const PLUS_SIGN = 0x2b;

/**
 * Turns the bytes of topics into strings. Sensors repeat their topics for ever, so the same bytes give the very same
 * string, checked once: that is faster than decoding, and whoever uses topics as keys need not hash them again.
 */
export class TopicCache {
  readonly #slots: (CachedTopic | undefined)[] = new Array<CachedTopic | undefined>(SLOTS + PROBES - 1).fill(undefined);

  /**
   * The topic in `bytes[start, end)`, which must not be empty.
   * @throws MalformedPacketError when it is not UTF-8 or contains U+0000 or a wildcard (MQTT 5, 1.5.4 and 3.3.2.1)
   */
  topic(bytes: Buffer, start: number, end: number): string {
    if (end - start > LONGEST_CACHED_TOPIC) return decode(bytes, start, end);
    let hash = 0;
    for (let index = start; index < end; index++) hash = (Math.imul(hash, 31) + (bytes[index] ?? 0)) | 0;
    // Names that count up have sums that lie close together: spread them.
    const own = Math.imul(hash, GOLDEN) >>> (32 - SLOT_BITS);
    let place = own;
    for (let slot = own; slot < own + PROBES; slot++) {
      const cached = this.#slots[slot];
      if (cached === undefined) {
        place = slot;
        break;
      }
      if (cached.hash === hash && isSame(cached.bytes, bytes, start, end)) return cached.topic;
    }
    const topic = decode(bytes, start, end);
    this.#slots[place] = { hash, bytes: Uint8Array.prototype.slice.call(bytes, start, end), topic };
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
