// What the runtime tells an editor that looks at the Streaming sidebar: JSON over the admin API. Ids are those of running nodes.
// Imports nothing, so that browser code can use these types.

/** Answer of `GET /dstream/monitor`, asked once a second while somebody looks, and never sent otherwise. */
export interface MonitorSnapshot {
  /** The runtime's clock, ms since the epoch. */
  readonly time: number;
  /** Graphs that run or are to run, and drawings that cannot, in a stable order; at most `MOST_GRAPHS`. */
  readonly graphs: readonly GraphLine[];
  /** How many there are altogether. */
  readonly graphCount: number;
  /** Of the graph that was asked for with `graph=<id>`; absent where there is none of that id. */
  readonly graph?: GraphMonitor;
}

/** The most graphs that one snapshot lists. */
export const MOST_GRAPHS = 100;

/** The most finished batches that the runtime remembers of a graph. */
export const MOST_BATCHES = 1000;

/** The newest finished batches of which it remembers more than figures. */
export const MOST_DETAILS = 100;

/**
 * `starting`: not run a batch yet, or is being changed. `paused`: by a person. `restarting`: died, and will be started again.
 * `refused`: the drawing deployed last does not run, the one before does. `failed`: ended by itself. `broken`: cannot be compiled.
 */
export type GraphState = 'starting' | 'running' | 'paused' | 'restarting' | 'refused' | 'failed' | 'broken';

export interface GraphLine {
  readonly id: string;
  readonly state: GraphState;
  /** Of the last few seconds. */
  readonly recordsPerSecond: number;
  /** Whether batches take longer than the batch interval, or wait. */
  readonly isBehind: boolean;
  /** Problems that stand now. */
  readonly problems: number;
  /** The node by which the editor finds and names it: as drawn, so inside a subflow instance that instance's node. */
  readonly node: string;
}

/** Everything about one graph that changes while it runs. */
export interface GraphMonitor {
  readonly id: string;
  readonly state: GraphState;
  /** ms */
  readonly batchInterval: number;
  /** When it was started, or started again, ms since the epoch. */
  readonly startedAt: number;
  /** Since then. */
  readonly completedBatches: number;
  readonly totalRecords: number;
  /** The number of the newest batch in `batches`; to be passed on as `since=` to get only newer ones. */
  readonly sequence: number;
  /** Finished batches with higher numbers than `since`, oldest first, as columns of equal length. */
  readonly batches: BatchColumns;
  /** Batches that wait or run, oldest first; at most 20. */
  readonly active: readonly ActiveBatch[];
  readonly activeCount: number;
  readonly operators: Readonly<Record<string, OperatorMonitor>>;
  /** Changes whenever `plan` would; the plan is left out where `plan=<revision>` names this one. */
  readonly revision: number;
  readonly plan?: PlanMonitor;
  /** Newest last, at most 50; the same problem again only counts up. */
  readonly problems: readonly MonitoredProblem[];
  /** Absent for a graph without a checkpoint. */
  readonly durability?: DurabilityMonitor;
  /** Whether `POST .../pause` holds it, or will when its drawing is corrected. */
  readonly paused: boolean;
}

export interface BatchColumns {
  /** Batch times, ms since the epoch. */
  readonly times: readonly number[];
  readonly records: readonly number[];
  /** ms */
  readonly schedulingDelays: readonly number[];
  /** ms */
  readonly processingDelays: readonly number[];
  /** The batch interval of each, ms; one number where it is the same for all. */
  readonly intervals: readonly number[] | number;
  /** 1 where the batch failed. */
  readonly failed: readonly (0 | 1)[];
}

export interface ActiveBatch {
  readonly batchTime: number;
  readonly records: number;
  readonly state: 'queued' | 'processing';
  /** How long it has been in that state so far, ms. */
  readonly age: number;
}

/** What one operator does at the moment. Counts are since the start. */
export interface OperatorMonitor {
  readonly recordsIn: number;
  readonly recordsOut: number;
  /** Of the last few seconds. */
  readonly inPerSecond: number;
  readonly outPerSecond: number;
  readonly failed: number;
  readonly skipped: number;
  readonly refused: number;
  /** Records that wait here: for a batch at a receiver, for delivery at a sink. */
  readonly waiting: number;
  readonly keys: number;
  /** Of its keyed state or window, bytes, estimated; absent where it keeps nothing or nobody knows. */
  readonly stateBytes?: number;
  /** Time in the user's code for one record, µs, estimated from samples; absent where there is none. */
  readonly microsecondsPerRecord?: number;
  /** Records a second that back-pressure allows at the moment; absent where it does not limit. */
  readonly rateLimit?: number;
  /** Of a receiver or sink that is connected to something. */
  readonly source?: { readonly state: string; readonly text: string };
}

export interface PlanMonitor {
  readonly operators: readonly PlannedOperator[];
}

export interface PlannedOperator {
  readonly id: string;
  /** As in the plan: `receiver`, `batcher`, `map`, ... */
  readonly type: string;
  readonly inputs: readonly string[];
  /** The node to reveal in the editor: as `GraphLine.node`. Absent for an operator that nobody drew. */
  readonly node?: string;
  /** Operators with the same number take each record along in one pass. */
  readonly pass?: number;
  /** How its window is computed: by taking out what left, by merging the rest anew, or each for some aggregates. */
  readonly window?: 'subtracting' | 'merging' | 'both';
  /** What runs the user's code. */
  readonly code?: 'javascript' | 'jsonata compiled' | 'jsonata interpreted';
  readonly partitions?: number;
  /** How many threads share its work; absent for one. */
  readonly threads?: number;
  /** A sink's. */
  readonly guarantee?: { readonly level: string; readonly text: string };
  /** Whether it has state that can be reset. */
  readonly hasState?: boolean;
}

export interface MonitoredProblem {
  /** When it came last, ms since the epoch. */
  readonly time: number;
  /** The node to reveal, as `GraphLine.node`. */
  readonly node: string;
  readonly code: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  readonly count: number;
  /** Whether it stands until something is changed; the others are events that are over. */
  readonly stands: boolean;
}

export interface DurabilityMonitor {
  readonly state: string;
  readonly text: string;
  /** bytes */
  readonly logBytes: number;
  /** bytes */
  readonly checkpointBytes: number;
  /** When the newest checkpoint was made, ms since the epoch. */
  readonly checkpointTime?: number;
  readonly deadLetters: number;
}

/** Answer of `GET /dstream/graphs/:graph/batches/:time`: one batch, with what became of each output. 404 where it is forgotten. */
export interface BatchDetails {
  readonly batchTime: number;
  readonly records: number;
  /** Records by receiver. */
  readonly inputs: Readonly<Record<string, number>>;
  /** ms */
  readonly schedulingDelay: number;
  /** ms */
  readonly processingDelay: number;
  readonly outputs: readonly OutputDetails[];
  readonly failure?: string;
}

export interface OutputDetails {
  /** The id of the sink. */
  readonly operator: string;
  readonly records: number;
  /** ms */
  readonly duration: number;
  readonly failure?: string;
}

/** Answer of `GET /dstream/graphs/:graph/salvage`: what would be lost. Records are named by their numbers in their receiver's log. */
export interface SalvageAnswer {
  /** Where nothing can be read: in which file, from which byte on, and how many bytes; 0 where something is missing there. */
  readonly damage: readonly { readonly file: string; readonly offset: number; readonly bytes: number }[];
  /** How many records: unreadable and unassigned ones. */
  readonly records: number;
  readonly unreadable: readonly LostRecords[];
  /** They can be read, but not which batch had them, so sinks may have them already. */
  readonly unassigned: readonly LostRecords[];
  /** Receivers of which newer records may be missing as well: nobody can tell how many. */
  readonly unknownFrom: readonly { readonly receiver: string; readonly first: number }[];
  /** Batches that cannot be run again, ms since the epoch. */
  readonly batches: readonly number[];
  /** Packet ids of which it cannot be told whether they were released. */
  readonly packetsInDoubt: number;
}

export interface LostRecords {
  /** The id of its node. */
  readonly receiver: string;
  readonly first: number;
  readonly last: number;
}

/** Answer of `GET /dstream/graphs/:graph/savepoints`: newest first. */
export interface SavepointAnswer {
  readonly savepoints: readonly SavepointLine[];
}

export interface SavepointLine {
  /** Up to 64 letters, digits, hyphens and underscores. */
  readonly name: string;
  readonly bytes: number;
  /** The last batch whose records are in it, ms since the epoch; absent, as all that follows, where its file cannot be read. */
  readonly batchTime?: number;
  /** When it was made, ms since the epoch. */
  readonly made?: number;
  /** Operators that would begin afresh with it: they have state now that it has not, or were changed since. */
  readonly afresh?: readonly string[];
}

/**
 * Answer of `GET /dstream/graphs/:graph/samples/:operator` (permission `dstream.preview`, for it holds payloads): the last records that
 * flowed into an operator. Asking makes the graph keep samples of it for `SAMPLING_TIME`.
 */
export interface SampleAnswer {
  /** Whether the graph samples this operator now; false for the answer that has just asked for it. */
  readonly sampling: boolean;
  /** Newest last, at most `MOST_SAMPLES`. */
  readonly records: readonly SampledRecord[];
  /** Of the newest batch that brought samples: its time, and how many records flowed in altogether. */
  readonly batchTime?: number;
  readonly batchRecords?: number;
}

export interface SampledRecord {
  /** As JSON can carry it; `truncated` where it was larger than `SAMPLE_BYTES` and is a text cut off instead. */
  readonly payload: unknown;
  readonly topic: string;
  readonly key: string | number | boolean | null;
  /** ms since the epoch */
  readonly time: number;
  readonly truncated?: true;
}

/** The most records that are kept of one operator. */
export const MOST_SAMPLES = 20;

/** The most bytes of JSON that a sampled payload may have. */
export const SAMPLE_BYTES = 8192;

/** How long after the last question a graph goes on sampling, ms. */
export const SAMPLING_TIME = 15_000;
