import type { PreviewRecord } from './messages';

/** The most records of an example. */
const MOST_EXAMPLES = 20;

/**
 * The records of an example that the user wrote as JSON: an object with a payload is a whole record, an array of such several
 * records, anything else a payload. What a record does not say is empty, and its time is `now`.
 * @throws SyntaxError where it is not JSON
 */
export function readExample(json: string, now: number): readonly PreviewRecord[] {
  const value: unknown = JSON.parse(json);
  const records = Array.isArray(value) && value.length > 0 && value.every(isRecord) ? value : [value];
  return records.slice(0, MOST_EXAMPLES).map((record: unknown) => toRecord(record, now));
}

function isRecord(value: unknown): value is { readonly payload: unknown; readonly topic?: unknown; readonly key?: unknown; readonly time?: unknown } {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'payload');
}

function toRecord(value: unknown, now: number): PreviewRecord {
  if (!isRecord(value)) return { payload: value, topic: '', key: null, time: now };
  const { payload, topic, key, time } = value;
  return {
    payload,
    topic: typeof topic === 'string' ? topic : '',
    key: typeof key === 'string' || typeof key === 'number' || typeof key === 'boolean' ? key : null,
    time: typeof time === 'number' ? time : now,
  };
}
