import type { OfferedMessage } from '../engine/Engine';
import { canonicalJson } from '../plan/canonical';
import type { KeySource } from '../plan/Plan';
import { portable } from './portable';
import type { FlowMessage } from './Runtime';

/**
 * The part of an ordinary message that becomes a record. `req`, `res` and whatever else a message carries stay behind; only
 * a key that is found there is taken along.
 * @param property reads a property of the message by its path
 * @throws RangeError for a payload that cannot travel
 */
export function offeredMessage(
  message: FlowMessage,
  key: KeySource | undefined,
  property: (message: FlowMessage, path: string) => unknown,
): OfferedMessage {
  const { topic } = message;
  const offered = {
    payload: portable(message.payload),
    topic: typeof topic === 'string' ? topic : typeof topic === 'number' || typeof topic === 'boolean' ? String(topic) : '',
  };
  if (key?.from !== 'property' || travels(key.property)) return offered;
  const value = keyValue(property(message, key.property));
  return value === undefined ? offered : { ...offered, key: value };
}

/** Whether a property belongs to the part of the message that travels anyway. */
function travels(path: string): boolean {
  return /^(payload|topic)(?![\w$])/.test(path);
}

function keyValue(value: unknown): string | number | boolean | null | undefined {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    case 'object':
      try {
        return value === null ? null : canonicalJson(portable(value));
      } catch {
        return undefined;
      }
    default:
      return undefined;
  }
}
