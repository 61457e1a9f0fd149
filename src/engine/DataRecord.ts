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

/** A message as it was received: not decoded yet, without a key. */
export class RawRecord {
  readonly payload: unknown;
  readonly topic: string;
  /** Undefined where it is still to be found. */
  readonly key: RecordKey | undefined;
  readonly time: number;
  readonly order: number;

  constructor(payload: unknown, topic: string, key: RecordKey | undefined, time: number, order: number) {
    this.payload = payload;
    this.topic = topic;
    this.key = key;
    this.time = time;
    this.order = order;
  }
}
