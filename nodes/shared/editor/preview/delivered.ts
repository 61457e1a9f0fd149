import { canonicalText } from '../../../../src/operators/keys';
import type { MapMode, PreviewRecord } from './messages';

/** What user code made of one record, by the rules of the runtime's map (a test holds the two together). */
export function delivered(
  mode: Exclude<MapMode, 'batch'>,
  result: unknown,
  record: PreviewRecord,
  payloadOnly: boolean,
): readonly PreviewRecord[] {
  switch (mode) {
    case 'map':
      return result === undefined ? [] : [toRecord(result, record, payloadOnly)];
    case 'filter':
      return (payloadOnly ? isTrueInJSONata(result) : Boolean(result)) ? [record] : [];
    case 'keyBy':
      if (result === undefined) throw new TypeError('keyBy needs a key, and the function gave nothing; null is a key as well.');
      return [{ ...record, key: previewKey(result) }];
    case 'flatMap':
      if (result === undefined) return [];
      if (Array.isArray(result)) return toRecords(result, record, payloadOnly);
      if (!payloadOnly) throw new TypeError(`flatMap needs an array of results, and the function returned ${describe(result)}.`);
      return [toRecord(result, record, true)];
  }
}

/** The same for the mode batch: results stand for the batch, so what they do not say is empty, and their time is the batch's. */
export function deliveredOfBatch(result: unknown, batchTime: number, payloadOnly: boolean): readonly PreviewRecord[] {
  if (result === undefined) return [];
  const pattern = { payload: undefined, topic: '', key: null, time: batchTime };
  if (Array.isArray(result)) return toRecords(result, pattern, payloadOnly);
  if (payloadOnly) return [toRecord(result, pattern, true)];
  throw new TypeError(`A function over a whole batch needs an array of results, and it returned ${describe(result)}.`);
}

/** Any value as a record's key: texts, numbers and booleans as they are, nothing as null, everything else as its canonical text. */
export function previewKey(value: unknown): PreviewRecord['key'] {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    default:
      return value === undefined || value === null ? null : canonicalText(value);
  }
}

function toRecords(results: readonly unknown[], record: PreviewRecord, payloadOnly: boolean): readonly PreviewRecord[] {
  return results.filter((item) => item !== undefined).map((item) => toRecord(item, record, payloadOnly));
}

/** An object with a payload is a whole record, any other value its payload. */
function toRecord(result: unknown, record: PreviewRecord, payloadOnly: boolean): PreviewRecord {
  if (payloadOnly || typeof result !== 'object' || result === null || !Object.hasOwn(result, 'payload')) {
    return { payload: result, topic: record.topic, key: record.key, time: record.time };
  }
  const message = result as { payload: unknown; topic?: unknown; key?: unknown; time?: unknown };
  return {
    payload: message.payload,
    topic: typeof message.topic === 'string' ? message.topic : record.topic,
    key: Object.hasOwn(message, 'key') ? previewKey(message.key) : record.key,
    time: typeof message.time === 'number' ? message.time : record.time,
  };
}

/** JSONata's own idea of truth: empty texts, arrays and objects are false, and arrays of nothing but false. */
function isTrueInJSONata(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isTrueInJSONata);
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
