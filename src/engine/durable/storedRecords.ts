import { RawRecord, type RecordKey } from '../DataRecord';

/** A received message as the log holds it. The places are in files: add further ones at the end only. */
type StoredRecord = readonly [payload: unknown, topic: string, key: RecordKey | undefined, time: number, order: number];

export function toStored(record: RawRecord): unknown {
  const stored: StoredRecord = [record.payload, record.topic, record.key, record.time, record.order];
  return stored;
}

export function fromStored(stored: unknown): RawRecord {
  const [payload, topic, key, time, order] = stored as StoredRecord;
  return new RawRecord(payload, topic, key, time, order);
}
