/**
 * The plan: what a drawing means, as a plain JSON value. It is the one form that every engine is given,
 * so it holds source text instead of functions and never a secret.
 */
export interface Plan {
  /** The version of this format. */
  readonly version: 1;
  /** The graph's id: the id of its checkpoint node, else its smallest batcher id. */
  readonly graph: string;
  /** ms */
  readonly batchInterval: number;
  /** Every operator after all its inputs. */
  readonly operators: readonly Operator[];
}

/** One operator of a plan. Its id is the id of the Node-RED node that draws it. */
export type Operator =
  | ReceiverOperator
  | BatcherOperator
  | MapOperator
  | WindowOperator
  | ReduceByKeyOperator
  | StateOperator
  | JoinOperator
  | CheckpointOperator
  | SinkOperator;

export type OperatorType = Operator['type'];

/** The end of a wire that an operator reads from. */
export interface Input {
  readonly id: string;
  readonly port: number;
}

interface OperatorOf<Type extends string, Parameters> {
  readonly id: string;
  readonly type: Type;
  /** Several inputs mean their union, in this order. */
  readonly inputs: readonly Input[];
  readonly parameters: Parameters;
}

/** How the payload of an arriving message is read. `auto`: JSON where it is JSON, else text, else the bytes. */
export type PayloadFormat = 'auto' | 'json' | 'text' | 'buffer';

/** Where an arriving message's key is found. Levels of a topic count from 1; a negative level counts from the end. */
export type KeySource =
  | { readonly from: 'topic' }
  | { readonly from: 'level'; readonly level: number }
  | { readonly from: 'property'; readonly property: string };

export type SourceParameters =
  /** Messages that ordinary nodes send to the receiver, nothing else. */
  | { readonly kind: 'wire' }
  /** `connection` names a secret handed over beside the plan: address, login and certificates. */
  | { readonly kind: 'mqtt'; readonly connection: string; readonly topic: string; readonly qos: 0 | 1 | 2 }
  /** `rate`: messages per sensor and second. */
  | { readonly kind: 'simulated'; readonly sensors: number; readonly rate: number; readonly seed: number }
  /**
   * Files that appear in a folder, each read once, whole or line by line. `pattern`: a glob for the file name, such as `*.csv`.
   * `existing`: whether files that are there already when the graph starts are read too.
   */
  | {
      readonly kind: 'folder';
      /** Absolute once the plan is complete. */
      readonly path: string;
      readonly pattern: string;
      readonly split: 'lines' | 'whole';
      readonly existing: boolean;
    }
  /** Lines of text over TCP: connects to `host`:`port`, or listens there for others to connect. */
  | { readonly kind: 'tcp'; readonly role: 'connect' | 'listen'; readonly host: string; readonly port: number }
  /** Requests to an endpoint of Node-RED's own web server, `POST <path>`; the engine gets them as offered messages. */
  | { readonly kind: 'http'; readonly path: string; /** bytes */ readonly bodyLimit: number };

export type ReceiverOperator = OperatorOf<
  'receiver',
  {
    readonly source: SourceParameters;
    readonly format: PayloadFormat;
    readonly key: KeySource;
    /** Records that may wait for their batch; further ones are refused and counted. */
    readonly bufferLimit: number;
    /** The most records a second that go into batches, or null for no limit; the others wait in the buffer. */
    readonly maxRate: number | null;
    /** Whether the rate follows what batches can take, and how; null for no. */
    readonly backpressure: BackpressureParameters | null;
  }
>;

/** Spark's rate estimator. Rates are records a second. */
export interface BackpressureParameters {
  /** The rate before the first estimate; null for no limit then. */
  readonly initialRate: number | null;
  /** No estimate is lower than this; above 0. */
  readonly minRate: number;
}

/** Passes its input on; the batch interval itself belongs to the whole plan. */
export type BatcherOperator = OperatorOf<'batcher', Record<string, never>>;

/** User code as text. */
export type Code = { readonly lang: 'javascript' | 'jsonata'; readonly source: string };

/** `batch`: the code is called once a batch, with all its records, and gives the records that take their place. `keyBy`: it gives the key. */
export type MapOperator = OperatorOf<
  'map',
  { readonly mode: 'map' | 'flatMap' | 'filter' | 'keyBy' | 'batch'; readonly code: Code }
>;

/** Durations in ms. */
export type WindowOperator = OperatorOf<'window', { readonly length: number; readonly slide: number }>;

/** A value taken from a record: its key, a property of the record such as `payload.value`, or the result of code. */
export type ValueSource =
  | { readonly from: 'key' }
  | { readonly from: 'property'; readonly property: string }
  | { readonly from: 'code'; readonly code: Code };

/** One output of reduceByKey. */
export interface AggregateParameters {
  readonly aggregate: string;
  readonly of: ValueSource;
  /** The name of the output. */
  readonly as: string;
  /** The number that some aggregates need: the percentile of `percentile`, how many of `topK`, how many at most of `list`. */
  readonly parameter?: number;
  /** The user's own function (aggregate `reduce` only): `a` and `b` combined into one. */
  readonly reduce?: Code;
  /** What undoes it, where there is such a thing: takes `b` out of `a` again. */
  readonly inverse?: Code;
}

export type ReduceByKeyOperator = OperatorOf<
  'reduceByKey',
  {
    readonly key: ValueSource;
    readonly aggregates: readonly AggregateParameters[];
    /** `all`: every key in the window, each time. `changed`: only keys whose records changed since the last time. */
    readonly emit: 'all' | 'changed';
    /** Emit a key once more, with empty aggregates, when its last record has left the window. */
    readonly emitLeaving: boolean;
    /** The most keys that a window may have; records of further keys are left out. */
    readonly keyLimit: number;
  }
>;

/** Running state for each key. */
export type StateOperator = OperatorOf<
  'state',
  {
    readonly key: ValueSource;
    /**
     * `update`: the code is called once a key and batch, with the key's new records and its old state, and gives the new state
     * (Spark's updateStateByKey). `record`: it is called for each record, with the state to read and change, and gives what goes
     * on (Spark's mapWithState).
     */
    readonly mode: 'update' | 'record';
    readonly code: Code;
    /** ms without a record after which a key times out, or null for never. */
    readonly timeout: number | null;
    /**
     * `changed`: what the code gave in this batch. `all`: the state of every key after each batch (Spark's stateSnapshots,
     * and its updateStateByKey).
     */
    readonly emit: 'changed' | 'all';
    /** The most keys that may have state; records of further keys are left out. */
    readonly keyLimit: number;
  }
>;

/** Two streams brought together by key, batch by batch; `union` takes both as they are. */
export type JoinOperator = OperatorOf<
  'join',
  {
    readonly mode: 'inner' | 'left' | 'right' | 'full' | 'cogroup' | 'union';
    /** Which of the inputs is the left stream, by the operator that gives it; all others are the right one. */
    readonly left: string;
  }
>;

/** When the log of a graph is made to survive a power cut: see `SyncPolicy` of the log. `interval`: ms. */
export type LogSync = { readonly kind: 'group' | 'each' } | { readonly kind: 'timer'; readonly interval: number };

/** Passes its input on, and makes its whole graph recoverable, wherever it stands in it. At most one in a graph. */
export type CheckpointOperator = OperatorOf<
  'checkpoint',
  {
    /** The folder in which the graph has a folder of its own, named after its id. Absolute once the plan is complete. */
    readonly path: string;
    /** ms between two checkpoints; a checkpoint is made after a batch. */
    readonly interval: number;
    readonly sync: LogSync;
    /** Bytes that the log may have on the disk; beyond them sources are not acknowledged until there is room again. */
    readonly logLimit: number;
    /** ms that files in the quarantine and dead letters are kept. */
    readonly retention: number;
  }
>;

/** Where the records of a sink go. */
export type SinkTarget =
  /** Messages out of the node. */
  | { readonly kind: 'flow' }
  /** `connection` names a secret beside the plan, as for receivers. `topic` may hold `{topic}` and `{key}` of the record. */
  | { readonly kind: 'mqtt'; readonly connection: string; readonly topic: string; readonly qos: 0 | 1; readonly retain: boolean }
  /** `connection` names a secret beside the plan: the address, and the headers that log in. `timeout`: ms for one request. */
  | { readonly kind: 'http'; readonly connection: string; readonly timeout: number }
  /** Files in a folder: a line for each record, exactly once. */
  | FileTarget;

export interface FileTarget {
  readonly kind: 'file';
  /** The folder. Absolute once the plan is complete. */
  readonly path: string;
  /** What the names of all its files begin with: a plain name. */
  readonly name: string;
  /** `json`: each payload as a line of JSON. `text`: as a line of text. `csv`: a row of its properties. */
  readonly format: 'json' | 'text' | 'csv';
  /** A file for each batch, or one that is appended to, for each hour or day (UTC) of batch time. */
  readonly roll: 'batch' | 'hour' | 'day';
  /** The columns of `csv`, by the names of properties; none for those of the first record that is written. */
  readonly columns: readonly string[];
}

export type SinkOperator = OperatorOf<
  'sink',
  {
    readonly target: SinkTarget;
    readonly mode: 'batch' | 'record' | 'key';
    /** Whether a batch without records gives a message too (mode `batch` only). */
    readonly emptyBatches: boolean;
    /**
     * Whether what a batch gave is written to the log before this sink gets it, so that it gets the same again after a crash, also
     * where functions would give something else. Means something only in a graph with a checkpoint. Left out: no.
     */
    readonly pin?: boolean;
  }
>;
