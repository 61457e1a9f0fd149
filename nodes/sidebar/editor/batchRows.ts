import type { ActiveBatch } from '../../../src/flow/monitor/snapshot';
import type { GraphHistory } from './GraphHistory';

/** A line of the list of batches. */
export interface BatchRow {
  /** ms since the epoch */
  readonly time: number;
  readonly records: number;
  readonly state: 'queued' | 'processing' | 'completed' | 'failed';
  /** How long it waited, ms; of one that is not finished, how old it is. */
  readonly delay: number;
  /** ms; absent while it is not finished */
  readonly processing?: number;
  /** Whether it took longer than the batch interval that it had. */
  readonly isLong: boolean;
}

/** The most batches that the list shows. */
export const MOST_ROWS = 50;

/** Newest first: those that wait or run, then those that are finished. @param interval of those that are not, ms */
export function batchRows(history: GraphHistory, active: readonly ActiveBatch[], interval: number): BatchRow[] {
  const rows = active.map(({ batchTime, records, state, age }): BatchRow => {
    return { time: batchTime, records, state, delay: age, isLong: age > interval };
  });
  rows.reverse();
  const { times, records, schedulingDelays, processingDelays, intervals, failed } = history.batches;
  for (let i = history.length - 1; i >= 0 && rows.length < MOST_ROWS; i--) {
    const processing = processingDelays[i] ?? 0;
    rows.push({
      time: times[i] ?? 0,
      records: records[i] ?? 0,
      state: failed[i] === 1 ? 'failed' : 'completed',
      delay: schedulingDelays[i] ?? 0,
      processing,
      isLong: processing > (intervals[i] ?? interval),
    });
  }
  return rows.slice(0, MOST_ROWS);
}
