import { type RecordKey } from '../DataRecord';
import { travels } from './travels';

/** A record as far as other threads see it. */
interface Portable {
  readonly payload: unknown;
  readonly topic: string;
  readonly key: RecordKey | undefined;
  readonly time: number;
}

/**
 * Records on their way to another thread, column by column: one message with few large parts costs a fraction of one with
 * an object a record.
 */
export interface PackedRecords {
  /** The payloads that are bytes, one behind the other. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** All other payloads. */
  readonly others: readonly unknown[];
  /** For each record where in `bytes` its payload ends; -1 where that is one of the others. */
  readonly ends: Float64Array<ArrayBuffer>;
  /** Each topic once. */
  readonly topics: readonly string[];
  /** The place of each record's topic in `topics`. */
  readonly topicOf: Uint32Array<ArrayBuffer>;
  /** Absent where no record has a key. */
  readonly keys: readonly (RecordKey | undefined)[] | undefined;
  /** ms since the epoch */
  readonly times: Float64Array<ArrayBuffer>;
  /** The order coordinates. */
  readonly orders: Float64Array<ArrayBuffer>;
}

/**
 * @param orderOf the order coordinate of a record
 * @param isBytes whether a payload travels as bytes
 * @returns undefined where a payload would not arrive as it is
 */
export function packRecords<Item extends Portable>(
  records: readonly Item[], orderOf: (record: Item) => number, isBytes: (payload: unknown) => payload is Uint8Array,
): PackedRecords | undefined {
  const count = records.length;
  const others: unknown[] = [];
  const ends = new Float64Array(count).fill(-1);
  const places = new Map<string, number>();
  const topicOf = new Uint32Array(count);
  let keys: (RecordKey | undefined)[] | undefined;
  const times = new Float64Array(count);
  const orders = new Float64Array(count);
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let index = 0; index < count; index++) {
    const record = records[index];
    if (record === undefined) break;
    const { payload, topic, key, time } = record;
    if (isBytes(payload)) {
      parts.push(payload);
      ends[index] = length += payload.byteLength;
    } else {
      if (!travels(payload)) return undefined;
      others.push(payload);
    }
    let place = places.get(topic);
    if (place === undefined) places.set(topic, place = places.size);
    topicOf[index] = place;
    if (key !== undefined) (keys ??= new Array<RecordKey | undefined>(count))[index] = key;
    times[index] = time;
    orders[index] = orderOf(record);
  }
  return { bytes: joined(parts, length), others, ends, topics: [...places.keys()], topicOf, keys, times, orders };
}

/** The memory of packed records that can go to another thread without a copy. */
export function memoryOf({ bytes, ends, topicOf, times, orders }: PackedRecords): ArrayBuffer[] {
  return [bytes.buffer, ends.buffer, topicOf.buffer, times.buffer, orders.buffer];
}

/** @param make is given payloads that are bytes as a view into memory that all of them share */
export function unpackRecords<Item>(
  packed: PackedRecords, make: (payload: unknown, topic: string, key: RecordKey | undefined, time: number, order: number) => Item,
): Item[] {
  const { bytes, others, ends, topics, topicOf, keys, times, orders } = packed;
  const records: Item[] = [];
  let begin = 0;
  let nextOther = 0;
  for (let index = 0; index < ends.length; index++) {
    const end = ends[index] ?? -1;
    const payload = end < 0 ? others[nextOther++] : bytes.subarray(begin, end);
    if (end >= 0) begin = end;
    records.push(make(payload, topics[topicOf[index] ?? 0] ?? '', keys?.[index], times[index] ?? 0, orders[index] ?? 0));
  }
  return records;
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let place = 0;
  for (const part of parts) {
    bytes.set(part, place);
    place += part.byteLength;
  }
  return bytes;
}
