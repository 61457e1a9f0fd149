import type { BatchEvent, DurabilityFigures, OperatorProgress, UpdateReport } from '../engine/Engine';
import type { Guarantee } from '../plan/guarantees';

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
  /** Absent where the graph has no checkpoint, and until it has told of it. */
  readonly durability?: Omit<DurabilityFigures, 'state'> & {
    /** `ended`: the graph ended by itself; `failure` says why. */
    readonly state: DurabilityFigures['state'] | 'ended';
  };
  /** What each sink promises, by its id. */
  readonly guarantees: Readonly<Record<string, Guarantee>>;
  /** Ids of the operators, as drawn or as they run, that can be reset; absent where the graph has no checkpoint. */
  readonly states?: readonly string[];
  /** Why it ended by itself. */
  readonly failure?: string;
  /** Why the drawing that was deployed last does not run, while the one before does. */
  readonly refusal?: string;
}
