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
  | { readonly kind: 'mqtt'; readonly connection: string; readonly topic: string; readonly qos: 0 | 1 }
  /** `rate`: messages per sensor and second. */
  | { readonly kind: 'simulated'; readonly sensors: number; readonly rate: number; readonly seed: number };

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
  }
>;

/** Passes its input on; the batch interval itself belongs to the whole plan. */
export type BatcherOperator = OperatorOf<'batcher', Record<string, never>>;

/** User code as text. */
export type Code = { readonly lang: 'javascript' | 'jsonata'; readonly source: string };

export type MapOperator = OperatorOf<'map', { readonly mode: 'map' | 'flatMap' | 'filter'; readonly code: Code }>;

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

export type SinkOperator = OperatorOf<
  'sink',
  {
    readonly mode: 'batch' | 'record' | 'key';
    /** Whether a batch without records gives a message too (mode `batch` only). */
    readonly emptyBatches: boolean;
  }
>;
