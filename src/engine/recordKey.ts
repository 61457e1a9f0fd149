import { canonicalText } from '../operators/keys';
import type { RecordKey } from './DataRecord';

/** Any value as a record's key: texts, numbers and booleans as they are, nothing as null, everything else as its canonical text. */
export function recordKey(value: unknown): RecordKey {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    case 'undefined':
      return null;
    default:
      return value === null ? null : canonicalText(value);
  }
}
