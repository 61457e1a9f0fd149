/** A key as users see it. */
export type RecordKey = string | number | boolean | null;

/**
 * The record's order coordinate: its place among all records that its graph has received. A symbol, so that user code that
 * lists or copies the properties of `msg` meets only what belongs to the message.
 */
export const ORDER: unique symbol = Symbol('order');

/** A record as operators pass it on. Shared between operators and branches, so nobody changes one. */
export class DataRecord {
  readonly payload: unknown;
  readonly topic: string;
  readonly key: RecordKey;
  /** When it arrived, or the end of the window it was computed for; ms since the epoch. */
  readonly time: number;
  readonly [ORDER]: number;

  constructor(payload: unknown, topic: string, key: RecordKey, time: number, order: number) {
    this.payload = payload;
    this.topic = topic;
    this.key = key;
    this.time = time;
    this[ORDER] = order;
  }
}

/**
 * A message as it was received: not decoded yet, without a key. Such records wait for their batch by the ten thousand, so one that came
 * in a block together with others only knows where it is: a view of its own would take more memory than all else.
 */
export class RawRecord {
  /** The payload, or the block that it is a part of. */
  readonly held: unknown;
  /** Where in the block the payload begins; -1: there is no block. */
  readonly start: number;
  readonly end: number;
  readonly topic: string;
  /** Undefined where it is still to be found. */
  readonly key: RecordKey | undefined;
  readonly time: number;
  readonly order: number;

  constructor(payload: unknown, topic: string, key: RecordKey | undefined, time: number, order: number, start = -1, end = -1) {
    this.held = payload;
    this.start = start;
    this.end = end;
    this.topic = topic;
    this.key = key;
    this.time = time;
    this.order = order;
  }

  /** One whose payload is a part of a block: the bytes from `start` to before `end`. */
  static within(block: Buffer, start: number, end: number, topic: string, time: number, order: number): RawRecord {
    return new RawRecord(block, topic, undefined, time, order, start, end);
  }

  get payload(): unknown {
    return this.start < 0 ? this.held : (this.held as Buffer).subarray(this.start, this.end);
  }
}
