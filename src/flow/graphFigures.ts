import type { BatchEvent, OperatorProgress } from '../engine/Engine';

/** What is known of a running graph: for the monitoring pages, and for whoever asks over HTTP. */
export interface GraphFigures {
  /** The graph's id. */
  readonly graph: string;
  /** ms */
  readonly batchInterval: number;
  /** By operator, since the graph started; at most a second old while batches run. */
  readonly operators: Readonly<Record<string, OperatorProgress>>;
  readonly lastBatch?: BatchEvent;
  /** Why it ended by itself. */
  readonly failure?: string;
}
