import type { DStream } from '../streaming/dstream/DStream';
import type { BatchState } from '../streaming/BatchState';
import type { StreamingContext } from '../streaming/StreamingContext';
import type { Plan } from '../plan/Plan';
import type { Problem } from '../plan/Problem';
import type { DataRecord } from './DataRecord';
import type { LogEvent, OutputEvent, RunOptions } from './Engine';
import type { OperatorFigures } from './OperatorFigures';
import type { ReceiverRuntime } from './ReceiverRuntime';
import type { SinkRuntime } from './SinkRuntime';

/** The output of an operator, while a plan is being built. */
export interface BuiltStream {
  readonly stream: DStream<DataRecord>;
  /** ms of input that one of its RDDs stands for: the window's length, or the batch interval. */
  readonly span: number;
  /** The time from which on all input is known, ms since the epoch: windows that begin earlier are not complete. */
  readonly completeSince: () => number;
}

/** State that outlives the streams it is fed by. */
export type OperatorState = BatchState<never, DataRecord>;

/** Is told when user code is entered and left, so that somebody outside can see what does not return. */
export interface UserCalls {
  /** @param operator its place in the plan */
  enter(operator: number): void;
  leave(): void;
}

/** What operators are given when their streams are built. */
export interface BuildEnvironment {
  readonly calls: UserCalls;
  readonly plan: Plan;
  readonly options: RunOptions;
  readonly context: StreamingContext;
  figures(operator: string): OperatorFigures;
  receiver(operator: string): ReceiverRuntime;
  /** Where a sink that sends records out of Node-RED hands them over. */
  sink(operator: string): SinkRuntime;
  /** What such sinks have under way for the batch that runs: its last output waits for all of it. */
  readonly deliveries: Promise<void>[];
  /** The state kept under this name if it is of the same kind, otherwise new state. */
  state<State extends object>(name: string, fingerprint: string, create: () => State): State;
  /** A record, or so many of them, went wrong. `code` is the problem's. */
  failed(operator: string, code: string, problem: () => Problem, count?: number): void;
  log(event: LogEvent): void;
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
