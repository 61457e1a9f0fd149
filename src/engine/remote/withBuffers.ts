import type { OutputEvent } from '../Engine';

/** Bytes come out of another thread as Uint8Array; Node-RED's nodes expect Buffer, wherever in a payload they are. */
export function withBuffers(event: OutputEvent): OutputEvent {
  return { ...event, records: event.records.map((record) => ({ ...record, payload: wrap(record.payload) })) };
}

function wrap(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (Array.isArray(value)) {
    const items = value as unknown[];
    items.forEach((item, index) => {
      if (typeof item === 'object') items[index] = wrap(item);
    });
  } else if (Object.getPrototypeOf(value) === Object.prototype) {
    for (const [name, item] of Object.entries(value)) {
      if (typeof item !== 'object' || item === null) continue;
      const wrapped = wrap(item);
      if (wrapped !== item) Object.defineProperty(value, name, { value: wrapped, enumerable: true, writable: true, configurable: true });
    }
  }
  return value;
}
