import type { OutputEvent } from '../Engine';

/** Bytes come out of another thread as Uint8Array; Node-RED's nodes expect Buffer, wherever in a payload they are. */
export function withBuffers(event: OutputEvent): OutputEvent {
  return { ...event, records: event.records.map((record) => ({ ...record, payload: wrap(record.payload, new Set()) })) };
}

/** @param seen what has been looked at: payloads may share parts, or contain themselves */
function wrap(value: unknown, seen: Set<object>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) {
    return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  if (seen.has(value)) return value;
  seen.add(value);
  if (Array.isArray(value)) {
    const items = value as unknown[];
    items.forEach((item, index) => {
      if (typeof item === 'object') items[index] = wrap(item, seen);
    });
  } else if (Object.getPrototypeOf(value) === Object.prototype) {
    for (const [name, item] of Object.entries(value)) {
      const wrapped = wrap(item, seen);
      // Defined, not assigned: the name may be __proto__.
      if (wrapped !== item) Object.defineProperty(value, name, { value: wrapped, enumerable: true, writable: true, configurable: true });
    }
  }
  return value;
}
