import type { Plan } from '../plan/Plan';
import type { Problem } from '../plan/Problem';
import type { HttpSinkOptions } from '../sinks/http/HttpSinkOptions';
import type { MqttOptions } from '../sources/mqtt/MqttOptions';
import type { SourceStatus } from '../sources/Source';

export type { MqttTlsOptions } from '../sources/mqtt/MqttOptions';

/** What the secret holds that the `connection` of an MQTT receiver or sink names. */
export type MqttSecret = Omit<MqttOptions, 'subscription'>;

/** What the secret holds that the `connection` of an HTTP sink names. */
export type HttpSecret = Omit<HttpSinkOptions, 'timeout'>;

/** A message on its way from an ordinary node to a receiver. */
export interface OfferedMessage {
  readonly payload: unknown;
  readonly topic: string;
  /** Present where the key was found in a part of the message that does not travel (neither payload nor topic). */
  readonly key?: string | number | boolean | null;
}

/** Values for `ctx.env(name)`, by the operator and the name: texts, numbers, booleans and plain data. */
export type Environment = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What a plan needs beside itself. */
export interface RunOptions {
  /** By the names that the plan refers to them by. Never logged, never stored. */
  readonly secrets: Readonly<Record<string, unknown>>;
  /** Ids of operators whose records are wanted as `output` events as well, at most `TAP_LIMIT` a batch. Never part of the plan. */
  readonly taps: readonly string[];
  readonly environment: Environment;
  /** Where Node-RED's own `@node-red/util` is found; JSONata comes from there. */
  readonly utilPath?: string;
  /** Tells this Node-RED from others that run the same plan, for those who get the records of all of them. */
  readonly instance?: string;
  /** The state that the user gives up, of a graph with a checkpoint. Carried out once, however often the graph is started with it. */
  readonly reset?: Reset;
  /** Whether the thread or process of the graph was ended, or ended itself, just before: by what it did, most likely. */
  readonly afterDeath?: boolean;
}

/** What is given up of what a graph has on disk. All of it is kept in its quarantine for a while. */
export interface Reset {
  /** Names the wish, so that it is carried out once: letters, digits and hyphens. */
  readonly id: string;
  /** `all`: records, batches and state. Otherwise the ids of the operators that are to begin without their state. */
  readonly scope: 'all' | readonly string[];
  /** With `all`: the savepoint whose state there is then, by its name. What was kept since is given up, and the rest as without it. */
  readonly savepoint?: string;
  /** With `all`: of files that are damaged, what can be read is kept instead of being given up. Does nothing where none is. */
  readonly salvage?: true;
}

/** The most records of one batch that a tap hands out. */
export const TAP_LIMIT = 1000;

export interface OutputRecord {
  readonly payload: unknown;
  readonly topic: string;
  readonly key: string | number | boolean | null | undefined;
}

/** The records that a sink or a tap has for one batch, or one chunk of them: at most 1,000 records. */
export interface OutputEvent {
  readonly operator: string;
  readonly tap: boolean;
  /** ms since the epoch */
  readonly batchTime: number;
  /** All records of the batch, also those that were cut off or come in other chunks. */
  readonly count: number;
  /** Only ever true for a tap. */
  readonly truncated: boolean;
  /** The place of the first record of this chunk in the batch, from 0. */
  readonly offset: number;
  /** Whether this is the batch's last chunk. */
  readonly last: boolean;
  readonly records: readonly OutputRecord[];
}

/** The figures of one finished batch. */
export interface BatchEvent {
  readonly batchTime: number;
  /** Records that went into the batch. */
  readonly records: number;
  /** ms */
  readonly schedulingDelay: number;
  /** ms */
  readonly processingDelay: number;
  /** Records by receiver; those that gave none are left out. */
  readonly inputs?: Readonly<Record<string, number>>;
  /** What became of each sink's part, in the order in which they ran. */
  readonly outputs?: readonly BatchOutput[];
  readonly failure?: string;
}

/** What one sink did in a batch. */
export interface BatchOutput {
  /** The id of the sink. */
  readonly operator: string;
  readonly records: number;
  /** ms */
  readonly duration: number;
  readonly failure?: string;
}

/**
 * What happened since the last progress event; sent about once a second, and only when something changed: after batches, and
 * besides as one begins.
 */
export interface ProgressEvent {
  readonly operators: Readonly<Record<string, OperatorProgress>>;
  /** Absent for a graph without a checkpoint. */
  readonly durability?: DurabilityFigures;
  /** Batches that wait or run while this is told, until their `batch` event comes; absent where there is none. */
  readonly active?: UnfinishedBatches;
  /** Told because a batch begins: nothing has flowed since the one before. */
  readonly begins?: true;
}

/** The batches of a graph that have not ended. */
export interface UnfinishedBatches {
  /** The oldest ones, at most `MOST_UNFINISHED`, oldest first. */
  readonly batches: readonly UnfinishedBatch[];
  readonly count: number;
}

export interface UnfinishedBatch {
  readonly batchTime: number;
  /** Records that it was given. */
  readonly records: number;
  readonly state: 'queued' | 'processing';
  /** Since when it is in that state, ms since the epoch. */
  readonly since: number;
}

/** The most unfinished batches that are told one by one. */
export const MOST_UNFINISHED = 20;

/** What a graph with a checkpoint has on disk, and how that fares. */
export interface DurabilityFigures {
  /**
   * `waiting`: another process owns the folder. `recovering`: batches of the last run are run again. `full`: there is no room on
   * the disk, or the log has reached its limit; sources are not acknowledged meanwhile.
   */
  readonly state: 'opening' | 'waiting' | 'recovering' | 'running' | 'full';
  /** For a person: who owns the folder, or what is full. Empty where there is nothing to say. */
  readonly text: string;
  /** bytes */
  readonly logBytes: number;
  /** Bytes of the newest checkpoint; 0 where there is none. */
  readonly checkpointBytes: number;
  /** The time of the last batch in the newest checkpoint, ms since the epoch. */
  readonly checkpointBatch?: number;
  /** When it was made, ms since the epoch. */
  readonly checkpointTime?: number;
  /** Records that could not be processed or delivered and were put aside. */
  readonly deadLetters: number;
  /** How many of the oldest were deleted since the start because their files had reached their limit; absent for none. */
  readonly deadLettersRemoved?: number;
  /** Records that were to be put aside since the start, and were not: the disk refused them, or they were too many at once. */
  readonly deadLettersRefused?: number;
  /** What the disk said last where a dead letter could not be written, or those of earlier not be counted. */
  readonly deadLettersProblem?: string;
  /** What the start brought back; absent for a graph that began from nothing. */
  readonly recovered?: RecoveryFigures;
}

export interface RecoveryFigures {
  readonly batches: number;
  /** Records in those batches, and those that waited for a batch. */
  readonly records: number;
  /** From the start until everything was ready to go on. */
  readonly milliseconds: number;
  /** Bytes that a power cut left half written, and that nobody was told were safe. */
  readonly tornBytes: number;
}

export interface OperatorProgress {
  /** All since the query started. */
  readonly recordsIn: number;
  readonly recordsOut: number;
  /** Records on which user code threw, or that could not be decoded. */
  readonly failed: number;
  /** Values that an aggregate could not use. */
  readonly skipped: number;
  /** Records refused because the buffer was full. */
  readonly refused: number;
  /** Records waiting for a batch, or in one that has not begun; of a sink those not delivered yet. */
  readonly waiting: number;
  /** Records a second that a receiver's rate is limited to, while that makes records wait. */
  readonly rateLimit?: number;
  /** Keys in a keyed operator. */
  readonly keys: number;
  /** Bytes of its keyed state or window, estimated; absent for an operator that keeps nothing. */
  readonly stateBytes?: number;
  /** µs in the user's code for one record, estimated from a few calls of each batch; absent where there is none to be called. */
  readonly microsecondsPerRecord?: number;
  readonly source?: SourceStatus;
}

/** A line that user code wrote with `ctx.log` or `ctx.warn`. */
export interface LogEvent {
  readonly operator: string;
  readonly level: 'log' | 'warn';
  readonly text: string;
}

/** How an engine runs the operators of a plan, as far as the plan itself does not say. */
export interface PlanDescription {
  /** By operator id; all operators of the plan. */
  readonly operators: Readonly<Record<string, OperatorDescription>>;
}

export interface OperatorDescription {
  /** Operators with the same number take each record along in one pass; absent for one that does so with no other. */
  readonly pass?: number;
  /** How its window is computed: by taking out what left, by merging what is left anew, or each for some of its aggregates. */
  readonly window?: 'subtracting' | 'merging' | 'both';
  /** What runs the user's code; absent where there is none. */
  readonly code?: 'javascript' | 'jsonata compiled' | 'jsonata interpreted';
  /** How many parts its keys are shared out over; for operators that go by keys. */
  readonly partitions?: number;
  /** How many threads share its work; absent for one. */
  readonly threads?: number;
}

/** Into which operators somebody wants to look. Nothing of what runs is made anew for it, or changes its results. */
export interface SampleWish {
  /** Ids of operators, of which the records count that flow into them. Of others nothing is kept. */
  readonly operators: readonly string[];
  /** The most records of one operator; above 0. */
  readonly records: number;
  /** The most bytes of JSON that a payload may have. */
  readonly bytes: number;
}

/** The last records that flowed into an operator: told after a batch that brought some, at most twice a second. */
export interface SampleEvent {
  readonly operator: string;
  /** The newest batch that brought some, ms since the epoch. */
  readonly batchTime: number;
  /** How many flowed in with it. */
  readonly batchRecords: number;
  /** Newest last, also of batches before. */
  readonly records: readonly Sample[];
}

/** A record as plain JSON. */
export interface Sample {
  readonly payload: unknown;
  /** Whether the payload was too large: then it is a text, the beginning of its JSON. */
  readonly truncated?: true;
  readonly topic: string;
  readonly key: string | number | boolean | null;
  /** ms since the epoch */
  readonly time: number;
}

export interface QueryEvents {
  batch: [BatchEvent];
  output: [OutputEvent];
  problem: [Problem];
  progress: [ProgressEvent];
  log: [LogEvent];
  samples: [SampleEvent];
  /** A plan runs from now on: told at the start, after each update, and after each start that follows a death. */
  described: [PlanDescription];
  /** The query died and will be started again, in so many ms; it has lost what it held in memory. */
  interrupted: [problem: Problem, restartIn: number];
  /** The query ended by itself: the text says why. */
  failed: [Problem];
}

/** What became of the operators when a running query was given another plan. */
export interface UpdateReport {
  readonly kept: readonly string[];
  readonly restarted: readonly string[];
  readonly dropped: readonly string[];
}

/** A running plan. */
export interface Query {
  /**
   * @param listener of `output`: where it returns a promise, the records count as handed over when that has been resolved, and their
   *   batch does not end before. What other listeners return plays no role.
   */
  on<Name extends keyof QueryEvents>(name: Name, listener: (...args: QueryEvents[Name]) => unknown): void;
  /** Resolves when the first batch can run. */
  readonly started: Promise<void>;
  /** Goes on with another plan, keeping the state of every operator that did not change. */
  update(plan: Plan, options: RunOptions): Promise<UpdateReport>;
  /**
   * Hands messages to a receiver, in order. Resolves when they are taken; rejects with why they were not.
   * @param signal aborted where nobody wants them to be taken any more: those that still wait for the graph to run are not
   */
  offer(receiver: string, messages: readonly OfferedMessage[], signal?: AbortSignal): Promise<void>;
  /**
   * Makes a checkpoint after the batch that runs now. Rejects where the graph has none, or it cannot be made.
   * @param savepoint the name under which a copy of it is kept until somebody deletes it; letters, digits, hyphens and underscores
   */
  checkpoint(savepoint?: string): Promise<void>;
  /** Looks into other operators than before, from the next batch on; also through updates and deaths. */
  sample(wish: SampleWish): void;
  /** Holds outputs back until `resume`; receivers go on receiving. */
  pause(): void;
  resume(): void;
  /**
   * A person wants the graph to stand still until `release`: no batch begins, those that run end, and so do those that a crash
   * interrupted. Receivers go on receiving within their limits, as when sinks cannot follow. Stays so through updates and deaths.
   * Afterwards the batches run that were due, each with its records; what came while 100 of them waited is in the next ones.
   */
  hold(): void;
  release(): void;
  /**
   * Ends the query and everything it opened. May be called twice.
   * @returns how many records still waited for a batch, and are lost
   */
  stop(): Promise<number>;
}

export interface Engine {
  start(plan: Plan, options: RunOptions): Query;
}
