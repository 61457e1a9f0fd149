import type { Problem } from '../plan/Problem';
import type { OutputEvent, OutputRecord } from './Engine';

/**
 * The records of an output with a copy of each payload; one of which no copy can be made becomes null, and is told, so that
 * a bad record harms no other.
 */
export function portableRecords(
  event: OutputEvent,
  copy: (payload: unknown) => unknown,
): { readonly event: OutputEvent; readonly problem: Problem | undefined } {
  let failed = 0;
  let reason = '';
  const records = event.records.map((record): OutputRecord => {
    try {
      return { ...record, payload: copy(record.payload) };
    } catch (thrown) {
      failed++;
      reason = thrown instanceof Error ? thrown.message : String(thrown);
      return { ...record, payload: null };
    }
  });
  const copied = { ...event, records };
  if (failed === 0) return { event: copied, problem: undefined };
  return {
    event: copied,
    problem: {
      nodeId: event.operator,
      code: 'payload-not-portable',
      what: `${String(failed)} of ${String(event.records.length)} payloads could not be handed over and became null: ${reason}`,
      why: 'Results leave their graph as plain data; functions and very deep objects cannot.',
      fix: 'Let the map function return plain data.',
    },
  };
}
