import type { DataRecord, RecordKey } from '../DataRecord';
import type { Sample } from '../Engine';
import { beginningOf, shownJson } from './shownJson';

/** Bytes of a topic or a key that are shown. */
const MOST_NAME_BYTES = 1024;

/** A record as plain JSON, whatever user code has put into it. @param bytes the most of JSON that its payload may have */
export function sampleOf({ payload, topic, key, time }: DataRecord, bytes: number): Sample {
  return { ...payloadOf(payload, bytes), topic: shortened(topic), key: keyOf(key), time: Number.isFinite(time) ? time : 0 };
}

function payloadOf(payload: unknown, bytes: number): Pick<Sample, 'payload' | 'truncated'> {
  const { text, isWhole } = shownJson(payload, bytes);
  if (isWhole) return { payload: JSON.parse(text) as unknown };
  // Of a text itself, not of its JSON with quotes and backslashes.
  return { payload: typeof payload === 'string' ? beginningOf(payload, bytes) : text, truncated: true };
}

function keyOf(key: RecordKey): RecordKey {
  if (typeof key === 'string') return shortened(key);
  return typeof key === 'number' && !Number.isFinite(key) ? String(key) : key;
}

function shortened(text: string): string {
  const beginning = beginningOf(text, MOST_NAME_BYTES);
  return beginning.length < text.length ? `${beginning}…` : text;
}
