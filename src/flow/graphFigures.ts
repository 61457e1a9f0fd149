import type { BatchEvent, OperatorProgress, UpdateReport } from '../engine/Engine';

/** What became of the operators when the graph was changed last. */
export interface LastUpdate extends UpdateReport {
  /** ms since the epoch */
  readonly time: number;
}

/** What is known of a running graph: for the monitoring pages, and for whoever asks over HTTP. */
export interface GraphFigures {
  /** The graph's id. */
  readonly graph: string;
  /** ms */
  readonly batchInterval: number;
  /** By operator, since the graph started; at most a second old while batches run. */
  readonly operators: Readonly<Record<string, OperatorProgress>>;
  readonly lastBatch?: BatchEvent;
  /** Absent until a deploy has changed the graph while it ran. */
  readonly lastUpdate?: LastUpdate;
  /** Why it ended by itself. */
  readonly failure?: string;
}
