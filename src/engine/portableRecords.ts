import type { Problem } from '../plan/Problem';
import type { OutputEvent, OutputRecord } from './Engine';
import { textOf } from './textOf';

/** How deep a payload may be nested; deeper ones would overflow the stack of whoever copies or shows them. */
export const DEEPEST_PAYLOAD = 512;

/** What was found out about a payload before it is handed over. */
interface Inspection {
  /** Why it cannot be handed over; undefined where it can. */
  readonly obstacle: string | undefined;
  /** Whether there are bytes in it, which the other side has to wrap. */
  readonly bytes: boolean;
}

const NOTHING_SPECIAL: Inspection = { obstacle: undefined, bytes: false };

/** Looks through a payload once, without recursion; parts that are shared or contain themselves are looked at once. */
export function inspect(payload: unknown): Inspection {
  if (typeof payload !== 'object' || payload === null) {
    return typeof payload === 'function' || typeof payload === 'symbol' ? { obstacle: `it is a ${typeof payload}`, bytes: false } : NOTHING_SPECIAL;
  }
  let bytes = false;
  const seen = new Set<object>([payload]);
  let level: object[] = [payload];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > DEEPEST_PAYLOAD) return { obstacle: `it is nested deeper than ${String(DEEPEST_PAYLOAD)} levels`, bytes };
    const next: object[] = [];
    for (const value of level) {
      if (ArrayBuffer.isView(value)) {
        bytes = true;
        continue;
      }
      for (const member of Object.values(value) as unknown[]) {
        if (typeof member === 'object' && member !== null) {
          if (!seen.has(member)) {
            seen.add(member);
            next.push(member);
          }
        } else if (typeof member === 'function' || typeof member === 'symbol') {
          return { obstacle: `there is a ${typeof member} in it`, bytes };
        }
      }
    }
    level = next;
  }
  return { obstacle: undefined, bytes };
}

/** An output with what cannot be handed over replaced by null, and the problem that tells of it. */
export interface PortableOutput {
  readonly event: OutputEvent;
  readonly problem: Problem | undefined;
  /** Whether any payload has bytes in it. */
  readonly bytes: boolean;
}

/**
 * Makes an output fit to be handed over: one payload that cannot be harms no other.
 * @param copy makes a copy of a sound payload, or gives it back; where it throws, the payload cannot be handed over either
 */
export function portableRecords(event: OutputEvent, copy: (payload: unknown) => unknown): PortableOutput {
  let failed = 0;
  let reason = '';
  let bytes = false;
  const records = event.records.map((record): OutputRecord => {
    try {
      // User code may have made an object that throws where it is looked at.
      const found = inspect(record.payload);
      bytes ||= found.bytes;
      if (found.obstacle !== undefined) throw new TypeError(found.obstacle);
      const payload = copy(record.payload);
      return payload === record.payload ? record : { ...record, payload };
    } catch (thrown) {
      failed++;
      reason = textOf(thrown);
      return { ...record, payload: null };
    }
  });
  const portable = { ...event, records };
  if (failed === 0) return { event: portable, problem: undefined, bytes };
  return {
    event: portable,
    bytes,
    problem: {
      nodeId: event.operator,
      code: 'payload-not-portable',
      what: `${String(failed)} of ${String(event.records.length)} payloads could not be handed over and became null: ${reason}`,
      why: 'Results leave their graph as plain data; functions and very deep objects cannot.',
      fix: 'Let the map function return plain data.',
    },
  };
}
