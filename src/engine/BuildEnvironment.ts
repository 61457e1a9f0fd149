import type { DStream } from '../streaming/dstream/DStream';
import type { RDD } from '../streaming/rdd/RDD';
import type { StreamingContext } from '../streaming/StreamingContext';
import type { Plan } from '../plan/Plan';
import type { Problem } from '../plan/Problem';
import type { BatchOrigin } from '../sinks/Sink';
import type { BatchOutputs } from './BatchOutputs';
import type { DataRecord, RecordKey } from './DataRecord';
import type { LogEvent, OutputEvent, RunOptions } from './Engine';
import type { OperatorFigures } from './OperatorFigures';
import type { Helpers } from './parallel/Helpers';
import type { ReceiverRuntime } from './ReceiverRuntime';
import type { Samples } from './samples/Samples';
import type { SinkRuntime } from './SinkRuntime';
import type { StoredState } from './StoredState';

/** The output of an operator, while a plan is being built. */
export interface BuiltStream {
  readonly stream: DStream<DataRecord>;
  /** ms of input that one of its RDDs stands for: the window's length, or the batch interval. */
  readonly span: number;
  /** The time from which on all input is known, ms since the epoch: windows that begin earlier are not complete. */
  readonly completeSince: () => number;
}

/** Is told when user code is entered and left, so that somebody outside can see what does not return. */
export interface UserCalls {
  /**
   * @param operator its place in the plan
   * @param records that the call is for; 1 when left out, a part of 1 where several calls are for the same
   */
  enter(operator: number, records?: number): void;
  leave(): void;
}

/** What is remembered of the sinks of a graph: which of them have which batch. A sink whose inputs slide differently has several parts. */
export interface SinkEffects {
  /** Whether a part has a batch for good, from before a crash. */
  isCommitted(part: string, time: number): boolean;
  /** What a batch gave to a part before a crash, where that was kept; undefined where it was not. */
  pinned(part: string, time: number): readonly PinnedRecord[] | undefined;
  /** Keeps what a batch gave to a part. The sink may have it when this resolves. */
  pin(part: string, time: number, records: readonly PinnedRecord[]): Promise<void>;
  /** Which start wrote a batch down, and whether it comes again. */
  originOf(time: number): BatchOrigin;
  /** A part begins with what a batch gave it. */
  expect(part: string, time: number): void;
  /** A part has it for good, or never will. */
  commit(part: string, time: number): void;
  /** Puts a record aside that a sink refused. */
  deadLetter(operator: string, time: number, code: string, reason: string, record: unknown): void;
}

/** A record as it is kept for a sink. The places are in files: add further ones at the end only. */
export type PinnedRecord = readonly [payload: unknown, topic: string, key: RecordKey, time: number];

/** A record that went wrong, as far as dead letters show it. */
export type LostRecord = Pick<DataRecord, 'payload' | 'topic' | 'time'> & { readonly key: RecordKey | undefined };

/** What operators that know no streams and no state are given: those that take one record after the other. */
export interface StageEnvironment {
  readonly calls: UserCalls;
  readonly plan: Plan;
  readonly options: RunOptions;
  figures(operator: string): OperatorFigures;
  /** A record, or so many of them, went wrong. `code` is the problem's. */
  failed(operator: string, code: string, problem: () => Problem, count?: number): void;
  /** The same, for records that are known: a graph with a checkpoint puts them aside as dead letters. @param time of the batch */
  lost(operator: string, code: string, problem: () => Problem, time: number, records: readonly LostRecord[]): void;
  log(event: LogEvent): void;
}

/** What operators are given when their streams are built. */
export interface BuildEnvironment extends StageEnvironment {
  /** Threads that share the work of this one; undefined where it is alone. */
  readonly helpers: Helpers | undefined;
  readonly context: StreamingContext;
  /** What somebody looks at of the records that pass. */
  readonly samples: Samples;
  receiver(operator: string): ReceiverRuntime;
  /** Where a sink that sends records out of Node-RED hands them over. */
  sink(operator: string): SinkRuntime;
  /** How many outputs each sink has so far. */
  readonly sinkParts: Map<string, number>;
  /** Where sinks tell what becomes of their part of a batch. */
  readonly outputs: BatchOutputs;
  /** What such sinks have under way for the batch that runs: its last output waits for all of it. */
  readonly deliveries: Promise<void>[];
  /** The state kept under this name if it is of the same kind, otherwise new state. */
  state<State extends StoredState>(name: string, fingerprint: string, create: () => State): State;
  /** What a graph with a checkpoint remembers of its sinks; absent in others. */
  readonly effects: SinkEffects | undefined;
  /** Hands results over; to be waited for, so that slow takers slow batches down instead of filling memory. */
  output(event: OutputEvent): Promise<void> | undefined;
}

/**
 * An operator that has been checked and compiled: builds its stream on that of its input.
 * @param right what a join is given beside its left input
 */
export type PreparedOperator = (
  input: BuiltStream | undefined,
  environment: BuildEnvironment,
  right?: BuiltStream,
) => BuiltStream | undefined;

/** What an operator makes of the records of a batch, or of any part of them: each by itself, in their order. */
export type NarrowTransform<Input = DataRecord> = (rdd: RDD<Input>, time: number) => RDD<DataRecord>;

/** An operator that takes one record after the other, checked and compiled. */
export type PreparedTransform<Input = DataRecord> = (environment: StageEnvironment) => NarrowTransform<Input>;
